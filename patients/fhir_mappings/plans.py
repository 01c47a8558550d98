"""Who looks after the patient, what is planned, and what everybody must know, as FHIR."""

from typing import Any

from accounts.models import Practitioner
from fhir.elements import (
    concept,
    literal_reference,
    moment,
    partial_date,
    period,
    primitive,
    reference,
    status_concept,
    verbatim,
)
from fhir.mapping import Mapping
from fhir.search import columns
from fhir.times import date_range, moment_range
from patients import derived
from patients.fhir_mappings.systems import ENCOUNTER, LOINC, PATIENT, SNOMED, SUBJECT, TERMINOLOGY
from patients.models import CarePlan, CareTeam, Flag, Goal, Task
from patients.models.flags import BY_CODE, OTHER


def goal_due(goal: Any) -> None:
    """``due_on``: the first day on which a target is due; its last day where it is partial."""
    given = [
        date_range(str(target.get("dueDate", "")))[1]
        for target in goal.targets or []
        if isinstance(target, dict)
    ]
    goal.due_on = min((day for day in given if day is not None), default=None)


def task_due(task: Any) -> None:
    """``due_at`` and ``practitioner``, which follow the restriction and the owner."""
    span = (task.restriction or {}).get("period") if isinstance(task.restriction, dict) else {}
    task.due_at = moment_range(str((span or {}).get("end", "")))[1]
    literal = task.owner.get("reference", "") if isinstance(task.owner, dict) else ""
    kind, _, fhir_id = str(literal).partition("/")
    task.practitioner = (
        Practitioner.objects.filter(fhir_id=fhir_id).first()
        if kind == "Practitioner" and fhir_id
        else None
    )


def flag_kind(flag: Any) -> None:
    """``kind``: which of the known flags the code means."""
    flag.kind = BY_CODE.get((flag.code_system, flag.code_code), OTHER)


MAPPINGS = (
    Mapping(
        "CareTeam",
        CareTeam,
        elements=(
            primitive("status", "status"),
            primitive("name", "name"),
            reference("subject", "patient", "Patient"),
            period("period", "start", "end"),
            verbatim("participant", "participants"),
        ),
        search=(PATIENT, SUBJECT),
        joins=("patient",),
        link=derived.link_members,
    ),
    Mapping(
        "CarePlan",
        CarePlan,
        elements=(
            primitive("status", "status"),
            primitive("intent", "intent"),
            verbatim("category", "categories"),
            primitive("title", "title"),
            primitive("description", "description"),
            reference("subject", "patient", "Patient"),
            reference("encounter", "encounter", "Encounter"),
            period("period", "start", "end"),
            moment("created", "planned_at"),
            verbatim("author", "author"),
            verbatim("addresses", "addresses"),
            verbatim("goal", "goals"),
            verbatim("activity", "activities"),
            verbatim("note", "notes"),
        ),
        search=(
            PATIENT,
            SUBJECT,
            columns.moments("date", "start", "end"),
            ENCOUNTER,
        ),
        joins=("patient", "encounter"),
    ),
    Mapping(
        "Goal",
        Goal,
        elements=(
            primitive("lifecycleStatus", "lifecycle_status"),
            status_concept(
                "achievementStatus", "achievement_status", TERMINOLOGY + "goal-achievement"
            ),
            verbatim("category", "categories"),
            concept("description", "description", (SNOMED, LOINC)),
            reference("subject", "patient", "Patient"),
            partial_date("startDate", "start"),
            verbatim("target", "targets"),
            partial_date("statusDate", "status_date"),
            primitive("statusReason", "status_reason"),
            verbatim("expressedBy", "expressed_by"),
            verbatim("addresses", "addresses"),
            verbatim("note", "notes"),
        ),
        search=(
            PATIENT,
            SUBJECT,
            columns.dates("start-date", "start_low", "start_high"),
        ),
        joins=("patient",),
        derive=goal_due,
    ),
    Mapping(
        "Task",
        Task,
        elements=(
            primitive("status", "status"),
            verbatim("statusReason", "status_reason"),
            primitive("intent", "intent"),
            primitive("priority", "priority"),
            concept("code", "code", (SNOMED, LOINC)),
            primitive("description", "description"),
            literal_reference("focus", "focus"),
            reference("for", "patient", "Patient"),
            reference("encounter", "encounter", "Encounter"),
            period("executionPeriod", "execution_start", "execution_end"),
            moment("authoredOn", "authored_at"),
            moment("lastModified", "modified_at"),
            verbatim("requester", "requester"),
            verbatim("owner", "owner"),
            verbatim("note", "notes"),
            verbatim("restriction", "restriction"),
        ),
        search=(
            PATIENT,
            columns.reference("subject", "patient", "Patient"),
            columns.reference("owner", "practitioner", "Practitioner"),
            columns.moments("period", "execution_start", "execution_end"),
            ENCOUNTER,
        ),
        joins=("patient", "encounter"),
        derive=task_due,
    ),
    Mapping(
        "Flag",
        Flag,
        elements=(
            verbatim("extension", "extensions"),
            primitive("status", "status"),
            verbatim("category", "categories"),
            concept("code", "code", (SNOMED,)),
            reference("subject", "patient", "Patient"),
            period("period", "start", "end"),
            reference("encounter", "encounter", "Encounter"),
            verbatim("author", "author"),
        ),
        search=(
            PATIENT,
            SUBJECT,
            columns.moments("date", "start", "end"),
            ENCOUNTER,
        ),
        joins=("patient", "encounter"),
        derive=flag_kind,
    ),
)
