from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("fhir", "0003_change_by_time"),
        ("patients", "0002_guards"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="observation",
            index=models.Index(
                fields=["patient", "-effective_start", "-id"], name="observation_by_time"
            ),
        ),
    ]
