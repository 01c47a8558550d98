from django.db import migrations

from fhir.reindexing import Reindex

MODELS = (
    "Device",
)


class Migration(migrations.Migration):

    dependencies = [
        ("vitals", "0008_search_values"),
    ]

    operations = [Reindex(name) for name in MODELS]
