from django.db import migrations

from fhir.guards import GuardVersion
from fhir.promote import Promote
from fhir.reread import Reread

# Each new Record's name, and the columns that may change without a new version.
MODELS: dict[str, tuple[str, ...]] = {
    "Appointment": (),
    "Consent": (),
    "RelatedPerson": (),
    "CarePlan": (),
    "Goal": ("due_on",),
    "Task": ("due_at", "practitioner_id"),
    "Flag": ("kind",),
    "FamilyMemberHistory": (),
    "Immunization": (),
    "Procedure": (),
    "Medication": (),
    "MedicationStatement": (),
    "MedicationAdministration": (),
    "DocumentReference": (),
    "Binary": ("patient_id",),
    "ServiceRequest": (),
    "DiagnosticReport": ("category_codes", "order_references", "result_references"),
    "ImagingStudy": (),
}

# Tables of before that have new columns: these take over what ``extra`` held so far.
GROWN = (
    "Patient", "Encounter", "Condition", "AllergyIntolerance", "Observation", "MedicationRequest",
)


class Migration(migrations.Migration):

    dependencies = [
        ("patients", "0011_plans"),
    ]

    operations = [
        *(Reread(name) for name in GROWN),
        *(
            operation
            for name, bookkeeping in MODELS.items()
            for operation in (Promote(name), GuardVersion(name, bookkeeping))
        ),
    ]
