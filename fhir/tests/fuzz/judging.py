"""Sends requests and judges the answers: never 5xx, every refusal an OperationOutcome."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from django.test import Client

from fhir.codec import loads
from fhir.errors import Refusal
from fhir.tests.fuzz.asking import Asker, Request
from fhir.xml import to_json

PAGE = 4096
# Whoever is asked: gives status, Content-Type, Location and body.
Ask = Callable[[Request], tuple[int, str, str, bytes]]


@dataclass
class Tally:
    """What came back.

    Attributes:
        statuses: How many answers of each status.
        wrong: Requests with an answer that must not be, and what was wrong with it.
        grown_mb: How much memory of this process grew after the first tenth.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[tuple[Request, str]] = field(default_factory=list)
    grown_mb: float = 0.0

    @property
    def classes(self) -> dict[str, int]:
        """How many answers of each class: ``{"2xx": 12, …}``."""
        found: Counter[str] = Counter()
        for status, times in self.statuses.items():
            found[f"{status // 100}xx"] += times
        return dict(sorted(found.items()))

    def story(self) -> str:
        """Every wrong answer with its request, whole."""
        return "\n\n".join(f"{what}\n{request}" for request, what in self.wrong)


def resident_mb() -> float:
    """Memory of this process that is in use now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 2**20


def asking(token: str) -> Ask:
    """Asks the house in this process, as a program with ``token``."""
    browser = Client(raise_request_exception=False)

    def ask(request: Request) -> tuple[int, str, str, bytes]:
        said = {f"HTTP_{n.upper().replace('-', '_')}": v for n, v in request.headers.items()}
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if f"HTTP_{name}" in said:
                said[name] = said.pop(f"HTTP_{name}")
        if request.token:
            said["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        said |= {"QUERY_STRING": request.query}
        kind = said.pop("CONTENT_TYPE", "")
        answer = browser.generic(
            request.method, f"/fhir/{request.path}", request.body, kind, **said
        )
        location = answer.get("Location", "")
        return answer.status_code, answer.get("Content-Type", ""), location, answer.content

    return ask


def judged(request: Request, status: int, content_type: str, body: bytes) -> str:
    """What is wrong with an answer; empty for nothing."""
    if status >= 500:
        return f"{status} {body[:400]!r}"
    if status < 400 or request.method == "HEAD":
        return ""
    if not content_type.startswith("application/fhir+"):
        return f"{status} of type {content_type}: {body[:200]!r}"
    try:
        outcome: Any = to_json(body) if "xml" in content_type else loads(body)
    except Refusal as refusal:
        return f"{status} with a body that no FHIR reader takes: {refusal} {body[:200]!r}"
    if outcome.get("resourceType") != "OperationOutcome" or not outcome.get("issue"):
        return f"{status} is no OperationOutcome: {body[:200]!r}"
    dumb = [
        each
        for each in outcome["issue"]
        if not (each.get("code") and each.get("details", {}).get("text") and each.get("expression"))
    ]
    return f"{status} with an issue that says too little: {dumb}" if dumb else ""


def fuzz(ask: Ask, *, seed: int, requests: int, give_up_after: int = 1) -> Tally:
    """Send that many requests made from ``seed``; end early after too many wrong answers."""
    asker, tally, base_mb = Asker(Random(seed)), Tally(), 0.0
    for number, request in zip(range(requests), asker.requests(), strict=False):
        status, content_type, location, body = ask(request)
        tally.statuses[status] += 1
        if what := judged(request, status, content_type, body):
            tally.wrong.append((request, f"Request {number} of seed {seed}: {what}"))
            if len(tally.wrong) >= give_up_after:
                break
        _learn(asker, location)
        if number == requests // 10:
            base_mb = resident_mb()
    tally.grown_mb = resident_mb() - base_mb
    return tally


def _learn(asker: Asker, location: str) -> None:
    _, _, place = location.partition("/fhir/")
    if place.count("/") >= 1:
        asker.known.append("/".join(place.split("/")[:2]))
