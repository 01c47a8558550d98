"""From the pairs of a query string to a page of rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet

from fhir.errors import BadParameter, UnknownParameter
from fhir.search.columns import Parameter, moments

PAGE, LARGEST_PAGE = 50, 500
CONTROL = {"_count", "_cursor", "_format", "_pretty"}

EVERY_TYPE = (
    Parameter("_id", "token", lambda value, _: Q(fhir_id=value)),
    moments("_lastUpdated", "updated_at", "updated_at"),
)


@dataclass(frozen=True)
class Page:
    """One page of matches, and the cursor of the next one (empty at the end)."""

    rows: list[Any]
    next_cursor: str


def search(
    rows: QuerySet[Any], parameters: Iterable[Parameter], query: Iterable[tuple[str, str]]
) -> Page:
    """The page of ``rows`` that ``query`` asks for.

    Args:
        rows: What the principal may see.
        parameters: The table of names allowed for this type.
        query: Name and value pairs of the request, repeated names meaning "and".

    Raises:
        UnknownParameter: a name or modifier that is not in the table.
        BadParameter: a value that cannot be read.
    """
    table = {parameter.name: parameter for parameter in (*EVERY_TYPE, *parameters)}
    control: dict[str, str] = {}
    for key, value in query:
        if key in CONTROL:
            control[key] = value
        else:
            rows = rows.filter(_condition(table, key, value))
    return _page(rows, control)


def _condition(table: dict[str, Parameter], key: str, value: str) -> Q:
    name, _, modifier = key.partition(":")
    parameter = table.get(name)
    if parameter is None or (modifier and modifier not in parameter.modifiers):
        known = ", ".join(sorted(table))
        raise UnknownParameter(f'"{key[:60]}" is not a search parameter here. Known: {known}.')
    if "\x00" in value:
        raise BadParameter(f"{name}: the value holds a NUL character.")
    either = Q(pk__in=[])
    for one in value.split(","):
        either |= parameter.condition(one, modifier)
    return either


def _page(rows: QuerySet[Any], control: dict[str, str]) -> Page:
    count = _count(control.get("_count", str(PAGE)))
    if "_cursor" in control:
        rows = rows.filter(pk__lt=_opened(control["_cursor"]))
    found = list(rows.order_by("-pk")[: count + 1])
    more = len(found) > count
    cursor = signing.dumps(str(found[count - 1].pk), salt="fhir-cursor") if more else ""
    return Page(found[:count], cursor)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text[:9]) < 1:
        raise BadParameter(f"_count={text[:20]}: write a whole number from 1 to {LARGEST_PAGE}.")
    return min(int(text[:9]), LARGEST_PAGE)


def _opened(cursor: str) -> UUID:
    try:
        return UUID(signing.loads(cursor, salt="fhir-cursor"))
    except signing.BadSignature:
        raise BadParameter("_cursor was not given out by this server; search again.") from None
