"""Which of two values is the greater: numbers, times as exact as they were written, quantities."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

MOMENT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)
WIDEST_ZONES = (timedelta(hours=14), timedelta(hours=12))
Bounds = tuple[datetime, datetime, bool]


def numbers(one: Any, other: Any) -> int | None:
    """-1, 0 or 1; None where one is not there."""
    if not isinstance(one, int | Decimal | float) or not isinstance(other, int | Decimal | float):
        return None
    return (one > other) - (one < other)


def moments(one: Any, other: Any) -> int | None:
    """-1, 0 or 1 of two dates or times; None where that depends on what they leave open.

    >>> moments("2024-02", "2024-02-29") is None
    True
    >>> moments("2024-02-29T10:00:00Z", "2024-02-29T10:00:00+01:00")
    1
    """
    if not isinstance(one, str) or not isinstance(other, str):
        return None
    if len(one) == len(other) and one[19:] == other[19:]:  # as exact, and in the same zone
        return (one > other) - (one < other)
    left, right = bounds(one), bounds(other)
    if left is None or right is None:
        return None
    if left[2] != right[2]:
        left, right = widened(left), widened(right)
    if left[:2] == right[:2]:
        return 0
    if left[1] <= right[0]:
        return -1
    return 1 if left[0] >= right[1] else None


def bounds(text: str) -> Bounds | None:
    """The first instant, the first one after, and whether a zone was said; None if unreadable."""
    found = MOMENT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        low = datetime(
            int(year), int(month or 1), int(day or 1),
            int(hour or 0), int(minute or 0), min(int(second or 0), 59),
            int((fraction or "0").ljust(6, "0")), tzinfo=UTC,
        )  # fmt: skip
        low -= offset(zone)
        return low, after(low, month, day, hour), zone is not None
    except (ValueError, OverflowError):
        return None


def offset(zone: str | None) -> timedelta:
    """How far a zone is ahead of UTC."""
    if zone is None or zone == "Z":
        return timedelta()
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    return ahead if zone[0] == "+" else -ahead


def after(low: datetime, month: str | None, day: str | None, hour: str | None) -> datetime:
    """The end of the year, month, day or instant that starts at ``low``."""
    if hour is not None:
        return low
    if day is not None:
        return low + timedelta(days=1)
    if month is not None:
        return (low + timedelta(days=31)).replace(day=1)
    return low.replace(year=low.year + 1)


def widened(span: Bounds) -> Bounds:
    """The span of what has no zone, whatever the zone was; others as they are."""
    low, high, zoned = span
    return span if zoned else (low - WIDEST_ZONES[0], high + WIDEST_ZONES[1], zoned)


def quantities(one: Any, other: Any) -> int | None:
    """-1, 0 or 1 of two quantities in the same unit; None in different ones."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return None
    if unit(one) != unit(other):
        return None
    return numbers(one.get("value"), other.get("value"))


def unit(quantity: dict[str, Any]) -> tuple[Any, Any]:
    """System and code; the words where there is no code."""
    code = quantity.get("code")
    return (quantity.get("system"), code) if code is not None else (None, quantity.get("unit"))
