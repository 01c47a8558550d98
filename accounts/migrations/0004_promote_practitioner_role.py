"""The stored roles of practitioners move into their table."""

from django.db import migrations

from fhir.guards import GuardVersion
from fhir.promote import Promote


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0003_practitioner_role"),
        ("fhir", "0002_guards"),
    ]

    operations = [
        GuardVersion("PractitionerRole"),
        Promote("PractitionerRole"),
    ]
