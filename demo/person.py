"""Who a chart is about (FHIR Patient)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from demo.elements import HL7, Code, Resource, concept, fhir_id, given, instant
from demo.staff import FACILITIES, Facility, Worker


class Contact(NamedTuple):
    """Somebody to call."""

    name: str
    relation: str
    phone: str


def person(
    key: str,
    family: str,
    names: Sequence[str],
    gender: str,
    born: str,
    *,
    numbers: Mapping[Facility, str],
    home: tuple[str, str],
    phone: str,
    contact: Contact,
    doctor: Worker,
    language: tuple[str, str] = ("en", "English"),
    email: str = "",
    nickname: str = "",
    title: str = "",
    died: datetime | None = None,
) -> Resource:
    """A patient (FHIR Patient).

    Args:
        key: What the demo clinic calls the chart; ids follow from it.
        family: Family name.
        names: Given names.
        gender: Administrative gender.
        born: Birth date.
        numbers: Medical record number at each facility that knows the person.
        home: Street and town.
        phone: Telephone at home.
        contact: Next of kin.
        doctor: Who looks after the person in general.
        language: Language to speak with them: BCP 47 tag and name.
        email: Mail address.
        nickname: What they like to be called.
        title: Prefix of the name.
        died: When they died.
    """
    official = given(
        use="official", family=family, given=list(names), prefix=[title] if title else None
    )
    usual = [{"use": "usual", "given": [nickname], "family": family}] if nickname else []
    known_to = next(facility for facility in FACILITIES if facility in numbers)
    return given(
        resourceType="Patient",
        id=fhir_id(f"patient/{key}"),
        identifier=[_number(*entry) for entry in numbers.items()],
        active=True,
        name=[official, *usual],
        telecom=_telecom(phone, email),
        gender=gender,
        birthDate=born,
        deceasedDateTime=instant(died) if died else None,
        address=[{"use": "home", "line": [home[0]], "city": home[1]}],
        contact=[_contact(contact)],
        communication=[{"language": _language(*language), "preferred": True}],
        generalPractitioner=[doctor.pointer],
        managingOrganization=known_to.pointer,
    )


def _number(facility: Facility, value: str) -> Resource:
    kind = Code(f"{HL7}v2-0203", "MR", "Medical record number")
    return {
        "use": "usual",
        "type": concept(kind.display, kind),
        "system": facility.numbers,
        "value": value,
        "assigner": facility.pointer,
    }


def _telecom(phone: str, email: str) -> list[Resource]:
    mail = [{"system": "email", "value": email, "use": "home"}] if email else []
    return [{"system": "phone", "value": phone, "use": "mobile"}, *mail]


def _contact(contact: Contact) -> Resource:
    next_of_kin = Code(f"{HL7}v2-0131", "N", "Next-of-Kin")
    return {
        "relationship": [concept(contact.relation, next_of_kin)],
        "name": {"text": contact.name},
        "telecom": [{"system": "phone", "value": contact.phone}],
    }


def _language(tag: str, name: str) -> Resource:
    return concept(name, Code("urn:ietf:bcp:47", tag, name))
