from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("fhir", "0003_change_by_time"),
        ("patients", "0002_guards"),
    ]

    operations = []
