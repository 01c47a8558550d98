import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import django.contrib.postgres.fields
from django.db import migrations, models

import fhir.fields
import fhir.models.record


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0006_medicines"),
    ]

    operations = [
        migrations.CreateModel(
            name="FamilyMemberHistory",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=fhir.models.record.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "fhir_id",
                    models.CharField(
                        editable=False,
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9\\-.]{1,64}$",
                                "A FHIR id has 1 to 64 letters, digits, hyphens or dots.",
                            )
                        ],
                    ),
                ),
                ("version", models.PositiveBigIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("source", models.CharField(blank=True, editable=False, max_length=1000)),
                (
                    "security",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=300),
                        blank=True,
                        default=list,
                        editable=False,
                        size=None,
                    ),
                ),
                ("extra", fhir.fields.VerbatimJSONField(default=dict, editable=False)),
                ("status", models.CharField(blank=True, max_length=40)),
                ("absent_reason_system", models.TextField(blank=True)),
                ("absent_reason_code", models.CharField(blank=True, max_length=100)),
                ("absent_reason_display", models.TextField(blank=True)),
                ("absent_reason_text", models.TextField(blank=True)),
                ("recorded_at", models.DateTimeField(null=True)),
                ("name", models.TextField(blank=True)),
                ("relationship_system", models.TextField(blank=True)),
                ("relationship_code", models.CharField(blank=True, max_length=100)),
                ("relationship_display", models.TextField(blank=True)),
                ("relationship_text", models.TextField(blank=True)),
                ("sex_system", models.TextField(blank=True)),
                ("sex_code", models.CharField(blank=True, max_length=100)),
                ("sex_display", models.TextField(blank=True)),
                ("sex_text", models.TextField(blank=True)),
                ("deceased", models.BooleanField(null=True)),
                ("deceased_age_years", fhir.fields.NumericField(null=True)),
                ("reasons", fhir.fields.VerbatimJSONField(default=list)),
                ("conditions", fhir.fields.VerbatimJSONField(default=list)),
                ("notes", fhir.fields.VerbatimJSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="Immunization",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=fhir.models.record.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "fhir_id",
                    models.CharField(
                        editable=False,
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9\\-.]{1,64}$",
                                "A FHIR id has 1 to 64 letters, digits, hyphens or dots.",
                            )
                        ],
                    ),
                ),
                ("version", models.PositiveBigIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("source", models.CharField(blank=True, editable=False, max_length=1000)),
                (
                    "security",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=300),
                        blank=True,
                        default=list,
                        editable=False,
                        size=None,
                    ),
                ),
                ("extra", fhir.fields.VerbatimJSONField(default=dict, editable=False)),
                ("status", models.CharField(blank=True, max_length=40)),
                ("status_reason_system", models.TextField(blank=True)),
                ("status_reason_code", models.CharField(blank=True, max_length=100)),
                ("status_reason_display", models.TextField(blank=True)),
                ("status_reason_text", models.TextField(blank=True)),
                ("vaccine_system", models.TextField(blank=True)),
                ("vaccine_code", models.CharField(blank=True, max_length=100)),
                ("vaccine_display", models.TextField(blank=True)),
                ("vaccine_text", models.TextField(blank=True)),
                ("occurrence_start", models.DateTimeField(null=True)),
                ("occurrence_end", models.DateTimeField(null=True)),
                ("occurrence_text", models.TextField(blank=True)),
                ("recorded_at", models.DateTimeField(null=True)),
                ("primary_source", models.BooleanField(null=True)),
                ("manufacturer", fhir.fields.VerbatimJSONField(default=dict)),
                ("lot_number", models.TextField(blank=True)),
                ("expiry_low", models.DateField(null=True)),
                ("expiry_high", models.DateField(null=True)),
                ("site_system", models.TextField(blank=True)),
                ("site_code", models.CharField(blank=True, max_length=100)),
                ("site_display", models.TextField(blank=True)),
                ("site_text", models.TextField(blank=True)),
                ("dose", fhir.fields.NumericField(null=True)),
                ("dose_unit", models.TextField(blank=True)),
                ("dose_ucum", models.CharField(blank=True, max_length=100)),
                ("dose_comparator", models.CharField(blank=True, max_length=4)),
                ("performers", fhir.fields.VerbatimJSONField(default=list)),
                ("reasons", fhir.fields.VerbatimJSONField(default=list)),
                ("is_subpotent", models.BooleanField(null=True)),
                ("subpotent_reasons", fhir.fields.VerbatimJSONField(default=list)),
                ("education", fhir.fields.VerbatimJSONField(default=list)),
                ("reactions", fhir.fields.VerbatimJSONField(default=list)),
                ("protocols", fhir.fields.VerbatimJSONField(default=list)),
                ("notes", fhir.fields.VerbatimJSONField(default=list)),
            ],
        ),
        migrations.AddField(
            model_name="allergyintolerance",
            name="last_occurred_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="condition",
            name="body_sites",
            field=fhir.fields.VerbatimJSONField(default=list),
        ),
        migrations.AddField(
            model_name="condition",
            name="evidence",
            field=fhir.fields.VerbatimJSONField(default=list),
        ),
        migrations.AddField(
            model_name="condition",
            name="stages",
            field=fhir.fields.VerbatimJSONField(default=list),
        ),
        migrations.AddField(
            model_name="familymemberhistory",
            name="patient",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.patient",
            ),
        ),
        migrations.AddField(
            model_name="immunization",
            name="encounter",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.encounter",
            ),
        ),
        migrations.AddField(
            model_name="immunization",
            name="patient",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.patient",
            ),
        ),
        migrations.AddIndex(
            model_name="familymemberhistory",
            index=models.Index(fields=["patient", "-recorded_at"], name="family_of_patient"),
        ),
        migrations.AddConstraint(
            model_name="familymemberhistory",
            constraint=models.UniqueConstraint(
                fields=("fhir_id",), name="family_history_fhir_id_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="immunization",
            index=models.Index(
                fields=["patient", "-occurrence_start"], name="immunization_of_patient"
            ),
        ),
        migrations.AddConstraint(
            model_name="immunization",
            constraint=models.UniqueConstraint(
                fields=("fhir_id",), name="immunization_fhir_id_unique"
            ),
        ),
        migrations.CreateModel(
            name="Procedure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=fhir.models.record.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "fhir_id",
                    models.CharField(
                        editable=False,
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9\\-.]{1,64}$",
                                "A FHIR id has 1 to 64 letters, digits, hyphens or dots.",
                            )
                        ],
                    ),
                ),
                ("version", models.PositiveBigIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("source", models.CharField(blank=True, editable=False, max_length=1000)),
                (
                    "security",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=300),
                        blank=True,
                        default=list,
                        editable=False,
                        size=None,
                    ),
                ),
                ("extra", fhir.fields.VerbatimJSONField(default=dict, editable=False)),
                ("status", models.CharField(blank=True, max_length=40)),
                ("status_reason_system", models.TextField(blank=True)),
                ("status_reason_code", models.CharField(blank=True, max_length=100)),
                ("status_reason_display", models.TextField(blank=True)),
                ("status_reason_text", models.TextField(blank=True)),
                ("category_system", models.TextField(blank=True)),
                ("category_code", models.CharField(blank=True, max_length=100)),
                ("category_display", models.TextField(blank=True)),
                ("category_text", models.TextField(blank=True)),
                ("code_system", models.TextField(blank=True)),
                ("code_code", models.CharField(blank=True, max_length=100)),
                ("code_display", models.TextField(blank=True)),
                ("code_text", models.TextField(blank=True)),
                ("performed_start", models.DateTimeField(null=True)),
                ("performed_end", models.DateTimeField(null=True)),
                ("recorder", models.TextField(blank=True)),
                ("asserter", models.TextField(blank=True)),
                ("performers", fhir.fields.VerbatimJSONField(default=list)),
                ("location", fhir.fields.VerbatimJSONField(default=dict)),
                ("reasons", fhir.fields.VerbatimJSONField(default=list)),
                ("body_sites", fhir.fields.VerbatimJSONField(default=list)),
                ("outcome_system", models.TextField(blank=True)),
                ("outcome_code", models.CharField(blank=True, max_length=100)),
                ("outcome_display", models.TextField(blank=True)),
                ("outcome_text", models.TextField(blank=True)),
                ("complications", fhir.fields.VerbatimJSONField(default=list)),
                ("focal_devices", fhir.fields.VerbatimJSONField(default=list)),
                ("notes", fhir.fields.VerbatimJSONField(default=list)),
            ],
        ),
        migrations.AddField(
            model_name="procedure",
            name="encounter",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.encounter",
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="patient",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.patient",
            ),
        ),
        migrations.AddIndex(
            model_name="procedure",
            index=models.Index(fields=["patient", "-performed_start"], name="procedure_of_patient"),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.UniqueConstraint(
                fields=("fhir_id",), name="procedure_fhir_id_unique"
            ),
        ),
    ]
