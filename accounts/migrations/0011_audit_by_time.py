"""A day of the audit trail is found without reading all of it."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0010_sessions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=BrinIndex(autosummarize=True, fields=["at"], name="audit_by_time", pages_per_range=32),
        ),
    ]
