"""Files that recordings were imported from are kept byte for byte."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import fhir.models.record

KINDS = [
    ("patch", "ECG patch"),
    ("band", "Wrist band"),
    ("cuff", "Blood pressure cuff"),
    ("monitor", "Monitor"),
    ("file", "Recorder of an imported file"),
    ("other", "Other device"),
]


class Migration(migrations.Migration):
    dependencies = [("vitals", "0010_read_at_once")]

    operations = [
        migrations.AlterField(
            "device", "kind", models.CharField(choices=KINDS, default="other", max_length=20)
        ),
        migrations.CreateModel(
            "FileImport",
            [
                (
                    "id",
                    models.UUIDField(
                        default=fhir.models.record.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("sha256", models.BinaryField(max_length=32, unique=True)),
                ("format", models.CharField(max_length=10)),
                ("imported_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("imported_by", models.TextField()),
                ("said", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            "OriginalFile",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "imported",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="vitals.fileimport",
                    ),
                ),
                ("number", models.SmallIntegerField()),
                ("ending", models.CharField(blank=True, max_length=12)),
                ("size_bytes", models.BigIntegerField()),
                ("sha256", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["imported", "number"], name="original_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(number__gte=1, size_bytes__gt=0),
                        name="original_possible",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            "OriginalPart",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="vitals.originalfile",
                    ),
                ),
                ("number", models.IntegerField()),
                ("payload", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["file", "number"], name="part_once")
                ]
            },
        ),
        migrations.AddField(
            "recording",
            "imported",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recordings",
                to="vitals.fileimport",
            ),
        ),
        # Parts are packed before they are stored; a second packing would only cost time.
        migrations.RunSQL(
            "ALTER TABLE vitals_originalpart ALTER COLUMN payload SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
    ]
