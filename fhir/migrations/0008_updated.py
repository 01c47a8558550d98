"""What is new among stored resources is found without reading them all."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('fhir', '0007_change_of_type'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='storedresource',
            index=BrinIndex(autosummarize=True, fields=['updated_at'], name='stored_updated', pages_per_range=32),
        ),
    ]
