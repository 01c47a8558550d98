"""Stored resources never change without a new version."""

from django.db import migrations

from fhir.guards import GuardVersion


class Migration(migrations.Migration):
    dependencies = [("fhir", "0001_initial")]

    operations = [GuardVersion("StoredResource")]
