"""Whom an imported file names, compared with the patient whose chart it is meant for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from fhir.times import date_text
from patients.names import spellings, words

if TYPE_CHECKING:
    from patients.models import Patient

GENDERS = ("male", "female")
ROUNDED = 1  # year: ages in files are rounded either way


@dataclass(frozen=True)
class Difference:
    """One thing that the file says otherwise than the chart.

    Attributes:
        what: "name", "number", "birth-date", "sex" or "age".
        label: The same for people.
        file_says: As written there.
        chart_says: As written here.
    """

    what: str
    label: str
    file_says: str
    chart_says: str


def differences(identity: Mapping[str, Any], patient: Patient, began: datetime) -> list[Difference]:
    """Everything that the file and the chart say of the patient differently.

    What one of them does not say is no difference.

    Args:
        identity: Members of ``vitals.files.found.Identity``.
        patient: Whose chart it is.
        began: When the recording began.
    """
    checks = (_name, _number, _birth_date, _sex)
    found = [each for check in checks for each in check(identity, patient)]
    if not identity.get("birth_date"):
        found += _age(identity, patient, began)
    return found


def _name(identity: Mapping[str, Any], patient: Patient) -> Iterator[Difference]:
    said = set(words(str(identity.get("name") or "")))
    known, name = set(spellings(patient.names)), patient.name
    family, given = set(words(name.family)), set(words(name.given))
    both = bool(family) and family <= said and bool(given & said)
    if not said or not known or said <= known or both:
        return
    yield Difference("name", _("Name"), str(identity["name"]), name.listed)


def _number(identity: Mapping[str, Any], patient: Patient) -> Iterator[Difference]:
    said = str(identity.get("number") or "").strip()
    known = [str(value) for value in patient.identifier_values]
    if said and known and said.casefold() not in {value.strip().casefold() for value in known}:
        yield Difference("number", _("Number"), said, ", ".join(known[:3]))


def _birth_date(identity: Mapping[str, Any], patient: Patient) -> Iterator[Difference]:
    text = str(identity.get("birth_date") or "")
    low, high = patient.birth_date_low, patient.birth_date_high
    if not text or low is None or high is None:
        return
    try:
        said = date.fromisoformat(text)
    except ValueError:
        said = None
    if said is None or not low <= said <= high:
        chart = _day(low) if low == high else date_text(low, high)
        yield Difference("birth-date", _("Born"), _day(said) if said else text, chart)


def _day(date_: date) -> str:
    return f"{date_:%d-%b-%Y}"


def _sex(identity: Mapping[str, Any], patient: Patient) -> Iterator[Difference]:
    said, known = identity.get("sex"), patient.gender
    if said in GENDERS and known in GENDERS and said != known:
        yield Difference("sex", _("Gender"), str(said), known)


def _age(identity: Mapping[str, Any], patient: Patient, began: datetime) -> Iterator[Difference]:
    said, low, high = identity.get("age_years"), patient.birth_date_low, patient.birth_date_high
    if said is None or low is None or high is None:
        return
    youngest, oldest = _years(high, began.date()), _years(low, began.date())
    if not youngest - ROUNDED <= float(said) <= oldest + ROUNDED:
        known = _("%(years)d years then") % {"years": youngest}
        yield Difference("age", _("Age"), _("%(years)d years") % {"years": said}, known)


def _years(born: date, then: date) -> int:
    return then.year - born.year - ((then.month, then.day) < (born.month, born.day))
