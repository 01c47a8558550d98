"""FHIR dates and dateTimes: partial ones are a span, whole ones a moment."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
# The edges of what both Python and PostgreSQL can name, in UTC, so that they come back from there.
FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)


def date_range(text: str) -> tuple[date | None, date | None]:
    """First and last day of a FHIR date.

    >>> date_range("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    match = _DATE.fullmatch(text)
    if not match:
        return None, None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        low = date(year or 0, month or 1, day or 1)
        last_month = month or 12
        high = date(low.year, last_month, day or monthrange(low.year, last_month)[1])
    except ValueError:
        return None, None
    return low, high


def date_text(low: date | None, high: date | None) -> str:
    """The FHIR date of a pair; its precision is what the pair spans.

    >>> date_text(date(1958, 1, 1), date(1958, 12, 31))
    '1958'
    """
    if low is None or high is None:
        return ""
    if low == high:
        return low.isoformat()
    return f"{low.year:04}" if low.month != high.month else f"{low.year:04}-{low.month:02}"


def moment_range(text: str) -> tuple[datetime | None, datetime | None]:
    """First and last moment that a FHIR dateTime can mean; dates are in the house's zone.

    The last moment of a day, month or year is its last microsecond. What lies beyond the years
    1 to 9999 in UTC is their edge.
    """
    low, high = date_range(text)
    zone = ZoneInfo(settings.TIME_ZONE)
    if low is not None and high is not None:
        ends = datetime.combine(low, time.min, zone), datetime.combine(high, time.max, zone)
        return _within(ends[0]), _within(ends[1])
    try:
        exact = datetime.fromisoformat(text)
    except ValueError:
        return None, None
    if exact.tzinfo is None:
        return None, None
    return _within(exact), _within(exact)


def _within(moment: datetime) -> datetime:
    return min(max(moment, FIRST), LAST)


def moment_text(value: datetime | None) -> str:
    """A FHIR dateTime in UTC with as many decimals as it needs."""
    if value is None:
        return ""
    utc = value.astimezone(ZoneInfo("UTC"))
    spec = "microseconds" if utc.microsecond % 1000 else "milliseconds"
    return utc.isoformat(timespec=spec if utc.microsecond else "seconds").replace("+00:00", "Z")


def span_text(low: datetime | None, high: datetime | None) -> str:
    """The FHIR dateTime that means exactly this span: year, month, day or moment; else empty."""
    if low is None or high is None:
        return ""
    if low == high:
        return moment_text(low)
    day = low.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    spelled = (f"{day.year:04}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}")
    return next((text for text in spelled if moment_range(text) == (low, high)), "")
