"""At which times a medicine is given: the hours of the ward rounds, and what they make due."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from itertools import pairwise
from typing import Any

from patients.dosages import repeat_of
from patients.prescribing.frequency import Frequency, of_timing

# The rounds of the ward. A hospital with other rounds edits this table and nothing else.
TIMES_OF_DAY: dict[str, tuple[str, ...]] = {
    "once-daily": ("08:00",),
    "morning": ("08:00",),
    "at-night": ("22:00",),
    "twice-daily": ("08:00", "20:00"),
    "three-times-daily": ("08:00", "14:00", "20:00"),
    "four-times-daily": ("08:00", "12:00", "18:00", "22:00"),
    "five-times-daily": ("06:00", "10:00", "14:00", "18:00", "22:00"),
    "six-times-daily": ("02:00", "06:00", "10:00", "14:00", "18:00", "22:00"),
    "every-4-h": ("02:00", "06:00", "10:00", "14:00", "18:00", "22:00"),
    "every-6-h": ("00:00", "06:00", "12:00", "18:00"),
    "every-8-h": ("06:00", "14:00", "22:00"),
    "every-12-h": ("08:00", "20:00"),
    "every-24-h": ("08:00",),
}
# Where a week holds more than one day: Monday is 0.
DAYS_OF_WEEK: dict[str, tuple[int, ...]] = {
    "twice-weekly": (0, 3),
    "three-times-weekly": (0, 2, 4),
}
NOT_DAILY_AT = "08:00"
FHIR_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = {"mo": 1, "a": 12}
EVERY_DAY = tuple(range(7))


def due_times(
    dosage: Mapping[str, Any],
    *,
    start: datetime,
    since: datetime,
    until: datetime,
    zone: tzinfo,
) -> list[datetime] | None:
    """When a dose is due between ``since`` and ``until``, oldest first.

    Args:
        dosage: FHIR Dosage.
        start: When the order begins; nothing is due before.
        since: First moment asked for.
        until: Last moment asked for.
        zone: Of the ward's clock.

    Returns:
        The times; empty for what has none (continuous); None where the timing is not understood,
        which is said and never taken for "nothing due".
    """
    timing = dosage.get("timing") or {}
    since = max(since, start)
    if clocks := repeat_of(dosage).get("timeOfDay"):
        return _daily([str(c)[:5] for c in clocks], _weekdays(dosage), since, until, zone)
    often = of_timing(timing)
    if often is None:
        return None
    if often.key in TIMES_OF_DAY:
        return _daily(TIMES_OF_DAY[often.key], EVERY_DAY, since, until, zone)
    if often.key in DAYS_OF_WEEK:
        return _daily((NOT_DAILY_AT,), DAYS_OF_WEEK[often.key], since, until, zone)
    by_hours = repeat_of(dosage).get("periodUnit", often.unit) == "h"
    return _rarely(often, start.astimezone(zone), since, until, by_hours=by_hours)


def interval(dosage: Mapping[str, Any]) -> timedelta | None:
    """The shortest time between two doses; None where the timing does not tell."""
    often = of_timing(dosage.get("timing") or {})
    if often is None:
        return None
    clocks = TIMES_OF_DAY.get(often.key, ())
    if len(clocks) > 1:
        minutes = [int(c[:2]) * 60 + int(c[3:]) for c in clocks]
        gaps = [b - a for a, b in pairwise([*minutes, minutes[0] + 1440])]
        return timedelta(minutes=min(gaps))
    per_day = often.doses_per_day
    return timedelta(days=float(1 / per_day)) if per_day else None


def _weekdays(dosage: Mapping[str, Any]) -> tuple[int, ...]:
    named = repeat_of(dosage).get("dayOfWeek") or []
    return tuple(FHIR_DAYS.index(day) for day in named if day in FHIR_DAYS) or EVERY_DAY


def _daily(
    clocks: list[str] | tuple[str, ...],
    weekdays: tuple[int, ...],
    since: datetime,
    until: datetime,
    zone: tzinfo,
) -> list[datetime]:
    day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    found = []
    while day <= last:
        if day.weekday() in weekdays:
            found += [datetime.combine(day, time.fromisoformat(c), zone) for c in clocks]
        day += timedelta(days=1)
    return sorted(at for at in found if since <= at <= until)


def _rarely(
    often: Frequency, start: datetime, since: datetime, until: datetime, *, by_hours: bool
) -> list[datetime] | None:
    """Once, by hours, or less than daily: counted from the start of the order."""
    if often.key == "once":
        return [start] if since <= start <= until else []
    if not often.unit:
        return []
    if often.unit in MONTHS:
        return _monthly(int(often.period) * MONTHS[often.unit], start, since, until)
    hours = {"h": Decimal(1), "d": Decimal(24), "wk": Decimal(168)}.get(often.unit)
    if hours is None or often.times != 1:
        return None
    step = timedelta(hours=float(often.period * hours))
    count = max(0, (since - start) // step - 1)
    found = []
    while (at := _nth(start, count, step, by_hours=by_hours)) <= until:
        found += [at] if at >= since else []
        count += 1
    return found


def _nth(start: datetime, count: int, step: timedelta, *, by_hours: bool) -> datetime:
    """The ``count``-th dose: by the clock for hours, at the round for days, the first at once."""
    if by_hours:
        return start.astimezone(UTC) + count * step  # clocks may change in between
    if not count:
        return start
    day = start.date() + count * step
    return datetime.combine(day, time.fromisoformat(NOT_DAILY_AT), start.tzinfo)


def _monthly(months: int, start: datetime, since: datetime, until: datetime) -> list[datetime]:
    found, count = [], 0
    at = start
    while at <= until:
        found += [at] if at >= since else []
        count += 1
        at = _months_after(start, count * months)
    return found


def _months_after(start: datetime, months: int) -> datetime:
    """The same day of a later month, or its last: 31-Jan and a month is 28-Feb."""
    year, month = divmod(start.month - 1 + months, 12)
    first = start.replace(year=start.year + year, month=month + 1, day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    last = (following - timedelta(days=1)).day
    clock = time.fromisoformat(NOT_DAILY_AT)
    return first.replace(day=min(start.day, last), hour=clock.hour, minute=clock.minute, second=0)
