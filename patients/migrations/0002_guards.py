"""Nothing in a chart changes without a new version."""

from django.db import migrations

from fhir.guards import GuardVersion

SEARCH = ("name_search", "name_words", "name_trigrams", "name_prefixes", "identifier_values")


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial")]

    operations = [
        GuardVersion("Patient", bookkeeping=SEARCH),
        GuardVersion("Encounter", bookkeeping=("location_id",)),
        GuardVersion("CareTeam"),
        GuardVersion("Condition"),
        GuardVersion("AllergyIntolerance"),
        GuardVersion("MedicationRequest"),
        GuardVersion("Observation"),
    ]
