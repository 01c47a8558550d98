from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from fhir.indexes import TokenIndex

MODELS = (
    "Location", "Organization", "Practitioner", "PractitionerRole",
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_promote_practitioner_role'),
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
