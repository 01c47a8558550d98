"""Search parameters that columns of a table answer: dates that they hold exactly, and joins.

A table of rows that this house alone writes has no tokens: columns answer all that is asked of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Parameter:
    """One search parameter and the columns that stand for it.

    Attributes:
        name: As in the FHIR specification.
        type: date or reference; everything else is found by tokens and tables of values.
        start: Column where a date begins.
        end: Column where a date ends.
        days: Both columns are days, not moments.
        column: Foreign key that holds a reference.
        target: FHIR type that the foreign key points to.
        how: Lookup by which ``column`` is compared, where nothing but the column answers.
        values: What ``column`` is compared with, for a value as it is asked.
    """

    name: str
    type: str
    start: str = ""
    end: str = ""
    days: bool = False
    column: str = ""
    target: str = ""
    how: str = ""
    values: Callable[[str], Sequence[Any]] | None = None


def moments(name: str, start: str, end: str) -> Parameter:
    """A span of moments in two columns, or in one that is both."""
    return Parameter(name, "date", start=start, end=end)


def dates(name: str, start: str, end: str) -> Parameter:
    """A span of days in two columns."""
    return Parameter(name, "date", start=start, end=end, days=True)


def reference(name: str, column: str, target: str) -> Parameter:
    """A foreign key by which chains and includes go; a reference alone is found by its token."""
    return Parameter(name, "reference", column=column, target=target)


def compared(
    name: str, type_: str, column: str, how: str, values: Callable[[str], Sequence[Any]]
) -> Parameter:
    """A column compared with what the value that is asked for means; with nothing, if nothing."""
    return Parameter(name, type_, column=column, how=how, values=values)
