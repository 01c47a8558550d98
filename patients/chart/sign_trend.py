"""One vital sign over time: its values, and the lines that a figure draws."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from patients.acts.vital_signs import SIGNS
from patients.chart.readings import (
    CODES,
    DIASTOLIC,
    SYSTOLIC,
    VITALS,
    value_words,
)
from patients.chart.rounds import Cell, cell
from patients.models import Observation, Patient

DRAWN, LISTED = 500, 100
PRINTED = {unit.ucum: unit.printed for sign in SIGNS.values() for unit in sign.units}


@dataclass(frozen=True)
class Lines:
    """What to draw: each line's points ascending, all in one unit.

    Attributes:
        unit: Unit of every number, as printed.
        lines: Name of a line → moment and number.
    """

    unit: str
    lines: dict[str, list[tuple[datetime, float]]] = field(default_factory=dict)

    @property
    def is_drawable(self) -> bool:
        """Some line has two points."""
        return any(len(points) > 1 for points in self.lines.values())


def sign_of(observation: Observation) -> str:
    """Which vital sign it is; empty where it is none."""
    return CODES.get(observation.code_code, "")


def newest(patient: Patient, sign: str, count: int) -> list[Observation]:
    """The newest rows of a sign under any of its codes, newest first."""
    rows = (
        Observation.objects.of(patient)
        .standing()
        .filter(code_code__in=VITALS[sign], effective_start__isnull=False)
        .order_by("-effective_start", "-id")
    )
    return list(rows[:count])


def values(patient: Patient, sign: str) -> list[Cell]:
    """The newest values for the table below the figure."""
    return [cell(row) for row in newest(patient, sign, LISTED)]


def lines(patient: Patient, sign: str) -> Lines:
    """What to draw of a sign: in the unit of the newest, what nobody accepted apart."""
    rows = newest(patient, sign, DRAWN)
    unit = value_words(rows[0])[1] if rows else ""
    found: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
    for row in reversed(rows):
        if value_words(row)[1] != unit or row.effective_start is None:
            continue
        for name, number in _numbers(row, sign):
            said = _("%(sign)s, unconfirmed") % {"sign": name} if row.is_unconfirmed else name
            found[said].append((row.effective_start, number))
    return Lines(PRINTED.get(unit, unit), dict(found))


def _numbers(row: Observation, sign: str) -> list[tuple[str, float]]:
    """The numbers of one row with the name of their line."""
    if row.value is not None:
        return [(sign, float(row.value))]
    named = {SYSTOLIC: _("Systolic"), DIASTOLIC: _("Diastolic")}
    return [
        (named[coding["code"]], float(component["valueQuantity"]["value"]))
        for component in row.components or []
        for coding in (component.get("code") or {}).get("coding") or []
        if coding.get("code") in named and "value" in (component.get("valueQuantity") or {})
    ]
