"""Pages of a long list: each begins after the last row of the page before."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

T = TypeVar("T")
SHOWN = 50
LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and the id after which the next page begins (None at the end)."""

    rows: list[T]
    next: UUID | None


def page(rows: QuerySet[Any], newest: str, after: UUID | None, shown: int = SHOWN) -> Page[Any]:
    """Rows from the newest to the oldest; those without a time come last.

    Addresses hold the id of a row, never its date: nothing clinical stands in a URL.

    Args:
        rows: All rows of the list.
        newest: Column of the time they are ordered by.
        after: Id of the last row of the page before; None for the first page.
        shown: Rows of a page.
    """
    dated = rows.annotate(list_at=Coalesce(F(newest), Value(LONG_AGO)))
    if after is not None:
        last = dated.filter(pk=after).values_list("list_at", flat=True).first()
        at = last or LONG_AGO
        dated = dated.filter(Q(list_at__lt=at) | Q(list_at=at, pk__lt=after))
    found = list(dated.order_by("-list_at", "-pk")[: shown + 1])
    return Page(found[:shown], found[shown - 1].pk if len(found) > shown else None)


def after_of(text: str | None) -> UUID | None:
    """The id in ``?after=``; anything else is the first page."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
