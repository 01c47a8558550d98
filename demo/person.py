"""Who a chart is about (FHIR Patient), from the register in ``tables/people.csv``."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from demo.codes import rows
from demo.days import Days
from demo.elements import HL7, Code, Resource, concept, fhir_id, given, instant
from demo.staff import FACILITIES, WORKERS, Facility

Line = dict[str, str]


def registered(key: str, days: Days, *, died: datetime | None = None) -> Resource:
    """The patient whom the register calls ``key``; ids follow from that name."""
    line = _register()[key]
    doctor = next(worker for worker in WORKERS if worker.key == line["doctor"])
    known_to = [facility for facility in FACILITIES if line[facility.key]]
    return given(
        resourceType="Patient",
        id=fhir_id(f"patient/{key}"),
        identifier=[_number(facility, line[facility.key]) for facility in known_to],
        active=True,
        name=_names(line),
        telecom=_telecom(line),
        gender=line["gender"],
        birthDate=_born(line, days),
        deceasedDateTime=instant(died) if died else None,
        address=[{"use": "home", "line": [line["street"]], "city": line["town"]}],
        communication=[{"language": _language(line), "preferred": True}],
        generalPractitioner=[doctor.pointer],
        managingOrganization=known_to[0].pointer,
    )


def registered_as(key: str) -> Line:
    """The line of the register about ``key``."""
    return _register()[key]


@cache
def _register() -> dict[str, Line]:
    return {line["key"]: line for line in rows("people")}


def _born(line: Line, days: Days) -> str:
    """Grown-ups have an age and a birthday, babies an age in days."""
    number, _, unit = line["age"].partition(" ")
    if unit == "days":
        return days.date(int(number))
    return days.born(age=int(number), on=line["birthday"])


def _names(line: Line) -> list[Resource]:
    official = given(
        use="official",
        family=line["family"],
        given=line["given"].split(),
        prefix=[line["title"]] if line["title"] else None,
    )
    nickname = line["nickname"]
    usual = {"use": "usual", "given": [nickname], "family": line["family"]}
    return [official, usual] if nickname else [official]


def _number(facility: Facility, value: str) -> Resource:
    kind = Code(f"{HL7}v2-0203", "MR", "Medical record number")
    return {
        "use": "usual",
        "type": concept(kind.display, kind),
        "system": facility.numbers,
        "value": value,
        "assigner": facility.pointer,
    }


def _telecom(line: Line) -> list[Resource]:
    phone = {"system": "phone", "value": line["phone"], "use": "mobile"}
    mail = {"system": "email", "value": line["email"], "use": "home"}
    return [phone, mail] if line["email"] else [phone]


def _language(line: Line) -> Resource:
    name = line["language"]
    return concept(name, Code("urn:ietf:bcp:47", line["language_tag"], name))
