"""Where each type is shown, and what the elements that change its meaning do to the page."""

from dataclasses import dataclass
from typing import Any

Resource = dict[str, Any]

ROSA = {"reference": "Patient/rosa"}
HARBOUR = {"reference": "Organization/harbour"}
NAME = "Zebrafinch"
TERMS = "http://terminology.hl7.org/CodeSystem/"
NOT_UNDERSTOOD = "ontains information not understood here"


@dataclass(frozen=True)
class Shown:
    """A resource without anything that changes its meaning, and the page that names it.

    Attributes:
        resource: The resource; its id is "shown".
        page: Address under the chart of Rosa, or from the root; ``{Type}`` is the row's key.
        along: What else must be there for the page to name it.
    """

    resource: Resource
    page: str
    along: tuple[Resource, ...] = ()


def named(type_: str, **elements: Any) -> Resource:
    return {"resourceType": type_, "id": "shown"} | elements


def coded(system: str, code: str) -> Resource:
    return {"coding": [{"system": TERMS + system, "code": code}]}


TEXT = {"text": NAME}
MEDICINE = {"medicationCodeableConcept": TEXT, "subject": ROSA}
VISIT = {"class": {"code": "AMB"}, "subject": ROSA, "period": {"start": "2024-02-29"}}
FILE = {"attachment": {"contentType": "text/plain", "title": NAME, "url": "Binary/shown"}}
A_WARD = coded("location-physical-type", "wa")
LABORATORY = [coded("observation-category", "laboratory")]
ATTENDED = {"participant": [{"individual": {"reference": "Practitioner/shown"}}]}

SHOWN: dict[str, Shown] = {
    "AllergyIntolerance": Shown(
        named(
            "AllergyIntolerance",
            patient=ROSA,
            code=TEXT,
            clinicalStatus=coded("allergyintolerance-clinical", "active"),
            verificationStatus=coded("allergyintolerance-verification", "confirmed"),
        ),
        "allergies/",
    ),
    "Appointment": Shown(
        named(
            "Appointment",
            status="booked",
            start="2040-01-01T10:00:00Z",
            end="2040-01-01T10:20:00Z",
            description=NAME,
            participant=[{"actor": ROSA, "status": "accepted"}],
        ),
        "visits/",
    ),
    "Binary": Shown(
        named("Binary", contentType="text/plain", data="eA=="),
        "/documents/{DocumentReference}/",
        along=(
            named("DocumentReference", status="current", subject=ROSA, type=TEXT, content=[FILE]),
        ),
    ),
    "CarePlan": Shown(
        named("CarePlan", status="active", intent="plan", subject=ROSA, title=NAME), "plans/"
    ),
    "CareTeam": Shown(named("CareTeam", status="active", subject=ROSA, name=NAME), "details/"),
    "Condition": Shown(
        named(
            "Condition",
            subject=ROSA,
            code=TEXT,
            category=[coded("condition-category", "problem-list-item")],
            clinicalStatus=coded("condition-clinical", "active"),
            verificationStatus=coded("condition-ver-status", "confirmed"),
        ),
        "problems/",
    ),
    "Consent": Shown(
        named(
            "Consent",
            status="active",
            scope=coded("consentscope", "research"),
            category=[TEXT],
            patient=ROSA,
            policyRule={"text": "x"},
        ),
        "details/",
    ),
    "Device": Shown(
        named("Device", status="active", deviceName=[{"name": NAME, "type": "model-name"}]), ""
    ),
    "DiagnosticReport": Shown(
        named(
            "DiagnosticReport",
            status="final",
            subject=ROSA,
            code=TEXT,
            category=[coded("v2-0074", "LAB")],
            effectiveDateTime="2024-02-29",
        ),
        "results/",
    ),
    "DocumentReference": Shown(
        named("DocumentReference", status="current", subject=ROSA, type=TEXT, content=[FILE]),
        "documents/",
    ),
    "Encounter": Shown(named("Encounter", status="finished", type=[TEXT], **VISIT), "visits/"),
    "FamilyMemberHistory": Shown(
        named("FamilyMemberHistory", status="completed", patient=ROSA, relationship=TEXT),
        "history/",
    ),
    "Flag": Shown(named("Flag", status="active", subject=ROSA, code=TEXT), "flags/"),
    "Goal": Shown(
        named("Goal", lifecycleStatus="active", subject=ROSA, description=TEXT), "plans/"
    ),
    "ImagingStudy": Shown(
        named(
            "ImagingStudy",
            status="available",
            subject=ROSA,
            description=NAME,
            started="2024-02-29",
        ),
        "imaging/",
    ),
    "Immunization": Shown(
        named(
            "Immunization",
            status="completed",
            patient=ROSA,
            vaccineCode=TEXT,
            occurrenceDateTime="2024-02-29",
        ),
        "immunizations/",
    ),
    "Location": Shown(
        named(
            "Location",
            status="active",
            name=NAME,
            managingOrganization=HARBOUR,
            physicalType=A_WARD,
        ),
        "/ward/",
    ),
    "Medication": Shown(
        named("Medication", status="active", code=TEXT),
        "medications/",
        along=(
            named(
                "MedicationRequest",
                status="active",
                intent="order",
                subject=ROSA,
                medicationReference={"reference": "Medication/shown"},
            ),
        ),
    ),
    "MedicationAdministration": Shown(
        named(
            "MedicationAdministration",
            status="completed",
            effectiveDateTime="2024-02-29T10:00:00Z",
            request={"reference": "MedicationRequest/shown"},
            **MEDICINE,
        ),
        "/administrations/{MedicationAdministration}/",
        along=(named("MedicationRequest", status="active", intent="order", **MEDICINE),),
    ),
    "MedicationRequest": Shown(
        named("MedicationRequest", status="active", intent="order", **MEDICINE), "medications/"
    ),
    "MedicationStatement": Shown(
        named("MedicationStatement", status="active", **MEDICINE), "medications/"
    ),
    "Observation": Shown(
        named(
            "Observation",
            status="final",
            subject=ROSA,
            code=TEXT,
            category=LABORATORY,
            effectiveDateTime="2024-02-29",
            valueString="x",
        ),
        "results/",
    ),
    "Organization": Shown(
        {"resourceType": "Organization", "id": "harbour", "active": True, "name": NAME},
        "/ward/",
        along=(
            named(
                "Location",
                status="active",
                name="Ward",
                managingOrganization=HARBOUR,
                physicalType=A_WARD,
            ),
        ),
    ),
    "Patient": Shown(
        {"resourceType": "Patient", "id": "rosa", "managingOrganization": HARBOUR}
        | {"name": [{"family": NAME}], "birthDate": "1960-03-12", "active": True},
        "details/",
    ),
    "Practitioner": Shown(
        named("Practitioner", name=[{"text": NAME}]),
        "visits/",
        along=(named("Encounter", status="finished", **VISIT, **ATTENDED),),
    ),
    "PractitionerRole": Shown(
        named(
            "PractitionerRole",
            practitioner={"reference": "Practitioner/shown"},
            organization=HARBOUR,
        ),
        "visits/admit/",
        along=(named("Practitioner", name=[{"text": NAME}]),),
    ),
    "Procedure": Shown(
        named(
            "Procedure",
            status="completed",
            subject=ROSA,
            code=TEXT,
            performedDateTime="2024-02-29",
        ),
        "history/?show=procedures",
    ),
    "RelatedPerson": Shown(
        named("RelatedPerson", patient=ROSA, active=True, name=[{"text": NAME}]), "details/"
    ),
    "ServiceRequest": Shown(
        named("ServiceRequest", status="active", intent="order", subject=ROSA, code=TEXT),
        "orders/",
    ),
    "Task": Shown(
        named("Task", status="requested", intent="order", **{"for": ROSA}, description=NAME),
        "plans/",
    ),
}

# Practice does not say that a role "contains information not understood": nobody is offered for
# work by a role that may mean the opposite.
NOT_OFFERED = {"PractitionerRole"}
