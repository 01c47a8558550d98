"""Pages that follow each other by what the last record was, not by how many came before.

A page begins after the last record of the one before it, in the order that was asked for. Records
that are written or deleted meanwhile move nobody else: what stood all the time is neither skipped
nor given twice.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import (
    F,
    Func,
    Max,
    Min,
    OrderBy,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from fhir.errors import BadParameter
from fhir.models import DateValue, NumberValue, StringValue
from fhir.principal import Principal
from fhir.search.criteria import SortKey
from fhir.search.query import Query

SALT = "fhir-search-cursor"
NEAR = 5_000  # rows that are walked through at most, in the order of their keys
LEAST = UUID(int=0)
READ_BACK: Mapping[str, Callable[[str], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "n": Decimal,
    "s": str,
}


def ordered(found: QuerySet[Any], sort: tuple[SortKey, ...]) -> QuerySet[Any]:
    """``found`` in the order of ``sort``, newest first where that leaves a choice.

    Records without a value come last, whatever the direction.
    """
    orders: list[OrderBy] = []
    for number, one in enumerate(sort):
        found = found.annotate(**{f"sort_{number}": _expression(one)})
        column = F(f"sort_{number}")
        orders.append(
            column.desc(nulls_last=True) if one.descending else column.asc(nulls_last=True)
        )
    return found.order_by(*orders, "-pk")


def _expression(one: SortKey) -> Combinable:
    if one.column:
        return F(one.column)
    if one.values == "date":
        values: QuerySet[Any] = DateValue.objects.annotate(value=F("low"))
    elif one.values == "number":
        values = NumberValue.objects.annotate(value=F("low"))
    else:
        values = StringValue.objects.annotate(value=F("text"))
    best = Max("value") if one.descending else Min("value")
    of_record = values.filter(record_id=OuterRef("pk"), key__in=one.keys)
    return Subquery(of_record.order_by().values("record_id").annotate(best=best).values("best"))


def after(found: QuerySet[Any], sort: tuple[SortKey, ...], last: list[Any]) -> QuerySet[Any]:
    """The records of an ordered query that come after the one whose values are ``last``."""
    *values, pk = last
    beyond = Q(pk__lt=pk)
    for number, (one, value) in reversed(list(enumerate(zip(sort, values, strict=True)))):
        name = f"sort_{number}"
        if value is None:
            beyond = Q(**{f"{name}__isnull": True}) & beyond
            continue
        how = "lt" if one.descending else "gt"
        later = Q(**{f"{name}__{how}": value}) | Q(**{f"{name}__isnull": True})
        beyond = later | (Q(**{name: value}) & beyond)
    return found.filter(beyond)


def nearest(
    found: QuerySet[Any], everything: QuerySet[Any], place: list[Any] | None
) -> QuerySet[Any]:
    """Those of ``found`` that are among the ``NEAR`` rows of ``everything`` after ``place``."""
    rows = everything.select_related(None).order_by("-pk")
    if place is not None:
        rows = rows.filter(pk__lt=place[-1])
    farthest = Subquery(rows.values("pk")[NEAR : NEAR + 1])
    return found.filter(pk__gt=Coalesce(farthest, Value(LEAST)))


class Spelled(Func):
    """A key as text, which sorts as the key does; but no index is in the order of it."""

    template = '(%(expressions)s)::text COLLATE "C"'
    output_field = TextField()


def gathered(found: QuerySet[Any]) -> QuerySet[Any]:
    """``found``, newest first, whose rows are all looked up before the first is told."""
    return found.order_by(Spelled(F("pk")).desc())


def place_of(record: Any, sort: tuple[SortKey, ...]) -> list[Any]:
    """Where ``record`` stands in the order."""
    return [getattr(record, f"sort_{number}") for number in range(len(sort))] + [record.pk]


def seal(place: list[Any], query: Query, by: Principal, within: str = "") -> str:
    """``place`` for the address of the next page: signed, for this question and this asker."""
    *values, pk = place
    written = [None if value is None else _written(value) for value in values]
    return signing.dumps([_bound(query, by, within), written, str(pk)], salt=SALT, compress=True)


def opened(query: Query, by: Principal, within: str = "") -> list[Any]:
    """The place that the cursor of ``query`` names.

    Raises:
        BadParameter: it was not given out for this question to this asker.
    """
    try:
        bound, written, pk = signing.loads(query.cursor, salt=SALT)
    except (signing.BadSignature, ValueError, UnicodeError):
        raise BadParameter(
            "_cursor was not given out by this server; search again from the first page.",
            expression="_cursor",
        ) from None
    if bound != _bound(query, by, within):
        raise BadParameter(
            "_cursor belongs to another search or another reader; search again from the first "
            "page, and follow its next link as it is.",
            expression="_cursor",
        )
    return [None if text is None else READ_BACK[text[0]](text[1:]) for text in written] + [UUID(pk)]


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return f"t{value.isoformat()}"
    if isinstance(value, date):
        return f"d{value.isoformat()}"
    return f"n{value}" if isinstance(value, Decimal) else f"s{value}"


def _bound(query: Query, by: Principal, within: str) -> str:
    """Whom and what a cursor is for."""
    asked = [query.type, within, by.label, *(f"{name}={value}" for name, value in query.pairs)]
    return sha256("\x00".join(asked).encode()).hexdigest()[:32]
