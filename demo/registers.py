"""What stands in a register rather than in a story: follow-ups, operations, vaccines, kin.

A line of a table of ``tables/`` becomes one entry in the chart of the person that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from demo.chart import Chart
from demo.codes import codes, rows
from demo.days import Days
from demo.elements import HL7, LOINC, Code, Resource, comments, concept, given, instant
from demo.measurements import observation, smoking
from demo.person import registered_as
from demo.prescriptions import dosage, drug
from demo.staff import HOSPITAL, WORKERS, Worker
from demo.vocabulary import operation, relative, vaccine

Line = dict[str, str]
LOOK_UP = {worker.key: worker for worker in WORKERS}
CONSENT_SCOPES = {
    "adr": "Advanced Care Directive",
    "treatment": "Treatment",
    "patient-privacy": "Privacy Consent",
}


def enter(chart: Chart, key: str, days: Days) -> None:
    """Write what every register says of the person called ``key`` into their chart."""
    chart.write(kin(registered_as(key)))
    for table, entry in REGISTERS.items():
        for line in _of_person(table).get(key, ()):
            chart.write(entry(line, days))


@cache
def _of_person(table: str) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in rows(table):
        found.setdefault(line["person"], []).append(line)
    return found


def follow_up(line: Line, days: Days) -> Resource:
    """Something that somebody is to do by a day (FHIR Task)."""
    owner, asked_by = LOOK_UP[line["owner"]], LOOK_UP[line["by"]]
    made = _before_the_round(days, int(line["made"]))
    return given(
        resourceType="Task",
        status=line["status"],
        intent="order",
        priority=line["priority"],
        description=line["what"],
        authoredOn=made,
        lastModified=made,
        requester=asked_by.pointer,
        owner=owner.pointer,
        reasonCode={"text": line["why"]},
        restriction={"period": {"end": days.date(-int(line["due"]))}},
        **comments(line["said"]),
    )


def surgery(line: Line, days: Days) -> Resource:
    """An operation or examination; one that was not done says why."""
    return operation(
        line["words"],
        on=_as_remembered(days, int(line["days_ago"])),
        by=_worker(line["by"]),
        surgical=line["kind"] == "surgery",
        not_done=line["note"] if line["status"] == "not-done" else "",
        note=line["note"] if line["status"] != "not-done" else "",
        site=line["site"],
    )


def habit(line: Line, days: Days) -> Resource:
    """One answer of the social history, in the words of the patient."""
    on = days.date(int(line["days_ago"]))
    if line["question"] == "smoking":
        return smoking(line["answer"], on)
    return observation(
        line["question"],
        on,
        category="social-history",
        kind="social",
        valueCodeableConcept={"text": line["answer"]},
    )


def vaccination(line: Line, days: Days) -> Resource:
    """A vaccine that was given, or not, and then why."""
    on = days.date(int(line["days_ago"]))
    if line["status"] == "completed":
        return vaccine(line["vaccine"], on)
    not_done = {"status": "not-done", "statusReason": {"text": line["why"]}}
    return vaccine(line["vaccine"], on) | not_done


def family(line: Line, _days: Days) -> Resource:
    """What runs in the family."""
    illnesses = (line["illness"],) if line["illness"] else ()
    return relative(line["who"], *illnesses, note=line["note"])


def taken(line: Line, days: Days) -> Resource:
    """A medicine that nobody here prescribed (FHIR MedicationStatement)."""
    since = days.date(int(line["since"]))
    return given(
        resourceType="MedicationStatement",
        status=line["status"],
        medicationCodeableConcept=drug(line["medicine"], line["form"]),
        effectivePeriod={"start": since},
        dateAsserted=days.date(min(int(line["since"]), 3)),
        reasonCode=[{"text": line["why"]}],
        dosage=[dosage(line["instruction"], since)],
        **comments(f"Said by {line['source']}."),
    )


def consent(line: Line, days: Days) -> Resource:
    """What the patient permits or refuses."""
    scope = Code(f"{HL7}consentscope", line["about"], CONSENT_SCOPES[line["about"]])
    kind = Code(LOINC, "59284-0", "Patient Consent")
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": concept(scope.display, scope),
        "category": [concept(line["words"], kind)],
        "dateTime": days.date(int(line["days_ago"])),
        "organization": [HOSPITAL.pointer],
        "policyRule": {"text": line["words"]},
        "provision": {"type": line["decision"]},
    }


def kin(line: Line) -> Resource:
    """Whom to call: the next of kin of the register (FHIR RelatedPerson)."""
    next_of_kin = Code(f"{HL7}v2-0131", "N", "Next-of-Kin")
    *first, family_name = line["contact"].split()
    return {
        "resourceType": "RelatedPerson",
        "active": True,
        "relationship": [concept(line["relation"], *codes("kin", line["relation"]), next_of_kin)],
        "name": [{"use": "official", "family": family_name, "given": first}],
        "telecom": [{"system": "phone", "value": line["contact_phone"], "use": "mobile"}],
    }


REGISTERS: dict[str, Callable[[Line, Days], Resource]] = {
    "followups": follow_up,
    "operations": surgery,
    "lifestyle": habit,
    "vaccinations": vaccination,
    "relatives": family,
    "taken": taken,
    "consents": consent,
}


def names() -> Iterator[str]:
    """Every person whom some register names."""
    for table in REGISTERS:
        yield from _of_person(table)


def _worker(key: str) -> Worker | None:
    return LOOK_UP[key] if key else None


def _as_remembered(days: Days, days_ago: int) -> str:
    """Nobody knows the day of what was done many years ago."""
    return days.date(days_ago) if days_ago < 1500 else days.year(days_ago // 365)


def _before_the_round(days: Days, days_ago: int) -> str:
    return instant(days.at(days_ago, "05:50" if days_ago == 0 else "11:00"))
