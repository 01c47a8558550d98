from django.db import migrations

from fhir.reindexing import Reindex

MODELS = (
    "AllergyIntolerance", "Appointment", "Binary", "CarePlan", "CareTeam", "Condition",
    "Consent", "DiagnosticReport", "DocumentReference", "Encounter", "FamilyMemberHistory",
    "Flag", "Goal", "ImagingStudy", "Immunization", "Medication", "MedicationAdministration",
    "MedicationRequest", "MedicationStatement", "Observation", "Patient", "Procedure",
    "RelatedPerson", "ServiceRequest", "Task",
)


class Migration(migrations.Migration):

    dependencies = [
        ("patients", "0013_search_values"),
    ]

    operations = [Reindex(name) for name in MODELS]
