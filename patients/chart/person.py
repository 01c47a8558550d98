"""The patient as the banner and lists show them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fhir.times import date_text
from patients.chart.concepts import understood
from patients.models import Patient
from patients.person_details import preferred_name

NUMBER_TYPES = ("MR", "PI")


@dataclass(frozen=True)
class Person:
    """Who this is; nothing clinical but life and death."""

    id: UUID
    family: str
    given: str
    title: str
    preferred: str
    birth_date: date | None
    birth_date_text: str
    gender: str
    deceased: bool | datetime | None
    active: bool | None
    number: str
    number_label: str
    town: str
    not_understood: bool


def person(patient: Patient) -> Person:
    """``patient`` for the banner."""
    name = patient.name
    low, high = patient.birth_date_low, patient.birth_date_high
    number = _number(patient.identifiers)
    return Person(
        id=patient.id,
        family=name.family,
        given=name.given,
        title=name.prefix,
        preferred=_preferred(patient.names, name.given),
        birth_date=low if low == high else None,
        birth_date_text="" if low == high else date_text(low, high),
        gender=patient.gender,
        deceased=patient.deceased_at or patient.deceased,
        active=patient.active,
        number=number,
        number_label="MRN",
        town=next((a["city"] for a in patient.addresses if a.get("city")), ""),
        not_understood=not understood(patient),
    )


def numbers(patient: Patient) -> list[tuple[str, str]]:
    """The patient's identifiers as label and value."""
    return [
        (_label(identifier), str(identifier["value"]))
        for identifier in patient.identifiers
        if identifier.get("value")
    ]


def _label(identifier: dict[str, Any]) -> str:
    kind = identifier.get("type") or {}
    coding = (kind.get("coding") or [{}])[0]
    return str(kind.get("text") or coding.get("display") or "Identifier")


def _number(identifiers: list[dict[str, Any]]) -> str:
    """The medical record number, else the first number there is."""
    valued = [i for i in identifiers if i.get("value")]
    for kind in NUMBER_TYPES:
        for identifier in valued:
            codings = (identifier.get("type") or {}).get("coding") or []
            if any(coding.get("code") == kind for coding in codings):
                return str(identifier["value"])
    return str(valued[0]["value"]) if valued else ""


def _preferred(names: list[dict[str, Any]], given: str) -> str:
    called = preferred_name(names)
    return "" if called == given else called
