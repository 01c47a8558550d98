"""What a search asks, taken apart: tests of one value, and how they hang together.

Nothing here knows SQL. Every key is made while the question is read, so that a question that
cannot be asked is refused before any row is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

Prefix: TypeAlias = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
Bound: TypeAlias = datetime | date | Decimal


@dataclass(frozen=True)
class Span:
    """A date or number with its prefix, as the range that its digits leave open.

    Attributes:
        prefix: How the range of the record must lie to this one.
        low: First moment or least number that the value can mean.
        high: Last moment, or the number that it stays below.
        open_end: ``high`` itself lies outside (numbers).
    """

    prefix: Prefix
    low: Bound
    high: Bound
    open_end: bool = False


@dataclass(frozen=True)
class Tokens:
    """The record has one of these keys; none of them can be had when there are no keys."""

    keys: tuple[int, ...]


@dataclass(frozen=True)
class Words:
    """The record has a text under ``key`` that starts with, or contains, ``text``."""

    key: int
    text: str
    anywhere: bool = False


@dataclass(frozen=True)
class Moments:
    """The record has a date under ``key`` that lies so to ``span``; ``single``: it has but one."""

    key: int
    span: Span
    single: bool = False


@dataclass(frozen=True)
class ColumnMoments:
    """The span of two columns of the record lies so to ``span``; days only where ``days``."""

    start: str
    end: str
    days: bool
    span: Span


@dataclass(frozen=True)
class Numbers:
    """The record has a number under ``key`` that lies so to ``span``."""

    key: int
    span: Span


@dataclass(frozen=True)
class Ids:
    """The record has one of these FHIR ids."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class Empty:
    """Both columns of a date are empty."""

    start: str
    end: str


@dataclass(frozen=True)
class Held:
    """A column of the record compares so with one of the values; with none, nothing is found."""

    column: str
    how: str
    values: tuple[Any, ...]


Test: TypeAlias = Tokens | Words | Moments | ColumnMoments | Numbers | Ids | Empty | Held


@dataclass(frozen=True)
class AnyOf:
    """One of the tests holds; with ``negated``, none."""

    tests: tuple[Test, ...]
    negated: bool = False


@dataclass(frozen=True)
class Chain:
    """A reference leads to a record that fulfils a question of its own.

    Attributes:
        type: Type whose parameter it is.
        stored: The reference parameters of ``type`` under which references are kept.
        parameter: The name that was asked, for a table that has a foreign key for it.
        ends: Type at the other end → what is asked of it.
    """

    type: str
    parameter: str
    stored: tuple[str, ...]
    ends: tuple[tuple[str, Criterion], ...]


@dataclass(frozen=True)
class Has:
    """A record of another type refers to this one and fulfils a question of its own.

    Attributes:
        type: Type of this one.
        source: Type of the other.
        parameter: Its parameter, as it was asked.
        stored: The parameters of ``source`` under which references are kept.
        wanted: What is asked of the other.
        base: Address of this server's API.
    """

    type: str
    source: str
    parameter: str
    stored: tuple[str, ...]
    wanted: Criterion
    base: str = ""


Criterion: TypeAlias = AnyOf | Chain | Has


@dataclass(frozen=True)
class SortKey:
    """One order of the answer.

    Attributes:
        name: The parameter that was named.
        column: A column of the table, where one holds it.
        keys: Keys in the table of values, where no column does.
        values: Which table of values.
        descending: Greatest first.
    """

    name: str
    column: str = ""
    keys: tuple[int, ...] = ()
    values: Literal["", "date", "string", "number"] = ""
    descending: bool = False


@dataclass(frozen=True)
class Include:
    """Which references to follow from, or to, what was found.

    Attributes:
        source: Type that has the reference.
        parameter: Its parameter; ``*`` for all.
        target: Only references to this type; any if empty.
        again: Follow it from what was included, too (``:iterate``).
    """

    source: str
    parameter: str
    target: str = ""
    again: bool = False
