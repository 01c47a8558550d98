"""A chunk is read as soon as it is there; the job itself waits when it was read a moment ago."""

from importlib import import_module

from django.db import migrations, models

TAKE_IN = import_module("vitals.migrations.0005_take_in").TAKE_IN
WAITING = "now() + make_interval(secs => least(14, 2 + firsts[1] / rate / 20))"
SAID_OF_IT = """
  -- A young recording is read every 2 s, one of four minutes and more every 14 s: each reading looks
  -- at the last five minutes again.
"""


def replaced(statement, *changes):
    """The function anew; every change must apply."""
    for old, new in (("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"), *changes):
        assert old in statement
        statement = statement.replace(old, new)
    return statement


class Migration(migrations.Migration):
    dependencies = [
        ("vitals", "0009_reindex"),
    ]

    operations = [
        migrations.AddField("analysis", "took_s", models.FloatField(default=0.0)),
        migrations.AddField("recording", "bandwidth_low_hz", models.FloatField(null=True)),
        migrations.AddField("recording", "bandwidth_high_hz", models.FloatField(null=True)),
        migrations.AddConstraint(
            "recording",
            models.CheckConstraint(
                condition=models.Q(bandwidth_low_hz__gte=0)
                & models.Q(bandwidth_high_hz__gt=models.F("bandwidth_low_hz")),
                name="bandwidth_possible",
            ),
        ),
        migrations.RunSQL(
            replaced(TAKE_IN, (WAITING, "now()"), (SAID_OF_IT, "\n")), replaced(TAKE_IN)
        ),
    ]
