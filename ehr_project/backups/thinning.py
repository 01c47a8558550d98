"""Which backups go: those that the house made by itself, when there are many of an age."""

import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ehr_project.backups.making import SUFFIX

# By hand made ones are never removed by the house.
OURS = re.compile(rf"(\d{{8}}T\d{{6}}Z)-(?:nightly|upgrade)-[0-9a-f]{{8}}{re.escape(SUFFIX)}")
EVERY_ONE = timedelta(days=8)
ONE_A_WEEK = timedelta(weeks=6)
ONE_A_MONTH = timedelta(days=400)
DRAFT_S = 24 * 3600  # what a killed backup left


def thin(folder: Path, now: datetime) -> list[Path]:
    """Remove what is not kept any more; what was removed."""
    dated = {file: made for file in folder.glob(f"*{SUFFIX}") if (made := made_at(file))}
    kept = to_keep(dated.values(), now)
    gone = [file for file, made in dated.items() if made not in kept]
    gone += [draft for draft in folder.glob("*.draft") if _age_s(draft) > DRAFT_S]
    for file in gone:
        file.unlink()
    return sorted(gone)


def to_keep(made: Iterable[datetime], now: datetime) -> set[datetime]:
    """All of the last 8 days, one of each of 6 weeks, one of each of 13 months, and the newest."""
    newest_first = sorted(made, reverse=True)
    kept = set(newest_first[:1])
    periods: set[tuple[str, int, int]] = set()
    for each in reversed(newest_first):  # the first of its week or month stays, so that it ages
        age = now - each
        period = _period(each, age)
        if age <= EVERY_ONE or (period is not None and period not in periods):
            kept.add(each)
        if period is not None:
            periods.add(period)
    return kept


def _period(made: datetime, age: timedelta) -> tuple[str, int, int] | None:
    if age <= ONE_A_WEEK:
        year, week, _ = made.isocalendar()
        return "week", year, week
    return ("month", made.year, made.month) if age <= ONE_A_MONTH else None


def made_at(file: Path) -> datetime | None:
    """When one of ours was made, by its name; None for every other file."""
    found = OURS.fullmatch(file.name)
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if found else None


def _age_s(file: Path) -> float:
    return time.time() - file.stat().st_mtime
