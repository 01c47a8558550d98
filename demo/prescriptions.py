"""Medicines: an instruction in words, and the dose and timing that follow from it."""

from __future__ import annotations

import re
from datetime import datetime

from demo.codes import codes
from demo.elements import HL7, Code, Resource, concept, given, instant, period, quantity
from demo.staff import Worker

INSTRUCTION = re.compile(
    r"(?P<dose>[\d.]+ \S+) "
    r"(?P<route>by mouth|intravenously|under the skin|into the muscle|inhaled) "
    r"(?P<often>[^;]+?)"
    r"(?: if needed for (?P<need>[^;,]+))?"
    r"(?:, at most (?P<most>[\d.]+ \S+) a day)?"
    r"(?:; (?P<advice>.+))?"
)
TIMINGS: dict[str, Resource] = {
    "once a day": {"frequency": 1, "period": 1, "periodUnit": "d"},
    "every morning": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"]},
    "every evening": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["EVE"]},
    "at bedtime": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["HS"]},
    "twice a day": {"frequency": 2, "period": 1, "periodUnit": "d"},
    "three times a day": {"frequency": 3, "period": 1, "periodUnit": "d"},
    "with each meal": {"frequency": 3, "period": 1, "periodUnit": "d", "when": ["C"]},
    "five times a day": {"frequency": 5, "period": 1, "periodUnit": "d"},
    "four times a day": {"frequency": 4, "period": 1, "periodUnit": "d"},
    "once WEEKLY on Mondays": {
        "frequency": 1,
        "period": 1,
        "periodUnit": "wk",
        "dayOfWeek": ["mon"],
    },
    "once WEEKLY": {"frequency": 1, "period": 1, "periodUnit": "wk"},
    "at each dialysis": {"frequency": 3, "period": 1, "periodUnit": "wk"},
}
UNIT_CODES = {
    "mcg": "ug",
    "units": "[iU]",
    "tablet": "{tbl}",
    "tablets": "{tbl}",
    "puffs": "{puff}",
    "mEq": "meq",
}


class UnclearInstructionError(ValueError):
    """An instruction that no rule here understands must not become a prescription."""


def medicine(
    name: str,
    form: str,
    instruction: str,
    *,
    since: str | datetime,
    by: Worker,
    until: str = "",
    why: str = "",
    status: str = "active",
    stopped: str = "",
    where: str = "community",
) -> Resource:
    """A prescription.

    Args:
        name: The medicine; its ingredient is coded where the tables know it.
        form: Strength and form, "40 mg tablet".
        instruction: As it stands on the label: "40 mg by mouth every morning".
        since: Written on.
        by: Prescriber.
        until: Last planned day.
        why: The problem it treats.
        status: active, on-hold, stopped, completed …
        stopped: Why it is held or stopped.
        where: community, inpatient, outpatient or discharge.
    """
    category = Code(f"{HL7}medicationrequest-category", where, where.capitalize())
    written = since if isinstance(since, str) else instant(since)
    return given(
        resourceType="MedicationRequest",
        status=status,
        statusReason={"text": stopped} if stopped else None,
        intent="order",
        category=[concept(category.display, category)],
        medicationCodeableConcept=drug(name, form),
        authoredOn=written,
        requester=by.pointer,
        reasonCode=[{"text": why}] if why else None,
        dosageInstruction=[dosage(instruction, written[:10], until)],
    )


def dose_given(name: str, form: str, dose: str, at: datetime, *, by: Worker) -> Resource:
    """One dose that was really given."""
    return {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": drug(name, form),
        "effectiveDateTime": instant(at),
        "performer": [{"actor": by.pointer}],
        "dosage": {"dose": amount(dose)},
    }


def drug(name: str, form: str) -> Resource:
    """A medicine in words, with the code of its ingredient where that is known."""
    return concept(f"{name} {form}", *codes("medicine", name.lower()))


def dosage(instruction: str, start: str, until: str = "") -> Resource:
    """The structured dose that ``instruction`` says.

    >>> dosage("40 mg by mouth every 8 hours", "2026-01-01")["timing"]["repeat"]["period"]
    8
    """
    said = INSTRUCTION.fullmatch(instruction)
    if said is None:
        raise UnclearInstructionError(instruction)
    need, most, advice = said["need"], said["most"], said["advice"]
    return given(
        text=instruction,
        additionalInstruction=[{"text": advice}] if advice else None,
        timing=timing(said["often"], start, until),
        asNeededCodeableConcept={"text": need} if need else None,
        route=concept(said["route"].capitalize(), *codes("route", said["route"])),
        doseAndRate=[{"doseQuantity": amount(said["dose"])}],
        maxDosePerPeriod=_most(most) if most else None,
    )


def timing(often: str, start: str, until: str = "") -> Resource:
    """How often, as FHIR Timing. Raises UnclearInstructionError for words it does not know."""
    if often == "once":
        return {"repeat": {"count": 1}}
    hours = re.fullmatch(r"every (\d+) hours", often)
    clock = re.fullmatch(r"once a day at (\d\d:\d\d)", often)
    known = TIMINGS.get(often)
    if hours:
        known = {"frequency": 1, "period": int(hours[1]), "periodUnit": "h"}
    if clock:
        known = TIMINGS["once a day"] | {"timeOfDay": [f"{clock[1]}:00"]}
    if known is None:
        raise UnclearInstructionError(often)
    return {"repeat": {"boundsPeriod": period(start, until), **known}}


def amount(words: str) -> Resource:
    """A dose such as "40 mg" as a quantity.

    >>> amount("0.5 mg")["value"]
    Decimal('0.5')
    """
    number, unit = words.split(" ", 1)
    return quantity(number, unit, UNIT_CODES.get(unit, unit))


def _most(words: str) -> Resource:
    return {"numerator": amount(words), "denominator": quantity(1, "day", "d")}
