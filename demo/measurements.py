"""What is measured: vital signs, laboratory results, scores and cultures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from demo.codes import FLAGS, LabTest, Range, codes, lab_tests
from demo.elements import (
    HL7,
    UCUM,
    Code,
    Resource,
    coding,
    comments,
    concept,
    given,
    instant,
    quantity,
)
from demo.staff import Worker

CATEGORIES = {
    "vital-signs": "Vital Signs",
    "laboratory": "Laboratory",
    "survey": "Survey",
    "social-history": "Social History",
    "exam": "Exam",
    "imaging": "Imaging",
}
VITAL_UNITS = {
    "pulse": ("beats/min", "/min"),
    "respiratory rate": ("breaths/min", "/min"),
    "temperature": ("°C", "Cel"),
    "weight": ("kg", "kg"),
    "height": ("cm", "cm"),
    "head circumference": ("cm", "cm"),
}
# How the stories call a sign, where its name is long.
SHORT = {"breaths": "respiratory rate"}
SIGN = re.compile(
    r"BP (?P<systolic>\d+)/(?P<diastolic>\d+)(?: (?P<where>lying|standing|sitting))?"
    r"|SpO₂ (?P<percent>\d+)(?: on (?P<flow>[\d.]+) L)?"
    r"|(?P<name>pulse|breaths|temperature|weight|height|head circumference) (?P<number>[\d.]+)"
)


class UnknownSignError(ValueError):
    """A vital sign in words that are not understood."""


def observation(
    words: str,
    at: datetime | str,
    *,
    category: str,
    status: str = "final",
    by: Worker | None = None,
    note: str = "",
    kind: str = "measure",
    **value: Any,
) -> Resource:
    """Anything observed; the value comes as a FHIR element of its own name."""
    group = Code(f"{HL7}observation-category", category, CATEGORIES[category])
    return given(
        resourceType="Observation",
        status=status,
        category=[concept(group.display, group)],
        code=concept(words[0].upper() + words[1:], *codes(kind, words)),
        effectiveDateTime=at if isinstance(at, str) else instant(at),
        performer=[by.pointer] if by else None,
        **value,
        **comments(note),
    )


def vital(name: str, number: str | int, at: datetime, **more: Any) -> Resource:
    """One vital sign, by its name in ``VITAL_UNITS``."""
    value = quantity(number, *VITAL_UNITS[name])
    return _vital_sign(name, at, valueQuantity=value, **more)


def bp(at: datetime, systolic: int, diastolic: int, **more: Any) -> Resource:
    """A blood pressure with its two parts."""
    parts = (("systolic", systolic), ("diastolic", diastolic))
    components = [
        {
            "code": concept(f"{name.capitalize()} blood pressure", *codes("measure", name)),
            "valueQuantity": quantity(number, "mmHg", "mm[Hg]"),
        }
        for name, number in parts
    ]
    return _vital_sign("blood pressure", at, component=components, **more)


def spo2(at: datetime, percent: int, *, oxygen: str = "", **more: Any) -> Resource:
    """Oxygen saturation, on air unless ``oxygen`` says how many litres a minute."""
    flow = {
        "code": concept("Inhaled oxygen flow", *codes("measure", "oxygen flow")),
        "valueQuantity": quantity(oxygen or "0", "L/min"),
    }
    return _vital_sign(
        "oxygen saturation",
        at,
        valueQuantity=quantity(percent, "%"),
        component=[flow],
        note=f"on oxygen {oxygen} L/min" if oxygen else "on room air",
        **more,
    )


def vitals(at: datetime, signs: str, *, by: Worker | None = None) -> Iterator[Resource]:
    """Vital signs taken together, in words: "BP 134/82, pulse 96, SpO₂ 93 on 2 L".

    Raises:
        UnknownSignError: One of them is not understood.
    """
    for sign in signs.split(", "):
        said = SIGN.fullmatch(sign)
        if said is None:
            raise UnknownSignError(sign)
        yield _said_sign(said, at, by)


def _said_sign(said: re.Match[str], at: datetime, by: Worker | None) -> Resource:
    if said["systolic"]:
        where = said["where"] or ""
        return bp(at, int(said["systolic"]), int(said["diastolic"]), by=by, note=where)
    if said["percent"]:
        return spo2(at, int(said["percent"]), oxygen=said["flow"] or "", by=by)
    return vital(SHORT.get(said["name"], said["name"]), said["number"], at, by=by)


def _vital_sign(name: str, at: datetime, **more: Any) -> Resource:
    return observation(name, at, category="vital-signs", **more)


def lab(
    name: str,
    value: str,
    at: datetime,
    *,
    groups: tuple[str, ...] = (),
    status: str = "final",
    note: str = "",
    flag_within: str = "N",
) -> Resource:
    """A laboratory result with its range; the flag follows from the range.

    Args:
        name: Short name in the laboratory table, "K".
        value: The literal number; "<3" below the limit of detection.
        at: When the sample was taken.
        groups: Whose range applies, the most special first: on warfarin, male …
        status: final, preliminary, corrected, entered-in-error …
        note: The laboratory's remark.
        flag_within: The flag of a value inside its range; "" for none.
    """
    test = lab_tests()[name]
    limits = test.range_for(*groups)
    number = quantity(value, test.unit, test.ucum)
    flag = limits.flag(number["value"])
    said = flag_within if flag == "N" else flag
    return observation(
        test.name,
        at,
        category="laboratory",
        status=status,
        note=note,
        issued=instant(at),
        valueQuantity=number,
        interpretation=[_flag(said)] if said else None,
        referenceRange=[_range(test, limits)],
    ) | {"code": concept(test.name, test.code)}


def finding(
    words: str, text: str, at: datetime, *, flag: str, status: str = "final", note: str = ""
) -> Resource:
    """A laboratory result in words, such as a culture."""
    return observation(
        words,
        at,
        category="laboratory",
        status=status,
        note=note,
        issued=instant(at),
        valueString=text,
        interpretation=[_flag(flag)] if flag else None,
    )


def score(words: str, points: int, at: datetime, *, by: Worker | None = None) -> Resource:
    """The sum of a questionnaire."""
    value = quantity(points, "points", "{score}")
    return observation(words, at, category="survey", by=by, valueQuantity=value)


def smoking(status: str, since: str) -> Resource:
    """Current, former or never (FHIR Observation, social history)."""
    value = concept(status.capitalize(), *codes("status", status))
    return observation(
        "tobacco smoking", since, category="social-history", valueCodeableConcept=value
    )


def egfr(creatinine: str, *, born: str, gender: str, at: datetime) -> str:
    """Estimated GFR in mL/min/1.73 m² (CKD-EPI 2021: Inker et al., N Engl J Med 2021;385:1737).

    >>> egfr("1.0", born="1966-01-01", gender="male", at=datetime(2026, 6, 1))
    '86'
    """
    kappa, alpha, factor = (0.7, -0.241, 1.012) if gender == "female" else (0.9, -0.302, 1.0)
    age = (at.date() - date.fromisoformat(born)).days // 365.25
    ratio = float(creatinine) / kappa
    rate = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.200 * 0.9938**age * factor
    return str(round(Decimal(rate)))


def _flag(code: str) -> Resource:
    return {"coding": [coding(Code(f"{HL7}v3-ObservationInterpretation", code, FLAGS[code]))]}


def _range(test: LabTest, limits: Range) -> Resource:
    edges = {
        name: {"value": Decimal(edge), "unit": test.unit, "system": UCUM, "code": test.ucum}
        for name, edge in (("low", limits.low), ("high", limits.high))
        if edge
    }
    if limits.low and limits.high:
        text = f"{limits.low}–{limits.high}"
    else:
        text = f"≥ {limits.low}" if limits.low else f"≤ {limits.high}"
    return {**edges, "text": f"{text} {test.unit}"}
