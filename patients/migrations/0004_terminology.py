import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

import patients.models.terminology


class Migration(migrations.Migration):

    dependencies = [
        ("patients", "0003_charting"),
    ]

    operations = [
        migrations.CreateModel(
            name="TerminologyLoad",
            fields=[
                ("source", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("rows", models.PositiveIntegerField()),
                ("loaded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Concept",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("system", models.CharField(blank=True, max_length=200)),
                ("code", models.CharField(blank=True, max_length=60)),
                ("display", models.CharField(blank=True, max_length=500)),
                ("name", models.CharField(max_length=500)),
                ("synonyms", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None)),
                ("kinds", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None)),
                ("category", models.CharField(blank=True, max_length=60)),
                ("unit", models.CharField(blank=True, help_text="UCUM", max_length=40)),
                ("rank", models.PositiveSmallIntegerField(default=0, help_text="How common: 0 to 100; the higher, the earlier in the list.")),
                ("local", models.BooleanField(default=False, help_text="Added here, not by an import.")),
                ("retired", models.BooleanField(default=False, help_text="No longer offered; old records keep it.")),
                ("source", models.CharField(blank=True, max_length=80)),
                ("found_by", patients.models.terminology.LexemesField(editable=False, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("code", ""), _negated=True), fields=("system", "code"), name="concept_code_unique"),
                    models.UniqueConstraint(condition=models.Q(("code", "")), fields=("source", "name"), name="concept_words_unique"),
                ],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["found_by"], name="concept_found_by"),
                    django.contrib.postgres.indexes.GinIndex(condition=models.Q(("rank__gt", 0)), fields=["found_by"], name="concept_common_found_by"),
                ],
            },
        ),
    ]
