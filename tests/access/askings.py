"""One way of asking for one address, and what the answer gave away or changed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.test import Client as Browser

WROTE = re.compile(r'(?i)\s*(?:INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|COPY)\s+"?(\w+)')
WITHIN = re.compile(r'(?i)\bINSERT INTO\s+"?(\w+)')
POINT = re.compile(r'(?i)(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT)\s+"?(\w+)')
COMPLAINT = re.compile(r'(?s)class="[^"]*error[^"]*"[^>]*>(.*?)</(?:p|li|div|ul)>')
# What a refusal itself leaves behind: that it happened, and how often of late.
OF_A_REFUSAL = re.compile(
    "accounts_auditevent|django_session|accounts_session|vitals_uploadrefusal|axes_|ehr_cache"
    # When a key or a token was used last.
    "|vitals_devicekey|accounts_client|oauth2_provider_accesstoken"
)
# What follows from the numbers that a patient bears, also those of other clinics.
OF_NUMBERS = "patients_facilitylink"
SHORT = 80
REFUSED = (401, 403, 404, 405)
DOORS = re.compile(r"/sign-in/|/admin/login/|/admin/$|/account/second-factor/app/")


@dataclass
class Answer:
    """What came back.

    Attributes:
        status: HTTP status.
        location: Where it sends the browser.
        told: Its headers.
        page: Its body.
        wrote: Tables that a refusal has no business with.
        named: Keys and words in new rows.
    """

    status: int
    location: str = ""
    told: str = ""
    page: str = ""
    wrote: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    def shows(self, words: str, part: str) -> bool:
        """Whether a section of the page, named by its id, shows ``words``; or all of the page."""
        page = self.page + self.location
        if part:
            page = page.partition(f'id="{part}"')[2].partition("</section>")[0]
        return words in page or words.upper() in page

    @property
    def is_refused(self) -> bool:
        """The door, or a plain no."""
        return self.status in REFUSED or (self.status == 302 and bool(DOORS.match(self.location)))

    @property
    def errors(self) -> str:
        """What a form complains of, or what an API says."""
        found = COMPLAINT.findall(self.page)
        plain = [" ".join(re.sub(r"<[^>]*>", " ", each).split()) for each in found]
        return " | ".join(plain)[:300] if found else self.page[:300]

    def tells(self, secrets: tuple[str, ...]) -> list[str]:
        """Those of ``secrets`` that stand in the answer; a banner writes names large."""
        return [
            each
            for each in secrets
            if any(word in self.told or word in self.page for word in (each, each.upper()))
        ]


@contextmanager
def writes() -> Iterator[set[tuple[str, str]]]:
    """Tables that statements write to, each with "" and with the words and keys of new rows.

    What a savepoint takes back does not count.
    """
    depths: list[tuple[str, set[tuple[str, str]]]] = [("", set())]
    kept: set[tuple[str, str]] = set()

    def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = str(sql)
        if point := POINT.match(text):
            _turn(depths, point[1].upper(), point[2])
        else:
            found = WROTE.match(text) or (text.lstrip().startswith("WITH") and WITHIN.search(text))
            if found:
                new = _words(params) if found[0].lstrip().upper().startswith("INSERT") else ()
                depths[-1][1].update((found[1], each) for each in ("", *new))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield kept
    kept.update(*(written for _, written in depths))


def _words(params: Any) -> Iterator[str]:
    """The keys and short words among the values of a statement, also those in lists."""
    for each in params if isinstance(params, list | tuple) else ():
        if isinstance(each, UUID) or (isinstance(each, str) and len(each) < SHORT):
            yield str(each)
        elif isinstance(each, list | tuple):
            yield from _words(each)


def _turn(depths: list[tuple[str, set[tuple[str, str]]]], word: str, name: str) -> None:
    if word == "SAVEPOINT":
        depths.append((name, set()))
        return
    while len(depths) > 1:
        found, written = depths.pop()
        if word.startswith("RELEASE"):
            depths[-1][1].update(written)
        if found == name:
            return


def ask(browser: Browser, method: str, path: str, **request: Any) -> Answer:
    """Ask once; whatever it changes is taken back afterwards."""
    kept = browser.cookies.copy()
    with transaction.atomic():
        with writes() as wrote:
            response = browser.generic(method, path, **request)
            body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    browser.cookies = kept
    told = "".join(f"{name}: {value}\n" for name, value in response.items())
    left = {table for table, word in wrote if not word and not OF_A_REFUSAL.match(table)}
    named = {word for table, word in wrote if table != OF_NUMBERS}
    location = response.headers.get("Location", "")
    page = body.decode(errors="replace")
    return Answer(response.status_code, location, told, page, left, named)
