from django.db import migrations

from fhir.indexes import SpanIndex


class Migration(migrations.Migration):

    dependencies = [
        ("patients", "0014_reindex"),
    ]

    operations = [SpanIndex("Observation", "effective_start", "effective_end", by_start=True)]
