"""A final reading says whether the chart's summary is of it, so that a crash in between is seen."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vitals", "0013_smaller_pieces")]

    operations = [
        migrations.AddField("analysis", "charted", models.BooleanField(default=False)),
    ]
