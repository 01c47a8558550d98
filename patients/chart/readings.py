"""Vital signs and results in words: value, unit, flag, range, the value before."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from fhir.together import Loading, Sql
from patients.chart.concepts import words_of
from patients.chart.ranges import LocalRanges, assess
from patients.models import Observation, Patient
from patients.models.labels import SHOWN_TO_ALL

SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
SHOWN = 10

# LOINC codes of each vital sign, the one we write first.
VITALS: dict[str, tuple[str, ...]] = {
    "Blood pressure": ("85354-9", "55284-4", "35094-2"),
    "Pulse": ("8867-4",),
    "Respiratory rate": ("9279-1",),
    "Oxygen saturation": ("59408-5", "2708-6"),
    "Temperature": ("8310-5", "8331-1"),
    "Weight": ("29463-7", "3141-9"),
    "Height": ("8302-2",),
    "Glucose": ("2339-0", "41653-7", "15074-8"),
    "Pain": ("72514-3",),
    "Consciousness": ("67775-7",),
}
UNITS = {"mm[Hg]": " mmHg", "/min": "/min"}
CODES = {code: name for name, codes in VITALS.items() for code in codes}


@dataclass(frozen=True)
class Reading:
    """One observation as shown."""

    id: UUID
    version: int
    text: str
    unit: str
    at: datetime | None
    status: str
    flag: str
    range_text: str
    unconfirmed: bool
    device: str
    by: str
    critical: bool = False
    # Where the range comes from: "report", "local" (this house's) or "" for none.
    range_source: str = ""
    # Of a saturation: air or oxygen and how much; "" where nobody said.
    breathed: str = ""


@dataclass
class VitalRow:
    name: str
    latest: Reading | None = None
    before: Reading | None = None
    series: list[float] = field(default_factory=list)
    series_label: str = ""
    unconfirmed: list[Reading] = field(default_factory=list)


# Ten of each code: one index walk per code, however long the history is.
_NEWEST_OF_EACH = f"""
SELECT o.* FROM unnest(%(codes)s::varchar[]) AS wanted(code) CROSS JOIN LATERAL (
  SELECT * FROM patients_observation
  WHERE patient_id = %(patient)s AND code_code = wanted.code AND effective_start IS NOT NULL
    AND status NOT IN ('entered-in-error', 'cancelled') AND {SHOWN_TO_ALL}
  ORDER BY effective_start DESC, id DESC
  LIMIT %(shown)s
) o
"""  # noqa: S608  a constant


def vitals(patient: Patient) -> Loading[dict[str, Any]]:
    """The newest of each vital sign, the one before, and device readings that wait."""
    asked: dict[str, Any] = {"codes": list(CODES), "patient": patient.pk, "shown": SHOWN}
    asked["all"] = not patient.keeps_back
    found = yield {"newest": Sql(_NEWEST_OF_EACH, asked, Observation)}
    grouped: dict[str, list[Observation]] = defaultdict(list)
    rows: list[Any] = found["newest"]
    for observation in sorted(rows, key=lambda o: (o.effective_start, o.id), reverse=True):
        grouped[CODES[observation.code_code]].append(observation)
    return {"vitals": [_vital_row(name, grouped[name]) for name in VITALS if grouped[name]]}


def vitals_now(patient_ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """The newest accepted pressure and pulse of each patient, as one line with its time."""
    rows = (
        Observation.objects.standing()
        .open_to_all()
        .filter(patient__in=patient_ids, effective_start__isnull=False)
        .filter(code_code__in=[*VITALS["Blood pressure"], *VITALS["Pulse"]])
        .exclude(status="preliminary")
        .order_by("patient_id", "code_code", "-effective_start", "-id")
        .distinct("patient_id", "code_code")
    )
    said: dict[UUID, list[Observation]] = defaultdict(list)
    for row in rows:
        if row.patient_id is not None:
            said[row.patient_id].append(row)
    return {key: _vitals_line(found) for key, found in said.items()}


def _vitals_line(found: list[Observation]) -> dict[str, Any]:
    newest = {CODES[row.code_code]: reading(row) for row in found}
    shown = [newest[name] for name in ("Blood pressure", "Pulse") if name in newest]
    return {
        "vitals_text": ", ".join(f"{r.text}{UNITS.get(r.unit, '')}" for r in shown),
        "vitals_at": min(r.at for r in shown if r.at is not None),
    }


def _vital_row(name: str, rows: list[Observation]) -> VitalRow:
    accepted = [row for row in rows if not row.is_unconfirmed]
    row = VitalRow(name, unconfirmed=[reading(r) for r in rows if r.is_unconfirmed])
    row.series = series(accepted)
    row.series_label = f"{name}, last {len(row.series)}"
    if accepted:
        row.latest = reading(accepted[0])
        row.before = next(
            (r for r in map(reading, accepted[1:]) if r.unit == row.latest.unit), None
        )
    return row


def reading(observation: Observation, local: LocalRanges | None = None) -> Reading:
    """One observation in words; ``local`` ranges stand in where it brings none."""
    text, unit = value_words(observation)
    known = assess(observation, local)
    return Reading(
        id=observation.id,
        version=observation.version,
        text=text,
        unit=unit,
        at=observation.effective_start,
        status=observation.status or "status not recorded",
        flag=shown_flag(known.flag),
        range_text=known.range_text,
        unconfirmed=observation.is_unconfirmed,
        device=_device_words(observation),
        by=", ".join(
            p.get("display", "") for p in observation.performers or [] if p.get("display")
        ),
        critical=known.critical,
        range_source=known.range_source,
        breathed=", ".join(breathed(observation)),
    )


def breathed(row: Observation) -> list[str]:
    """Air, oxygen and its flow or concentration, of a saturation."""
    if CODES.get(row.code_code) != "Oxygen saturation":
        return []
    said = []
    for component in row.components or []:
        amount = component.get("valueQuantity") or {}
        if "value" in amount:
            unit = amount.get("unit") or amount.get("code") or _("unit not recorded")
            said.append(f"{amount['value']} {unit}")
        elif words := words_of(component.get("valueCodeableConcept")):
            said.append(words)
    return list(reversed(said))


def shown_flag(flag: str) -> str:
    """Critically abnormal (AA) has no sign of its own: it is A, and critical."""
    return "A" if flag == "AA" else flag


def _device_words(observation: Observation) -> str:
    display = (observation.extra.get("device") or {}).get("display")
    return str(display or ("a device" if observation.device else ""))


def value_words(observation: Observation) -> tuple[str, str]:
    """The value and its unit as text; what cannot be shown says so."""
    pressure = _pressure(observation)
    if pressure:
        return pressure, "mm[Hg]"
    if observation.value is not None:
        unit = observation.value_ucum or observation.value_unit
        return f"{observation.value_comparator}{observation.value}", unit
    concept = observation.value_concept_text or observation.value_concept_display
    if observation.value_string or concept:
        return observation.value_string or concept, ""
    absent = words_of(observation.extra.get("dataAbsentReason"))
    if absent:
        return f"no value: {absent}", ""
    other = any(name.startswith("value") for name in observation.extra)
    return ("value in a form not shown here" if other else "no value"), ""


def _pressure(observation: Observation) -> str:
    parts = {}
    for component in observation.components or []:
        codings = (component.get("code") or {}).get("coding") or [{}]
        quantity = component.get("valueQuantity") or {}
        for coding in codings:
            if coding.get("code") in (SYSTOLIC, DIASTOLIC) and "value" in quantity:
                parts[coding["code"]] = quantity["value"]
    if len(parts) < 2:
        return ""
    return f"{_short(parts[SYSTOLIC])}/{_short(parts[DIASTOLIC])}"


def _short(number: int | Decimal) -> str:
    return f"{number:.0f}"


def series(rows: list[Observation]) -> list[float]:
    """Numbers of one unit, oldest first, for a sparkline."""
    if not rows:
        return []
    unit = value_words(rows[0])[1]
    numbers = [_number(row) for row in rows if value_words(row)[1] == unit]
    return [number for number in reversed(numbers) if number is not None]


def _number(row: Observation) -> float | None:
    if row.value is not None:
        return float(row.value)
    pressure = _pressure(row)
    return float(pressure.split("/")[0]) if pressure else None
