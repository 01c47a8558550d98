"""One cell of the matrix: an address, a method, who asks, and about whom; and what should come."""

import re
from collections.abc import Collection, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from django.test import override_settings

from tests.access import bodies
from tests.access.askings import Answer, ask
from tests.access.chart import KEPT, SUBJECTS, Subject
from tests.access.offers import READERS
from tests.access.paths import path_of
from tests.access.routes import EVERYBODY, METHODS, Line, route_of, table
from tests.access.world import Asker, World, may_be_labelled

# Whose chart, and whose name, each asker may read.
CHARTS = {"D": {"own", "broken"}, "N": {"own", "restricted"}, "W": {"own"}}
CHARTS["C"] = {"own", "other", "broken"}
CHARTS |= {"B": CHARTS["C"], "E": set(SUBJECTS)}
NAMES = {each: {"own", "other", "broken", "restricted"} for each in "DNRP"}
NAMES |= {each: CHARTS[each] for each in "CBE"}
# About whom each is asked: all for the doctor, for others where their answers differ from that.
ASKED = {each: ["own", "elsewhere"] for each in EVERYBODY} | {
    "D": list(SUBJECTS),
    "N": ["own", "restricted", "broken", "elsewhere"],
    "C": ["own", "other", "restricted", "elsewhere"],
    "W": ["own", "other"],
}
# Words of the table for addresses that are closed about some patients.
CLOSED = ("chart", "known")
# How somebody wishes to be answered: the nurse as htmx asks, in XML over FHIR.
HTMX = (("HX-Request", "true"), ("HX-Target", "main"))
XML = (("Accept", "application/fhir+xml"),)


# Where the other clinic may be named.
ANYWHERE = re.compile(
    "fhir"  # as a record names it
    "|restriction-new"  # a patient keeps away whomever they like
    # Administrators keep the places, the people and the words of the whole house.
    "|admin-|admin:(patients_|accounts_(location|organization|practitioner|user|client_changelist))"
)
# Askers whom the same rule keeps out, of whom one asks in turn: clinicians, the desk, offices,
# machines, who is not quite in yet, strangers. Where something is sent: people, and all others.
KINDS = {"GET": ("DN", "R", "APS", "CW", "LM", "X")}
WRITERS = ("DNRAPS", "CWLMX")
# The doctor ordered a test of a patient whose chart is closed by now: it waits for the doctor.
WAITING = {(each, "D"): {"other"} for each in ("home", "inbox", "patient-search")}

# What comes of asking where the house has to say no for another reason than who asks.
EXPECTED = {
    ("POST", "allergies-none-known"): 409,  # there is an allergy
    ("POST", "appointment-no-show"): 409,  # it is not yet over
    ("POST", "visit-admit"): 409,  # there is a bed already
    ("POST", "visit-transfer"): 409,  # the visit has ended
    ("POST", "visit-discharge"): 409,
    ("POST", "appointment-seen"): 409,  # nobody has arrived yet
    ("POST", "care-team-add"): 409,  # the team reads more than who asks
    ("POST", "death-retract"): 409,  # nobody has died
    ("DELETE", "fhir-type-type_-fhirid-fhir_id@named"): 409,  # another record names it
    ("POST", "patient-new@alike"): 409,  # somebody like this is here
    ("POST", "patient-new@taken"): 422,  # somebody bears the number
    ("POST", "sign-out"): 302,  # to the door
    ("POST", "admin/logout/"): 302,
    **{(each, name): 302 for each in METHODS for name in ("admin/login/", "admin:login")},
    ("GET", "passkey-add"): 409,  # not at a bare address
    ("POST", "passkey-add"): 409,
}
# A program that names itself wrongly is told what is wrong with its form.
ALSO = dict.fromkeys(("oauth-token", "oauth-revoke", "oauth-introspect"), (400,))


@dataclass(frozen=True)
class Cell:
    """One question.

    Attributes:
        address: Name of the address.
        method: By which method.
        who: Letter of the asker.
        about: Key of the patient.
    """

    address: str
    method: str
    who: str
    about: str

    def __str__(self) -> str:
        return f"{self.method} {self.address} by {self.who} about {self.about}"

    @property
    def line(self) -> Line | None:
        """The line of the table that speaks of the method; the first of them for the words."""
        lines = table()[self.address]
        return next((each for each in lines if self.method in each.methods), None)

    @property
    def wish(self) -> tuple[tuple[str, str], ...]:
        """How the answer is wished for: a page or JSON, a piece of a page, or XML."""
        if self.address.startswith("fhir"):
            return XML if self.who == "N" or (self.who, self.about) == ("C", "other") else ()
        return HTMX if self.who == "N" else ()

    @property
    def is_open(self) -> bool:
        """Whether the table lets this asker in."""
        return any(
            self.method in line.methods and self.who in line.who and self.about in self._whose(line)
            for line in table()[self.address]
        )

    def _whose(self, line: Line) -> Collection[str]:
        """The patients whom the line means for this asker."""
        if line.whose not in CLOSED:
            return SUBJECTS
        return (CHARTS if line.whose == "chart" else NAMES).get(self.who, ())

    @property
    def hidden(self) -> tuple[str, ...]:
        """What the answer must not tell this asker."""
        return (
            *([] if self.who == "E" else [KEPT.word]),
            *(each.family for key, each in SUBJECTS.items() if key not in self._names),
            *(each.word for key, each in SUBJECTS.items() if key not in self._charts),
        )

    def due(self, world: World) -> Iterator[tuple[str, str]]:
        """What the answer must tell this asker, and in which part of the page."""
        for line in table()[self.address]:
            meant = line.said("about") in ("", self.about)
            if meant and self.method in line.methods and self.who in line.who and self.is_open:
                told = [each.word for each in self._meant(line, "tells", self._charts)]
                told += [each.family for each in self._meant(line, "names", self._names)]
                told += filter(None, self._filled(line.said("says"), world).split(","))
                yield from ((line.said("part"), each) for each in told)

    def _meant(self, line: Line, word: str, known: Collection[str]) -> list[Subject]:
        keys = line.said(word).replace("about", self.about).split(",")
        return [SUBJECTS[key] for key in keys if key in known]

    def _filled(self, text: str, world: World) -> str:
        """Words with the keys of records: ``{own.visit}``, ``{about.visit}``."""
        return world.filled(text.replace("_", " ").replace("{about.", f"{{{self.about}."))

    @property
    def _names(self) -> Collection[str]:
        """Whose names this asker may read."""
        return NAMES.get(self.who, set())

    @property
    def _charts(self) -> Collection[str]:
        """Whose charts this asker may read here."""
        waiting = WAITING.get((route_of(self.address), self.who), set())
        return CHARTS.get(self.who, set()) | waiting


def cells(address: str) -> Iterator[Cell]:
    """Every question that is asked at an address."""
    lines = table()[address]
    for method in METHODS:
        named = [line for line in lines if method in line.methods]
        if not named and "@" not in address:  # the answer depends on nobody: one is asked
            yield Cell(address, method, "D", "own")
        for who in _askers(address, named, method):
            yield from _about(Cell(address, method, who, "own"), lines)
        for line in named:
            created = method == "POST" and route_of(address).endswith("type_")  # it names no record
            if line.whose in CLOSED and line.record in may_be_labelled() and not created:
                yield Cell(address, method, line.who[0], KEPT.key)


def _about(cell: Cell, lines: list[Line]) -> Iterator[Cell]:
    """About whom somebody is asked.

    Whoever gets in nowhere at an address is asked about one patient. What may change something
    is asked about the first patient, and about one of those who are none of theirs, in turn.
    """
    yield cell
    if not any(cell.who in line.who and line.whose != "-" for line in lines):
        return
    others = [replace(cell, about=key) for key in ASKED[cell.who][1:]]
    if cell.method != "GET":
        shut = [each for each in others if not each.is_open]
        others = shut and [shut[_turn(cell) % len(shut)]]
    yield from others


def _turn(cell: Cell) -> int:
    """A number that is always the same for an address and a method."""
    return crc32(f"{cell.method} {cell.address}".encode())


def _askers(address: str, lines: list[Line], method: str) -> str:
    """Who asks: all who get in, and of each kind that does not, one in turn."""
    if not lines:
        return ""
    turn = _turn(Cell(address, method, "", ""))
    inside = "".join(who for who in EVERYBODY if any(who in line.who for line in lines))
    outside = [[who for who in kind if who not in inside] for kind in KINDS.get(method, WRITERS)]
    named = "".join(line.said("asked") for line in lines)
    if "@" in address:  # another way of asking: only of whom the table speaks
        return inside + named
    return inside + "".join(kind[turn % len(kind)] for kind in outside if kind)


def answered(world: World, cell: Cell) -> tuple[Answer, str]:
    """What comes of asking, and the body that was sent."""
    path = path_of(world, cell)
    body = bodies.body_of(world, cell)
    return put(world.askers[cell.who], cell, path, body), body.text


def put(asker: Asker, cell: Cell, path: str, body: Any) -> Answer:
    """Ask for one path."""
    headers = dict(body.headers) | dict(cell.wish)
    if asker.token:
        headers["Authorization"] = f"Bearer {asker.token}"
    needed = override_settings(SECOND_FACTOR=True) if cell.who == "M" else nullcontext()
    with needed:
        return ask(
            asker.browser,
            cell.method,
            path + (f"?{body.query}" if body.query else ""),
            data=body.data,
            content_type=body.content_type,
            headers=headers,
        )


def complaints(world: World, cell: Cell, answer: Answer, sent: str) -> list[str]:
    """What is wrong with the answer to one question; nothing where all is as the table says."""
    told = [each for each in answer.tells(cell.hidden) if each not in sent]
    due = cell.due(world)
    missing = [each for part, each in due if not answer.shows(each, part)]
    found = [f"tells {', '.join(told)}"] if told else []
    found += [f"does not tell {', '.join(missing)}"] if missing else []
    found += _of_others(world, cell, answer)
    found += _let_in(cell, answer) if cell.is_open else _kept_out(cell, answer)
    return [f"{cell}: {each}" for each in found]


def _of_others(world: World, cell: Cell, answer: Answer) -> list[str]:
    """What a page offers, or an act writes down, of the other clinic."""
    if ANYWHERE.match(cell.address) or cell.who not in READERS:
        return []
    away = str(world.charts["own"].rows["away"].pk)
    written = sorted(answer.named & {*world.foreign, away})
    shown = [each for each in world.foreign if each in answer.page]
    return [f"offers {world.foreign[each]}" for each in shown] + [
        f"writes down {world.foreign.get(each, 'a visit there')}" for each in written
    ]


def _let_in(cell: Cell, answer: Answer) -> list[str]:
    fine = not answer.is_refused and answer.status < 400
    if fine or answer.status == EXPECTED.get((cell.method, cell.address)):
        return []
    return [f"{answer.status} {answer.location}, should get in {answer.errors}"]


def _kept_out(cell: Cell, answer: Answer) -> list[str]:
    # Taking away what is not there for the asker is done already, as FHIR says.
    harmless = cell.method == "DELETE" and answer.status == 204
    refused = answer.is_refused or harmless or answer.status in ALSO.get(cell.address, ())
    wrote = [f"wrote {', '.join(sorted(answer.wrote))}"] if answer.wrote else []
    return wrote if refused else [f"{answer.status} {answer.location}, should be refused", *wrote]
