"""Dot phrases: ``.vitals`` and the like become dated plain text inside a note."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from fhir.together import load
from patients.chart.history import Problem, active_problems, allergies, diagnoses_recorded
from patients.chart.medicines import Medication, current_medications, is_dead
from patients.chart.readings import UNITS, Reading, vitals
from patients.chart.results import ResultRow, key_results
from patients.models import Patient

MOST_RESULTS = 20
RECORDED_AT_MOST = 20
PRINTED = UNITS | {"Cel": " °C", "[degF]": " °F", "{score}": "", "1": ""}


def stamp(at: datetime | None) -> str:
    """``22-Nov-2026 09:10``; said when the time is not known."""
    return f"{timezone.localtime(at):%d-%b-%Y %H:%M}" if at else _("time not recorded")


def _day(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%d-%b-%Y}" if at else _("date not recorded")


def _vitals(patient: Patient) -> list[str]:
    rows = load(vitals(patient))["vitals"]
    return [f"{row.name} {_sign(row.latest)} {stamp(row.latest.at)}" for row in rows if row.latest]


def _sign(reading: Reading) -> str:
    return _value(reading) + (f" ({reading.breathed})" if reading.breathed else "")


def _value(reading: Reading) -> str:
    unit = PRINTED.get(reading.unit, f" {reading.unit}" if reading.unit else "")
    state = "" if reading.status == "final" else f" ({reading.status})"
    return f"{reading.text}{unit}{state}"


def _labs(patient: Patient) -> list[str]:
    return [_lab(row) for row in load(key_results(patient, MOST_RESULTS))]


def _lab(row: ResultRow) -> str:
    latest = row.latest
    flag = f" {latest.flag}" if latest.flag else ""
    reference = latest.range_text or _("no reference range")
    if latest.range_source == "local":
        reference = _("local range %s") % reference
    return f"{row.name} {_value(latest)}{flag} ({reference}) {stamp(latest.at)}"


def _medications(patient: Patient) -> list[str]:
    found = load(current_medications(patient))
    if is_dead(patient):
        return [_("none: the patient has died")]
    said = [_medication(each) for each in found.confirmed]
    return said + [_("older, unconfirmed: %s") % _medication(each) for each in found.older]


def _medication(each: Medication) -> str:
    marks = _("do NOT give: ") if each.not_perform else ""
    needed = _(" as needed") if each.as_needed else ""
    dosage = each.dosage or _("dosage not recorded")
    held = f" ({each.status})" if each.status not in ("", "active") else ""
    day = _day(each.authored_on)
    return f"{marks}{each.text}, {dosage}{needed}{held} ({_('ordered')} {day})"


def _problems(patient: Patient) -> list[str]:
    recorded = diagnoses_recorded(patient, RECORDED_AT_MOST + 1)
    said = [_problem(each) for each in active_problems(patient)]
    said += [_("not on the problem list: %s") % _problem(each) for each in recorded]
    if len(recorded) > RECORDED_AT_MOST:
        said[-1] = _("more diagnoses recorded than are listed here")
    return said


def _problem(each: Problem) -> str:
    since = f", {_('since')} {each.onset_text}" if each.onset_text else ""
    doubt = f" ({each.verification})" if each.verification not in ("", "confirmed") else ""
    return each.text + since + doubt


def _allergies(patient: Patient) -> list[str]:
    found = load(allergies(patient))
    if found["allergies_state"] == "none":
        return [_("No known allergies")]
    if found["allergies_state"] != "known":
        return [_("Allergies not recorded")]
    return [
        f"{each.text} ({each.reaction or _('reaction not recorded')})"
        for each in found["allergies"]
    ]


def _headings() -> dict[str, tuple[str, Callable[[Patient], list[str]]]]:
    return {
        "vitals": (_("Vital signs"), _vitals),
        "meds": (_("Medications"), _medications),
        "labs": (_("Results"), _labs),
        "problems": (_("Problems"), _problems),
        "allergies": (_("Allergies"), _allergies),
    }


PHRASES = ("vitals", "meds", "labs", "problems", "allergies")
# A phrase stands alone: after white space or a bracket, and before no letter.
_PHRASE = re.compile(rf"(?<![\w.])\.({'|'.join(PHRASES)})(?!\w)")


def phrase(name: str, patient: Patient) -> str:
    """What one phrase says now, with the time at which it was asked."""
    heading, said = _headings()[name]
    lines = said(patient) or [_("none recorded")]
    start = f"{heading} ({_('as of')} {stamp(timezone.now())}): "
    return start + "; ".join(lines)


def unreplaced(text: str) -> list[str]:
    """The phrases that stand in ``text`` as they were typed, each once."""
    return list(dict.fromkeys(match.group(0) for match in _PHRASE.finditer(text)))


def expand(text: str, patient: Patient) -> str:
    """``text`` with every phrase replaced; each is read from the chart once."""
    said: dict[str, str] = {}

    def replaced(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in said:
            said[name] = phrase(name, patient)
        return said[name]

    return _PHRASE.sub(replaced, text)
