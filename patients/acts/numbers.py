"""Medical record numbers: the next one of a facility, and who bears one already."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Organization
from fhir.errors import Invalid
from fhir.principal import Principal
from patients.models import FacilityLink, NumberSequence, Patient

LONGEST = 60
TYPE = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}],
    "text": "Medical record number",
}


def identifier(facility: Organization, number: str) -> dict[str, Any]:
    """``number`` as the FHIR identifier that ``facility`` gives."""
    return {
        "use": "usual",
        "type": TYPE,
        "system": system_of(facility),
        "value": number,
        "assigner": {"reference": facility.reference, "display": facility.name},
    }


def system_of(facility: Organization) -> str:
    """The identifier system of the facility's numbers: the one that they have had so far."""
    row = NumberSequence.objects.filter(facility=facility).first()
    if row is not None:
        return row.system
    used = FacilityLink.objects.filter(facility=facility, value__isnull=False).exclude(system="")
    newest = used.order_by("-pk").values_list("system", flat=True).first()
    return newest or f"urn:chartwave:mrn:{facility.fhir_id}"


def next_number(facility: Organization) -> str:
    """The next number that nobody bears; the row is locked until the transaction ends."""
    NumberSequence.objects.get_or_create(
        facility=facility, defaults={"system": system_of(facility)}
    )
    row = NumberSequence.objects.select_for_update().get(facility=facility)
    while _bearer(facility, row.system, str(row.next)):
        row.next += 1
    given = str(row.next)
    row.next += 1
    row.save(update_fields=["next"])
    return given


def refuse_taken(by: Principal, facility: Organization, number: str) -> None:
    """Refuse a number that somebody bears.

    Raises:
        Invalid: it is taken; who bears it is named to those who may look them up.
    """
    bearer = _bearer(facility, system_of(facility), number)
    if bearer is None:
        return
    known = Patient.objects.identified_to(by).filter(pk=bearer.pk).exists()
    raise Invalid(
        _(
            "Number: %(number)s of %(facility)s already belongs to %(who)s. "
            "Look that person up, or leave the number empty to get the next free one."
        )
        % {
            "number": number,
            "facility": facility,
            "who": bearer.name.listed if known else _("somebody else"),
        },
        expression="Patient.identifier",
        code="number-taken",
    )


def _bearer(facility: Organization, system: str, number: str) -> Patient | None:
    link = FacilityLink.objects.filter(facility=facility, system=system, value=number)
    found = link.select_related("patient").first()
    return found.patient if found else None
