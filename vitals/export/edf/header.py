"""The header of an EDF+ file: who, when, and what each signal is."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from vitals.export.edf.layout import Plan
from vitals.export.edf.numbers import DIGITAL, number

MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True)
class Person:
    """Whom a file is about, as its header has a place for: code, sex, birth date, name."""

    code: str = ""
    sex: str = ""
    born: str = ""
    name: str = ""


def header(planned: Plan, person: Person, equipment: str) -> bytes:
    """The header of the file and of its signals."""
    signals, start = planned.signals, planned.starts_at
    fields: list[tuple[object, int]] = [
        ("0", 8),
        (_patient(person), 80),
        (f"Startdate {day_text(start)} X X {_word(equipment)}", 80),
        (f"{start:%d.%m.%y}", 8),
        (f"{start:%H.%M.%S}", 8),
        (256 * (len(signals) + 2), 8),
        ("EDF+C" if planned.continuous else "EDF+D", 44),
        (len(planned.firsts), 8),
        (planned.duration, 8),
        (len(signals) + 1, 4),
    ]
    low, high = DIGITAL
    columns: list[tuple[list[object], object, int]] = [
        ([signal.label for signal in signals], "EDF Annotations", 16),
        ([""] * len(signals), "", 80),
        ([signal.unit for signal in signals], "", 8),
        ([number(signal.unit_per_step * low) for signal in signals], -1, 8),
        ([number(signal.unit_per_step * high) for signal in signals], 1, 8),
        ([low] * len(signals), low, 8),
        ([high] * len(signals), high, 8),
        ([""] * len(signals), "", 80),
        ([planned.record] * len(signals), planned.notes_bytes // 2, 8),
        ([""] * len(signals), "", 32),
    ]
    fields += [(each, width) for some, own, width in columns for each in (*some, own)]
    return b"".join(ascii_text(str(text))[:width].ljust(width).encode() for text, width in fields)


def _patient(person: Person) -> str:
    """Code, sex, birth date and name; X for what is not known or not to be told."""
    return " ".join([_word(person.code), person.sex or "X", person.born or "X", _word(person.name)])


def _word(text: str) -> str:
    return "_".join(text.split()) or "X"


def day_text(day: date) -> str:
    """As the recording field and the birth date want it, whatever language the house speaks.

    >>> day_text(date(2026, 3, 1))
    '01-MAR-2026'
    """
    return f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year}"


def ascii_text(text: str) -> str:
    """The printable ASCII that comes nearest; ``?`` where there is none."""
    plain = unicodedata.normalize("NFKD", text)
    kept = (sign for sign in plain if not unicodedata.combining(sign))
    return "".join(sign if " " <= sign <= "~" else "?" for sign in kept)
