"""The demo clinic's calendar: every date is told relative to the last six-o'clock round.

The round is the latest 06:00 that is past in the clinic's zone. Whatever was charted, was
charted before it, so two loads between two rounds write the same clinic to the letter.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ROUND = time(6)


class InTheFutureError(ValueError):
    """A story tells of something charted after the last round."""


class Days:
    """Dates and times as a ward tells them: so many days ago, at such an hour."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        here = now.astimezone(zone)
        self.zone = zone
        self.today: date = here.date() if here.time() >= ROUND else here.date() - timedelta(days=1)
        self.round = datetime.combine(self.today, ROUND, zone)

    def at(self, days_ago: int, clock: str) -> datetime:
        """The moment ``days_ago`` at ``clock``.

        Raises:
            InTheFutureError: It lies after the round.

        >>> Days(datetime.fromisoformat("2026-03-05T09:00+00:00"), ZoneInfo("UTC")).at(2, "14:20")
        datetime.datetime(2026, 3, 3, 14, 20, tzinfo=zoneinfo.ZoneInfo(key='UTC'))
        """
        moment = self._moment(-days_ago, clock)
        if moment > self.round:
            raise InTheFutureError(f"{clock}, {days_ago} days ago, is after {self.round}.")
        return moment

    def ahead(self, days: int, clock: str) -> datetime:
        """A planned moment, ``days`` from today."""
        return self._moment(days, clock)

    def date(self, days_ago: int) -> str:
        """The full date ``days_ago`` (negative: planned), as FHIR writes it."""
        return (self.today - timedelta(days=days_ago)).isoformat()

    def month(self, months_ago: int) -> str:
        """Year and month only: as much as people remember."""
        count = self.today.year * 12 + self.today.month - 1 - months_ago
        return f"{count // 12:04d}-{count % 12 + 1:02d}"

    def year(self, years_ago: int) -> str:
        """The year only."""
        return f"{self.today.year - years_ago:04d}"

    def born(self, *, age: int, on: str) -> str:
        """Birth date of somebody who is ``age`` today and has a birthday ``on`` (MM-DD)."""
        had_it = f"{self.today:%m-%d}" >= on
        return f"{self.today.year - age - (0 if had_it else 1):04d}-{on}"

    def _moment(self, days: int, clock: str) -> datetime:
        return datetime.combine(
            self.today + timedelta(days=days), time.fromisoformat(clock), self.zone
        )
