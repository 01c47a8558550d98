"""Many who change one record at the same moment: each reads it, adds a word, and writes it back."""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Protocol
from urllib.parse import urlencode

from tests.faults.checker import Verdict
from tests.faults.patches import TOGETHER_WITHIN_S, Caller, let_in

FHIR_JSON = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Writer(Protocol):
    """Who changes the record."""

    ask: Caller

    def read(self) -> None:
        """Look at it as it stands."""

    def write(self, word: str) -> int:
        """Write it back with ``word`` added; the status of the answer."""


@dataclass
class OverFhir:
    """A program that reads a Patient and puts it back.

    Attributes:
        careful: Whether it says which version it has read (If-Match).
    """

    server: str
    token: str
    patient: str
    careful: bool = True

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"} | FHIR_JSON
        self.ask = Caller(self.server, headers)
        self.path = f"/fhir/Patient/{self.patient}"

    def read(self) -> None:
        answer = let_in(lambda: self.ask("GET", self.path))
        self.seen: dict[str, Any] = json.loads(answer.body)

    def write(self, word: str) -> int:
        name = self.seen["name"][0]
        name["given"] = [*name["given"], word]
        match = {"If-Match": f'W/"{self.seen["meta"]["versionId"]}"'} if self.careful else {}
        body = json.dumps(self.seen).encode()
        return let_in(lambda: self.ask("PUT", self.path, body, match)).status

    def words(self) -> list[str]:
        self.read()
        return list(self.seen["name"][0]["given"])


class Fields(HTMLParser):
    """What a browser would send back of the form that asks for ``given``."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._select = ""
        asked = page.rindex('name="given"')
        self.feed(page[page.rindex("<form", 0, asked) :])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        if tag == "input" and "name" in had:
            self.found[had["name"]] = had.get("value", "")
        if tag == "select":
            self._select = had.get("name", "")
        if tag == "option" and "selected" in had:
            self.found[self._select] = had.get("value", "")


@dataclass
class OnThePage:
    """Somebody at the desk who opens the form, adds a name and saves.

    Attributes:
        hasty: Whether they save over whatever was saved meanwhile, without looking.
    """

    server: str
    cookie: str
    patient: str
    hasty: bool = False

    def __post_init__(self) -> None:
        self.path = f"/patients/{self.patient}/details/edit/"
        self.ask = Caller(self.server, {"Cookie": self.cookie, "Referer": self.server})

    def read(self) -> None:
        answer = let_in(lambda: self.ask("GET", self.path))
        given = re.search(r"chartwave-csrf=([^;]+)", answer.headers.get("Set-Cookie", ""))
        if given:
            self.ask.headers["Cookie"] = f"{self.cookie}; chartwave-csrf={given[1]}"
        self.seen = Fields(answer.body.decode()).found

    def write(self, word: str) -> int:
        self.seen["given"] += f" {word}"
        status = self._sent()
        if status == 409 and self.hasty:
            mine = self.seen["given"]
            self.read()
            self.seen["given"] = mine
            return self._sent()
        return status

    def _sent(self) -> int:
        form = urlencode(self.seen).encode()
        return let_in(lambda: self.ask("POST", self.path, form, FORM)).status

    def words(self) -> list[str]:
        self.read()
        return self.seen["given"].split()


def together(writers: Sequence[Writer], name: Callable[[int], str]) -> dict[str, int]:
    """Each reads, and once all have read, each writes a word: its status by the word."""
    have_read = threading.Barrier(len(writers), timeout=TOGETHER_WITHIN_S)

    def work(number: int) -> tuple[str, int]:
        writers[number].read()
        have_read.wait()
        writers[number].ask.close()  # the server may be about to end what was idle so long
        return name(number), writers[number].write(name(number))

    with ThreadPoolExecutor(len(writers)) as threads:
        return dict(threads.map(work, range(len(writers))))


def words_here(acknowledged: Sequence[str], standing: Sequence[str]) -> Verdict:
    """Every word whose writer was told that it is saved stands there, once."""
    times = Counter(standing)
    return Verdict(
        len(acknowledged),
        [word for word in acknowledged if not times[word]],
        [word for word in acknowledged if times[word] > 1],
    )
