"""Facilities, places and practitioners never change without a new version."""

from django.db import migrations

from fhir.guards import GuardVersion


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        GuardVersion("Organization", bookkeeping=("time_zone",)),
        GuardVersion("Location"),
        GuardVersion("Practitioner", bookkeeping=("user_id",)),
    ]
