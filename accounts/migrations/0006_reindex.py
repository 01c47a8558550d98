from django.db import migrations

from fhir.reindexing import Reindex

MODELS = (
    "Location", "Organization", "Practitioner", "PractitionerRole",
)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0005_search_values"),
    ]

    operations = [Reindex(name) for name in MODELS]
