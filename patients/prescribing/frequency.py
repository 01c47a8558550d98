"""How often a medicine is taken: words, doses a day, and FHIR Timing both ways."""

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("tables") / "frequencies.csv"
TIMING_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
_DAYS = {
    "min": Decimal(1) / 1440,
    "h": Decimal(1) / 24,
    "d": Decimal(1),
    "wk": Decimal(7),
    "mo": Decimal(30),
    "a": Decimal(365),
}


_QUIET = {"once", "twice", "three", "times", "every"}


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often.

    Attributes:
        key: What a prescription and a form keep: "twice-daily".
        words: As read aloud: "twice a day".
        times: Doses per period; 0 when given once or continuously.
        period: Number of units.
        unit: FHIR unit of time: h, d, wk, mo, a; "" when given once or continuously.
        code: HL7 timing abbreviation, where there is one; else "".
        when: FHIR event timing code (MORN, HS …); else "".
    """

    key: str
    words: str
    times: int
    period: Decimal
    unit: str
    code: str = ""
    when: str = ""

    @property
    def doses_per_day(self) -> Decimal | None:
        """Doses in 24 hours, 1/7 for weekly; None when it has no rhythm."""
        if not self.unit or not self.times:
            return None
        return self.times / (self.period * _DAYS[self.unit])

    @property
    def most_in_a_day(self) -> Decimal | None:
        """Doses on a day when it is taken: 1 for weekly. One for a single dose."""
        per_day = self.doses_per_day
        if per_day is None:
            return Decimal(1) if self.key == "once" else None
        return max(per_day, Decimal(1))

    @property
    def less_than_daily(self) -> bool:
        """Weekly and the like: mistaken for daily it kills."""
        per_day = self.doses_per_day
        return per_day is not None and per_day < 1

    @property
    def loud(self) -> str:
        """The words, in capitals where a daily reading would be wrong: "once WEEKLY"."""
        if not self.less_than_daily:
            return self.words
        words = self.words.split()
        return " ".join(w if w in _QUIET or w.isdigit() else w.upper() for w in words)

    def timing(self) -> dict[str, Any]:
        """As FHIR Timing."""
        concept: dict[str, Any] = {"text": self.words}
        if self.code:
            concept["coding"] = [{"system": TIMING_SYSTEM, "code": self.code}]
        if not self.unit:
            return (
                {"repeat": {"count": 1}, "code": concept}
                if self.key == "once"
                else {"code": concept}
            )
        period = int(self.period) if self.period == int(self.period) else self.period
        repeat = {"frequency": self.times, "period": period, "periodUnit": self.unit}
        return {"repeat": repeat | ({"when": [self.when]} if self.when else {}), "code": concept}


@functools.cache
def frequencies() -> Mapping[str, Frequency]:
    """Every frequency by its key, in the order a list shows them."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        row["key"]: Frequency(
            row["key"],
            row["words"],
            int(row["times"]),
            Decimal(row["period"]),
            row["unit"],
            row["code"],
            row["when"],
        )
        for row in rows
    }


@functools.cache
def _spellings() -> Mapping[str, str]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        spelling.casefold(): row["key"]
        for row in rows
        for spelling in (row["key"], row["words"], *row["also"].split("|"))
        if spelling
    }


def frequency(text: str) -> Frequency | None:
    """By its key or by words that mean it; None for anything else.

    >>> frequency("Once a day").key
    'once-daily'
    """
    key = _spellings().get(" ".join(text.casefold().split()))
    return frequencies()[key] if key else None


def of_timing(timing: Mapping[str, Any]) -> Frequency | None:
    """The frequency that a FHIR Timing means; None unless it is exactly one of ours."""
    repeat = timing.get("repeat") or {}
    if repeat.get("periodUnit"):
        return _of_repeat(repeat)
    text = (timing.get("code") or {}).get("text") or ""
    return frequency(text)


_UNDERSTOOD = {"frequency", "period", "periodUnit", "when"}
_BOUNDS = {"boundsPeriod", "boundsDuration", "boundsRange", "count"}


def _of_repeat(repeat: Mapping[str, Any]) -> Frequency | None:
    if repeat.keys() - _UNDERSTOOD - _BOUNDS:
        return None
    times = int(repeat.get("frequency", 1))
    days = Decimal(str(repeat.get("period", 1))) * _DAYS.get(repeat["periodUnit"], Decimal(0))
    when = "".join(repeat.get("when") or [])
    for each in frequencies().values():
        alike = each.unit and each.times == times and each.when == when
        if alike and each.period * _DAYS[each.unit] == days:
            return each
    return None
