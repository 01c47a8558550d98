from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from fhir.indexes import TokenIndex

MODELS = (
    "AllergyIntolerance", "Appointment", "Binary", "CarePlan", "CareTeam", "Condition",
    "Consent", "DiagnosticReport", "DocumentReference", "Encounter", "FamilyMemberHistory",
    "Flag", "Goal", "ImagingStudy", "Immunization", "Medication", "MedicationAdministration",
    "MedicationRequest", "MedicationStatement", "Observation", "Patient", "Procedure",
    "RelatedPerson", "ServiceRequest", "Task",
)


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0012_promote'),
        ("fhir", "0004_search_values"),
    ]

    operations = [
        operation
        for name in MODELS
        for operation in (
            migrations.AddField(
                name,
                "search_tokens",
                ArrayField(models.BigIntegerField(), blank=True, default=list, editable=False),
            ),
            TokenIndex(name),
        )
    ]
