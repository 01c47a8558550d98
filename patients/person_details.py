"""What a registration form knows of a person: read from a Patient, written back into it.

A Patient may hold five names and nine addresses, each with its extensions. The form shows one of
each; only what was changed in it is touched, and everything else stays to the letter.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeAlias

from patients.chart.concepts import words_of
from patients.extensions import with_pronouns, with_sex_for_clinical_use
from patients.models import Patient
from patients.names import chosen_place

Item: TypeAlias = dict[str, Any]
Group: TypeAlias = list[Item]


@dataclass(frozen=True)
class Details:
    """One person in the fields of the form; empty where nothing is recorded."""

    family: str = ""
    given: str = ""
    title: str = ""
    preferred: str = ""
    pronouns: str = ""
    gender: str = ""
    sex_for_clinical_use: str = ""
    birth_low: date | None = None
    birth_high: date | None = None
    phone: str = ""
    email: str = ""
    street: str = ""
    town: str = ""
    postal_code: str = ""
    country: str = ""
    language: str = ""
    general_practitioner: str = ""


def details_of(patient: Patient) -> Details:
    """What the form shows of ``patient``."""
    name = _at(patient.names, chosen_place(patient.names))
    address = _at(patient.addresses, _current(patient.addresses))
    gp = _at(patient.general_practitioners, 0)
    return Details(
        family=name.get("family", "") or ("" if name.get("given") else name.get("text", "")),
        given=" ".join(filter(None, name.get("given") or [])),
        title=" ".join(filter(None, name.get("prefix") or [])),
        preferred=preferred_name(patient.names),
        pronouns=patient.pronouns,
        gender=patient.gender,
        sex_for_clinical_use=patient.sex_for_clinical_use,
        birth_low=patient.birth_date_low,
        birth_high=patient.birth_date_high,
        phone=_telecom(patient, "phone"),
        email=_telecom(patient, "email"),
        street=", ".join(filter(None, address.get("line") or [])),
        town=address.get("city", ""),
        postal_code=address.get("postalCode", ""),
        country=address.get("country", ""),
        language=words_of(_at(patient.communication, 0).get("language")),
        general_practitioner=str(gp.get("display") or gp.get("reference") or ""),
    )


def preferred_name(names: Group | None) -> str:
    """What they like to be called: a nickname, or a usual name beside the official one."""
    at = _preferred_place(names or [])
    name = _at(names, at)
    return str(name.get("text") or " ".join(filter(None, name.get("given") or [])))


def write_details(patient: Patient, wanted: Details) -> None:
    """Bring ``patient`` to ``wanted``, field by field, where it differs."""
    now = details_of(patient)
    changed = {f.name for f in fields(Details) if getattr(now, f.name) != getattr(wanted, f.name)}
    for names, write in _WRITERS:
        if changed & set(names):
            write(patient, wanted)


def _write_name(patient: Patient, wanted: Details) -> None:
    at = chosen_place(patient.names)
    old = _at(patient.names, at) or {"use": "official"}
    kept = {k: v for k, v in old.items() if k.lstrip("_") not in _NAME_PARTS}
    name = kept | _present(
        family=wanted.family, given=wanted.given.split(), prefix=wanted.title.split()
    )
    patient.names = _put(patient.names, at, name)


def _write_preferred(patient: Patient, wanted: Details) -> None:
    at = _preferred_place(patient.names)
    name = {"use": "nickname", "text": wanted.preferred} if wanted.preferred else None
    patient.names = _put(patient.names, at, name)


def _write_person(patient: Patient, wanted: Details) -> None:
    patient.gender = wanted.gender
    patient.birth_date_low, patient.birth_date_high = wanted.birth_low, wanted.birth_high


def _write_extensions(patient: Patient, wanted: Details) -> None:
    if wanted.pronouns != patient.pronouns:
        patient.extensions = with_pronouns(patient.extensions or [], wanted.pronouns)
    if wanted.sex_for_clinical_use != patient.sex_for_clinical_use:
        patient.extensions = with_sex_for_clinical_use(
            patient.extensions or [], wanted.sex_for_clinical_use
        )


def _write_phone(patient: Patient, wanted: Details) -> None:
    _write_telecom(patient, "phone", wanted.phone)


def _write_email(patient: Patient, wanted: Details) -> None:
    _write_telecom(patient, "email", wanted.email)


def _write_telecom(patient: Patient, system: str, value: str) -> None:
    at = _telecom_place(patient, system)
    old = _at(patient.telecom, at) or {"system": system}
    kept = {k: v for k, v in old.items() if k != "_value"}
    patient.telecom = _put(patient.telecom, at, kept | {"value": value} if value else None)


def _write_address(patient: Patient, wanted: Details) -> None:
    at = _current(patient.addresses)
    old = _at(patient.addresses, at)
    kept = {k: v for k, v in old.items() if k.lstrip("_") not in _ADDRESS_PARTS}
    said = _present(
        line=[wanted.street] if wanted.street else [],
        city=wanted.town,
        postalCode=wanted.postal_code,
        country=wanted.country,
    )
    patient.addresses = _put(patient.addresses, at, kept | said if said else None)


def _write_language(patient: Patient, wanted: Details) -> None:
    said = {"language": {"text": wanted.language}, "preferred": True}
    patient.communication = _put(patient.communication, 0, said if wanted.language else None)


def _write_gp(patient: Patient, wanted: Details) -> None:
    said = {"display": wanted.general_practitioner} if wanted.general_practitioner else None
    patient.general_practitioners = _put(patient.general_practitioners, 0, said)


# "text" would go on saying the old name or address.
_NAME_PARTS = frozenset({"text", "family", "given", "prefix"})
_ADDRESS_PARTS = frozenset({"text", "line", "city", "postalCode", "country"})
_WRITERS: tuple[tuple[tuple[str, ...], Callable[[Patient, Details], None]], ...] = (
    (("family", "given", "title"), _write_name),
    (("preferred",), _write_preferred),
    (("gender", "birth_low", "birth_high"), _write_person),
    (("pronouns", "sex_for_clinical_use"), _write_extensions),
    (("phone",), _write_phone),
    (("email",), _write_email),
    (("street", "town", "postal_code", "country"), _write_address),
    (("language",), _write_language),
    (("general_practitioner",), _write_gp),
)


def _at(group: Group | None, place: int | None) -> Item:
    found = group or []
    return found[place] if place is not None and place < len(found) else {}


def _put(group: Group | None, place: int | None, item: Item | None) -> Group:
    """The list with ``item`` at ``place`` (or at its end); without it where it is None."""
    found = list(group or [])
    fresh = [] if item is None else [item]
    if place is None or place >= len(found):
        return found + fresh
    return found[:place] + fresh + found[place + 1 :]


def _present(**parts: Any) -> Item:
    return {name: value for name, value in parts.items() if value}


def _preferred_place(names: Group) -> int | None:
    chosen = chosen_place(names)
    for use in ("nickname", "usual"):
        for place, name in enumerate(names or []):
            if name.get("use") == use and place != chosen:
                return place
    return None


def _current(addresses: Group | None) -> int | None:
    places = (n for n, address in enumerate(addresses or []) if address.get("use") != "old")
    return next(places, None)


def _telecom_place(patient: Patient, system: str) -> int | None:
    for place, contact in enumerate(patient.telecom or []):
        if contact.get("system") == system and contact.get("use") != "old":
            return place
    return None


def _telecom(patient: Patient, system: str) -> str:
    return str(_at(patient.telecom, _telecom_place(patient, system)).get("value", ""))
