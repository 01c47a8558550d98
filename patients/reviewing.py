"""Which rows of the audit trail a privacy officer reads.

An officer answers for a facility: for the patients who are known there, whoever looked at them,
and for what the people who work or worked there did, to whomever. What concerns no patient and was
done by no person of any facility (failed sign-ins, programs, devices, the house itself) every
officer reads.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from accounts.models import Membership
from accounts.principals import ANONYMOUS
from accounts.roles import AUDIT_READ
from fhir.principal import Principal
from patients.models import FacilityLink, Patient

NOTHING = Q(pk__in=[])


def references(ids: Iterable[UUID]) -> list[str]:
    """The patients of a list, as the audit trail names them."""
    rows = Patient.objects.filter(pk__in=set(ids)).order_by("pk")
    return [f"Patient/{fhir_id}" for fhir_id in rows.values_list("fhir_id", flat=True)]


def trail_read_by(principal: Principal) -> Q:
    """The rows of the trail that ``principal`` reads; nobody's but a privacy officer's."""
    if principal.kind == "system":
        return Q()
    mine = principal.facilities_with(AUDIT_READ) if principal.kind == "user" else []
    if not mine:
        return NOTHING
    known = FacilityLink.objects.filter(patient=OuterRef("patient_id"), facility__in=mine)
    nobodys = Q(patient_id=None) & (
        Q(principal=ANONYMOUS.label) | ~Q(principal__startswith="user:")
    )
    return Q(Exists(known)) | Q(principal__in=staff_of(principal)) | nobodys


def staff_of(principal: Principal) -> QuerySet[Membership, str]:
    """Labels of everybody who works, or worked, at the facilities of an officer."""
    label = Concat(Value("user:"), Cast("user_id", TextField()), output_field=TextField())
    rows = Membership.objects.filter(facility__in=principal.facilities_with(AUDIT_READ))
    return rows.annotate(label=label).values_list("label", flat=True).distinct()
