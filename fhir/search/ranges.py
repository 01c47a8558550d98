"""How the range of a date or number lies to the one that was asked for, as conditions."""

from datetime import timedelta
from typing import Any, TypeAlias

from django.db.models import BooleanField, F, Func, Q

from fhir.indexes import NARROW_HOURS
from fhir.models import DateValue
from fhir.search.criteria import ColumnMoments, Span
from fhir.search.reading import whole_days

# The key of a date in the table of values; or two columns, and whether they are days.
Where: TypeAlias = int | tuple[str, str, bool]
FROM = ("eq", "ap", "ge", "gt", "sa")
UNTIL = ("eq", "ap", "le", "lt", "eb")


def dated(where: Where, spans: list[Span]) -> Q:
    """All of ``spans`` hold of the one date of a record."""
    if isinstance(where, int):
        both = Q(key=where) & window("low", "high", spans)
        for span in spans:
            both &= lying("low", "high", span)
        return Q(pk__in=DateValue.objects.filter(both).values("record_id"))
    start, end, days = where
    both = Q() if days or start == end else window(start, end, spans)
    for span in spans:
        both &= in_columns(ColumnMoments(start, end, days, span))
    return both


def in_columns(test: ColumnMoments) -> Q:
    """How the span of two columns must lie; one of them may be open."""
    span = whole_days(test.span) if test.days else test.span
    start, end = test.start, test.end
    found = lying(start, end, span)
    if start == end:
        return found
    # A period without an end goes on; one without a start always was.
    if span.prefix in ("gt", "ge", "ne", "ap"):
        begun = Q(**{f"{start}__lte": span.high}) if span.prefix == "ap" else Q()
        found |= Q(**{f"{end}__isnull": True, f"{start}__isnull": False}) & begun
    if span.prefix in ("lt", "le", "ne", "ap"):
        over = Q(**{f"{end}__gte": span.low}) if span.prefix == "ap" else Q()
        found |= Q(**{f"{start}__isnull": True, f"{end}__isnull": False}) & over
    if span.prefix == "sa":
        found |= Q(**{f"{end}__isnull": True, f"{start}__gt": span.high})
    if span.prefix == "eb":
        found |= Q(**{f"{start}__isnull": True, f"{end}__lt": span.low})
    return found


class Wide(Func):
    """The span from ``start`` to ``end`` is longer than a day, or open: few are (SpanIndex)."""

    output_field = BooleanField()

    def __init__(self, start: str, end: str) -> None:
        super().__init__(F(end), F(start), arg_joiner=" - ")

    template = f"((%(expressions)s) <= '{NARROW_HOURS} hours'::interval) IS NOT TRUE"


def window(start: str, end: str, spans: list[Span]) -> Q:
    """What follows from all of ``spans``, so that an index finds where to begin and to stop."""
    lows: list[Any] = [
        one.high if one.prefix in ("gt", "sa") else one.low for one in spans if one.prefix in FROM
    ]
    highs: list[Any] = [
        one.low if one.prefix in ("lt", "eb") else one.high for one in spans if one.prefix in UNTIL
    ]
    try:
        early = max(lows) - timedelta(hours=NARROW_HOURS)
    except (ValueError, OverflowError):  # no beginning, or that of time
        return Q()
    until = Q(**{f"{start}__lte": min(highs)}) if highs else Q()
    return (Q(**{f"{start}__gte": early}) & until) | Q(Wide(start, end))


def lying(start: str, end: str, span: Span) -> Q:
    """How the range from ``start`` to ``end`` must lie to ``span`` (FHIR R4 3.1.1.5.3).

    Bounds that follow from the others are spelled out where they let an index stop early.
    """
    low, high = span.low, span.high
    before_high = "lt" if span.open_end else "lte"
    if span.prefix == "eq":
        return Q(**{f"{start}__gte": low, f"{start}__lte": high, f"{end}__{before_high}": high})
    if span.prefix == "ne":
        from_high = "gte" if span.open_end else "gt"
        return Q(**{f"{start}__lt": low}) | Q(**{f"{end}__{from_high}": high})
    return {
        "gt": Q(**{f"{end}__gt": high}),
        "ge": Q(**{f"{end}__gte": low}) & (Q(**{f"{start}__gte": low}) | Q(**{f"{end}__gt": high})),
        "lt": Q(**{f"{start}__lt": low}),
        "le": Q(**{f"{start}__lte": high})
        & (Q(**{f"{start}__lt": low}) | Q(**{f"{end}__lte": high})),
        "sa": Q(**{f"{start}__gt": high}),
        "eb": Q(**{f"{end}__lt": low, f"{start}__lt": low}),
        "ap": Q(**{f"{start}__lte": high, f"{end}__gte": low}),
    }[span.prefix]
