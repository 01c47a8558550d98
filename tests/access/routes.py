"""Every address that the resolver knows, and the line of the matrix that speaks of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import URLPattern, get_resolver

TABLE = Path(__file__).with_name("matrix.txt")
EVERYBODY = "DNRAPSLMCBEWX"
GROUPS = {"*": "DNRAPS", "+": "DNRAPSCWX", "-": ""}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Line:
    """A way of asking at an address, and who may ask so.

    Attributes:
        route: Name of the address.
        methods: By which methods.
        who: Letters of those who get in.
        whose: "chart", "known", or "-" where the address is about no patient.
        record: The record of that patient in the address; "" for the patient alone.
        words: What else the address names, and what else is known of the question.
    """

    route: str
    methods: tuple[str, ...]
    who: str
    whose: str
    record: str
    words: tuple[tuple[str, str], ...]

    def said(self, name: str) -> str:
        """One of the words; empty where the line does not say it."""
        return dict(self.words).get(name, "")


def read(text: str) -> list[Line]:
    """The lines of a table."""
    rows = (line.split() for line in text.splitlines())
    return [_line(row) for row in rows if row and not row[0].startswith("#")]


def _line(row: list[str]) -> Line:
    route, methods, who, whose, *what = row
    named = methods.split(",")
    letters = "".join(GROUPS.get(letter, letter) for letter in who)
    return Line(
        route,
        tuple(named),
        letters,
        whose,
        next((word for word in what if "=" not in word), ""),
        tuple((name, value) for name, _, value in (w.partition("=") for w in what if "=" in w)),
    )


def route_of(address: str) -> str:
    """The address without what tells two ways of asking there apart: ``inbox@team``."""
    return address.partition("@")[0]


@cache
def table() -> dict[str, list[Line]]:
    """The matrix by name of the address."""
    found: dict[str, list[Line]] = {}
    for line in read(TABLE.read_text()):
        found.setdefault(line.route, []).append(line)
    return found


@dataclass(frozen=True)
class Address:
    """An address of the resolver: its name (or itself, without one) and what it is made of."""

    name: str
    route: str
    view: Any


def addresses() -> Iterator[Address]:
    """Every address of the house."""
    yield from _within(get_resolver(), "", "")


def _within(resolver: Any, prefix: str, space: str) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Address(f"{space}{pattern.name}" if pattern.name else route, route, pattern)
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _within(pattern, route, inner)
