"""The words of a case history: problem, allergy, procedure, vaccine, relative, team, warning.

Each word gives one FHIR resource that does not yet say whose it is: ``Chart.write`` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from demo.codes import codes
from demo.elements import HL7, SNOMED, Code, Resource, comments, concept, given, instant, period
from demo.staff import Facility, Worker

CONDITION_LISTS = {
    "problem-list-item": "Problem List Item",
    "encounter-diagnosis": "Encounter Diagnosis",
}
UNCERTAIN = {"provisional": "Provisional", "confirmed": "Confirmed", "unconfirmed": "Unconfirmed"}


def problem(
    words: str,
    *,
    since: str = "",
    until: str = "",
    certainty: str = "confirmed",
    listed_as: str = "problem-list-item",
    by: Worker | None = None,
    note: str = "",
) -> Resource:
    """Something on the problem list; ``until`` makes it resolved."""
    status = ("resolved", "Resolved") if until else ("active", "Active")
    category = Code(f"{HL7}condition-category", listed_as, CONDITION_LISTS[listed_as])
    certain = Code(f"{HL7}condition-ver-status", certainty, UNCERTAIN[certainty])
    return given(
        resourceType="Condition",
        clinicalStatus=concept(status[1], Code(f"{HL7}condition-clinical", *status)),
        verificationStatus=concept(certain.display, certain),
        category=[concept(category.display, category)],
        code=concept(words, *codes("problem", words)),
        onsetDateTime=since,
        abatementDateTime=until,
        asserter=by.pointer if by else None,
        **comments(note),
    )


def diagnosis(words: str, *, since: str, by: Worker, certainty: str = "confirmed") -> Resource:
    """What a visit or admission is for."""
    return problem(words, since=since, by=by, certainty=certainty, listed_as="encounter-diagnosis")


def allergy(
    to: str,
    *,
    reaction: str,
    category: str = "medication",
    severity: str = "",
    criticality: str = "low",
    since: str = "",
    kind: str = "allergy",
) -> Resource:
    """A known allergy or intolerance, coded where its name is known."""
    known = codes("allergen", to) or codes("medicine", to.lower())
    manifestation = concept(reaction.capitalize(), *codes("reaction", reaction))
    return given(
        resourceType="AllergyIntolerance",
        **_allergy_status(),
        type=kind,
        category=[category],
        criticality=criticality,
        code=concept(to, *known),
        onsetDateTime=since,
        reaction=[given(manifestation=[manifestation], severity=severity)],
    )


def told_allergy(words: str, *, note: str) -> Resource:
    """An allergy as the patient tells it: no code fits, so nothing can check against it."""
    return given(
        resourceType="AllergyIntolerance",
        **_allergy_status("unconfirmed", "Unconfirmed"),
        code={"text": words},
        **comments(note),
    )


def no_known_allergies() -> Resource:
    """The patient was asked and knows of none."""
    words = "No known allergies"
    return given(
        resourceType="AllergyIntolerance",
        **_allergy_status(),
        code=concept(words, *codes("allergen", words)),
    )


def _allergy_status(certainty: str = "confirmed", words: str = "Confirmed") -> Resource:
    clinical = Code(f"{HL7}allergyintolerance-clinical", "active", "Active")
    certain = Code(f"{HL7}allergyintolerance-verification", certainty, words)
    return {
        "clinicalStatus": concept("Active", clinical),
        "verificationStatus": concept(words, certain),
    }


def procedure(
    words: str, *, on: str | datetime, by: Worker | None = None, note: str = ""
) -> Resource:
    """An operation or treatment that was done."""
    return given(
        resourceType="Procedure",
        status="completed",
        code=concept(words, *codes("procedure", words)),
        performedDateTime=on if isinstance(on, str) else instant(on),
        performer=[{"actor": by.pointer}] if by else None,
        **comments(note),
    )


def operation(
    words: str,
    *,
    on: str,
    by: Worker | None = None,
    surgical: bool = True,
    not_done: str = "",
    note: str = "",
    site: str = "",
) -> Resource:
    """A procedure of an old history; ``not_done`` says why it did not take place."""
    done = procedure(words, on=on, by=by, note=note)
    surgery = Code(SNOMED, "387713003", "Surgical procedure")
    return done | given(
        status="not-done" if not_done else "completed",
        statusReason={"text": not_done} if not_done else None,
        category=concept("Surgery", surgery) if surgical else None,
        bodySite=[{"text": site}] if site else None,
    )


def vaccine(words: str, on: str) -> Resource:
    """A vaccine given."""
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": concept(words, *codes("vaccine", words)),
        "occurrenceDateTime": on,
        "primarySource": True,
    }


def relative(who: str, *conditions: str, note: str = "") -> Resource:
    """What runs in the family."""
    return given(
        resourceType="FamilyMemberHistory",
        status="completed",
        relationship=concept(who.capitalize(), *codes("relative", who)),
        condition=[{"code": concept(words, *codes("problem", words))} for words in conditions],
        **comments(note),
    )


def team(name: str, since: datetime, at: Facility, members: Sequence[Worker]) -> Resource:
    """Who looks after the patient."""
    return {
        "resourceType": "CareTeam",
        "status": "active",
        "name": name,
        "period": period(since),
        "participant": [
            {"role": [{"text": worker.work}], "member": worker.pointer} for worker in members
        ],
        "managingOrganization": [at.pointer],
    }


def warning(
    words: str,
    *,
    since: datetime,
    by: Worker,
    category: str = "clinical",
    until: datetime | None = None,
) -> Resource:
    """What everybody who opens the chart must see (FHIR Flag), until it ends."""
    kind = Code(f"{HL7}flag-category", category, category.capitalize())
    return {
        "resourceType": "Flag",
        "status": "inactive" if until else "active",
        "category": [concept(kind.display, kind)],
        "code": concept(words, *codes("flag", words)),
        "period": period(since, until),
        "author": by.pointer,
    }
