"""Every page of the house that a signed-in person can open, opened once with something to show."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import AuditEvent
from fhir.principal import Principal
from patients import models
from vitals.models import Pairing, Recording

# Not pages: what is asked there has other tests.
ELSEWHERE = ("admin", "api", "fhir", "oauth", "static")
TRIED = 6  # rows of each kind
# Parameter of an address → the tables whose rows it may name.
NAMED: dict[str, tuple[type[Any], ...]] = {
    "patient_id": (models.Patient,),
    "observation_id": (models.Observation,),
    "record_id": (
        models.Condition,
        models.AllergyIntolerance,
        models.Procedure,
        models.Immunization,
        models.FamilyMemberHistory,
        models.Observation,
    ),
    "medication_id": (models.MedicationRequest,),
    "statement_id": (models.MedicationStatement,),
    "note_id": (models.DocumentReference,),
    "document_id": (models.DocumentReference,),
    "draft_id": (models.NoteDraft,),
    "plan_id": (models.CarePlan,),
    "goal_id": (models.Goal,),
    "task_id": (models.Task,),
    "flag_id": (models.Flag,),
    "related_id": (models.RelatedPerson,),
    "consent_id": (models.Consent,),
    "encounter_id": (models.Encounter,),
    "appointment_id": (models.Appointment,),
    "report_id": (models.DiagnosticReport,),
    "study_id": (models.ImagingStudy,),
    "order_id": (models.ServiceRequest,),
    "item_id": (models.InboxItem,),
    "pairing_id": (Pairing,),
    "recording_id": (Recording,),
}


@dataclass(frozen=True)
class Opened:
    """A page that answered, and how many rows the audit trail has more since."""

    name: str
    path: str
    noted: int


def pages(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and parameters of every address that is a page."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith(ELSEWHERE):
            continue
        if isinstance(pattern, URLResolver):
            yield from pages(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name, pattern.pattern.converters


def opened(client: Client, principal: Principal) -> Iterator[Opened]:
    """Open each page with one of the rows that it takes; pages that take none are left out."""
    for name, parameters in pages():
        for values in choices(parameters, principal):
            path = reverse(name, kwargs=values)
            before = AuditEvent.objects.count()
            if client.get(path).status_code == 200:
                yield Opened(name, path, AuditEvent.objects.count() - before)
                break


def choices(parameters: Iterable[str], principal: Principal) -> Iterator[dict[str, Any]]:
    """Values for the parameters of an address."""
    asked = set(parameters)
    if not asked:
        yield {}
    elif asked == {"type_", "record_id"}:
        for row in rows(NAMED["record_id"], principal):
            yield {"type_": row.resource_type, "record_id": row.pk}
    elif len(asked) == 1:
        (name,) = asked
        yield from ({name: row.pk} for row in rows(NAMED.get(name, ()), principal))


def rows(tables: Iterable[type[Any]], principal: Principal) -> Iterator[Any]:
    """The newest rows of the tables, those that ``principal`` may see."""
    for table in tables:
        found = table._default_manager.all()
        visible = getattr(found, "visible_to", None)
        yield from (visible(principal) if visible else found).order_by("-pk")[:TRIED]
