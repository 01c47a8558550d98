from django.db import migrations

from fhir.guards import GuardVersion
from fhir.promote import Promote

# Each new Record's name, and the columns that may change without a new version.
MODELS: dict[str, tuple[str, ...]] = {
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
}


class Migration(migrations.Migration):

    dependencies = [
        ("patients", "0011_plans"),
    ]

    operations = [
        operation
        for name, bookkeeping in MODELS.items()
        for operation in (Promote(name), GuardVersion(name, bookkeeping))
    ]
