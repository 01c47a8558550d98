from django.db import migrations

from fhir.indexes import SpanIndex


class Migration(migrations.Migration):

    dependencies = [
        ("fhir", "0005_reindex"),
    ]

    operations = [SpanIndex("DateValue", "low", "high", lead="key")]
