"""Search parameters that columns of a table answer, each with its way to a WHERE clause."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from django.db.models import Q

from fhir.errors import BadParameter
from fhir.times import date_range, moment_range

Condition: TypeAlias = Callable[[str, str], Q]

PREFIX = re.compile(r"^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=\d)")


@dataclass(frozen=True)
class Parameter:
    """One search parameter.

    Attributes:
        name: As in the FHIR specification.
        type: token, string, date, reference, …
        condition: From one value and its modifier to a condition on the table.
        modifiers: Modifiers that ``condition`` understands.
        start: Column where a date begins; the engine uses it instead of a table of values.
        end: Column where a date ends.
        days: Both columns are days, not moments.
        column: Foreign key that holds a reference.
        target: FHIR type that the foreign key points to.
    """

    name: str
    type: str
    condition: Condition
    modifiers: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    days: bool = False
    column: str = ""
    target: str = ""


def token(name: str, system: str, code: str) -> Parameter:
    """``system|code``, ``|code``, ``system|`` or ``code`` over two columns."""

    def condition(value: str, _: str) -> Q:
        wanted_system, bar, wanted_code = value.rpartition("|")
        found = Q(**{code: wanted_code}) if wanted_code else Q()
        return found & Q(**{system: wanted_system}) if bar else found

    return Parameter(name, "token", condition)


def code(name: str, column: str) -> Parameter:
    """A code of one fixed system."""
    return Parameter(name, "token", lambda value, _: Q(**{column: value.rpartition("|")[2]}))


def codes(name: str, column: str) -> Parameter:
    """Any code of an array column."""
    return Parameter(
        name, "token", lambda value, _: Q(**{f"{column}__contains": [value.rpartition("|")[2]]})
    )


def words(name: str, column: str, fold: Callable[[str], list[str]]) -> Parameter:
    """Every word of the value is a word of the array column."""

    def condition(value: str, _: str) -> Q:
        return Q(**{f"{column}__contains": fold(value)})

    return Parameter(name, "string", condition)


def moments(name: str, start: str, end: str) -> Parameter:
    """A date with prefixes over a span of two columns (FHIR R4 3.1.1.5.4)."""

    def condition(value: str, _: str) -> Q:
        match = PREFIX.match(value)
        prefix = match.group(1) if match else "eq"
        low, high = moment_range(value[2:] if match else value)
        if low is None or high is None:
            raise BadParameter(f'{name}={value[:40]}: not a FHIR date such as "ge2024-05-01".')
        return _span(prefix, start, end, low, high)

    return Parameter(name, "date", condition, start=start, end=end)


def dates(name: str, start: str, end: str) -> Parameter:
    """A date with prefixes over a span of two date columns."""

    def condition(value: str, _: str) -> Q:
        match = PREFIX.match(value)
        prefix = match.group(1) if match else "eq"
        low, high = date_range(value[2:] if match else value)
        if low is None or high is None:
            raise BadParameter(f'{name}={value[:40]}: not a FHIR date such as "1958-04-01".')
        return _span(prefix, start, end, low, high)

    return Parameter(name, "date", condition, start=start, end=end, days=True)


def _span(prefix: str, start: str, end: str, low: date, high: date) -> Q:
    inside = Q(**{f"{start}__gte": low, f"{end}__lte": high})
    return {
        "eq": inside,
        "ne": ~inside,
        "gt": Q(**{f"{end}__gt": high}),
        "ge": Q(**{f"{end}__gt": high}) | inside,
        "lt": Q(**{f"{start}__lt": low}),
        "le": Q(**{f"{start}__lt": low}) | inside,
        "sa": Q(**{f"{start}__gt": high}),
        "eb": Q(**{f"{end}__lt": low}),
        "ap": Q(**{f"{start}__lte": high, f"{end}__gte": low}),
    }[prefix]


def reference(name: str, column: str, target: str) -> Parameter:
    """``id`` or ``Type/id`` of the row that a foreign key points to."""

    def condition(value: str, modifier: str) -> Q:
        kind, slash, fhir_id = value.rpartition("/")
        if (slash and kind != target) or (modifier and modifier != target):
            return Q(pk__in=[])
        return Q(**{f"{column}__fhir_id": fhir_id})

    return Parameter(
        name, "reference", condition, modifiers=(target,), column=column, target=target
    )


def boolean(name: str, column: str) -> Parameter:
    """A flag: ``true`` or ``false``."""

    def condition(value: str, _: str) -> Q:
        if value not in ("true", "false"):
            raise BadParameter(f'{name}={value[:40]}: write "true" or "false".')
        return Q(**{column: value == "true"})

    return Parameter(name, "token", condition)
