from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from fhir.indexes import TokenIndex

MODELS = (
    "Device",
)


class Migration(migrations.Migration):

    dependencies = [
        ('vitals', '0007_moved_wearing'),
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
