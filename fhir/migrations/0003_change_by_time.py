from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("fhir", "0002_guards"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["patient_id", "at"], name="change_of_patient_by_time"),
        ),
    ]
