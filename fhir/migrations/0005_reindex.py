from django.db import migrations

from fhir.reindexing import Reindex

MODELS = ("StoredResource",)


class Migration(migrations.Migration):

    dependencies = [
        ("fhir", "0004_search_values"),
    ]

    operations = [Reindex(name) for name in MODELS]
