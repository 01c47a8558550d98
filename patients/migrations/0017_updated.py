"""What is new among observations is found without reading them all."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0016_break_glass'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='observation',
            index=BrinIndex(autosummarize=True, fields=['updated_at'], name='observation_updated', pages_per_range=32),
        ),
    ]
