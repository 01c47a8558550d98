import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import fhir.fields
import fhir.models.record
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0005_formulary'),
    ]

    operations = [
        migrations.CreateModel(
            name='Medication',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('fhir_id', models.CharField(editable=False, max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9\\-.]{1,64}$', 'A FHIR id has 1 to 64 letters, digits, hyphens or dots.')])),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('source', models.CharField(blank=True, editable=False, max_length=1000)),
                ('security', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, editable=False, size=None)),
                ('extra', fhir.fields.VerbatimJSONField(default=dict, editable=False)),
                ('status', models.CharField(blank=True, max_length=40)),
                ('code_system', models.TextField(blank=True)),
                ('code_code', models.CharField(blank=True, max_length=100)),
                ('code_display', models.TextField(blank=True)),
                ('code_text', models.TextField(blank=True)),
                ('form_system', models.TextField(blank=True)),
                ('form_code', models.CharField(blank=True, max_length=100)),
                ('form_display', models.TextField(blank=True)),
                ('form_text', models.TextField(blank=True)),
                ('manufacturer', models.TextField(blank=True)),
                ('ingredients', fhir.fields.VerbatimJSONField(default=list)),
                ('batch', fhir.fields.VerbatimJSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='MedicationAdministration',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('fhir_id', models.CharField(editable=False, max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9\\-.]{1,64}$', 'A FHIR id has 1 to 64 letters, digits, hyphens or dots.')])),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('source', models.CharField(blank=True, editable=False, max_length=1000)),
                ('security', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, editable=False, size=None)),
                ('extra', fhir.fields.VerbatimJSONField(default=dict, editable=False)),
                ('status', models.CharField(blank=True, max_length=40)),
                ('status_reasons', fhir.fields.VerbatimJSONField(default=list)),
                ('category_system', models.TextField(blank=True)),
                ('category_code', models.CharField(blank=True, max_length=100)),
                ('category_display', models.TextField(blank=True)),
                ('category_text', models.TextField(blank=True)),
                ('medication_system', models.TextField(blank=True)),
                ('medication_code', models.CharField(blank=True, max_length=100)),
                ('medication_display', models.TextField(blank=True)),
                ('medication_text', models.TextField(blank=True)),
                ('medication_reference', models.TextField(blank=True)),
                ('context', models.TextField(blank=True)),
                ('effective_start', models.DateTimeField(null=True)),
                ('effective_end', models.DateTimeField(null=True)),
                ('performers', fhir.fields.VerbatimJSONField(default=list)),
                ('reasons', fhir.fields.VerbatimJSONField(default=list)),
                ('request', models.TextField(blank=True)),
                ('notes', fhir.fields.VerbatimJSONField(default=list)),
                ('dosage', fhir.fields.VerbatimJSONField(default=dict)),
                ('extensions', fhir.fields.VerbatimJSONField(default=list)),
                ('due_at', models.DateTimeField(editable=False, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='MedicationReview',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('principal', models.CharField(max_length=120)),
                ('by_name', models.CharField(max_length=300)),
                ('source', models.CharField(blank=True, max_length=500)),
                ('lines', fhir.fields.VerbatimJSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='MedicationStatement',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('fhir_id', models.CharField(editable=False, max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9\\-.]{1,64}$', 'A FHIR id has 1 to 64 letters, digits, hyphens or dots.')])),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('source', models.CharField(blank=True, editable=False, max_length=1000)),
                ('security', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, editable=False, size=None)),
                ('extra', fhir.fields.VerbatimJSONField(default=dict, editable=False)),
                ('status', models.CharField(blank=True, max_length=40)),
                ('status_reasons', fhir.fields.VerbatimJSONField(default=list)),
                ('category_system', models.TextField(blank=True)),
                ('category_code', models.CharField(blank=True, max_length=100)),
                ('category_display', models.TextField(blank=True)),
                ('category_text', models.TextField(blank=True)),
                ('medication_system', models.TextField(blank=True)),
                ('medication_code', models.CharField(blank=True, max_length=100)),
                ('medication_display', models.TextField(blank=True)),
                ('medication_text', models.TextField(blank=True)),
                ('medication_reference', models.TextField(blank=True)),
                ('context', models.TextField(blank=True)),
                ('effective_start', models.DateTimeField(null=True)),
                ('effective_end', models.DateTimeField(null=True)),
                ('asserted_at', models.DateTimeField(null=True)),
                ('information_source', models.TextField(blank=True)),
                ('derived_from', fhir.fields.VerbatimJSONField(default=list)),
                ('reasons', fhir.fields.VerbatimJSONField(default=list)),
                ('notes', fhir.fields.VerbatimJSONField(default=list)),
                ('dosages', fhir.fields.VerbatimJSONField(default=list)),
            ],
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='categories',
            field=fhir.fields.VerbatimJSONField(default=list),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='course_code',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='course_display',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='course_system',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='course_text',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='detected_issues',
            field=fhir.fields.VerbatimJSONField(default=list),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='dispense',
            field=fhir.fields.VerbatimJSONField(default=dict),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='ends_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='extensions',
            field=fhir.fields.VerbatimJSONField(default=list),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='prior_prescription',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='reason_references',
            field=fhir.fields.VerbatimJSONField(default=list),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='recorder',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='starts_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='status_changed_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='status_reason_code',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='status_reason_display',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='status_reason_system',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='status_reason_text',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='medicationrequest',
            name='substitution',
            field=fhir.fields.VerbatimJSONField(default=dict),
        ),
        migrations.AddConstraint(
            model_name='medicationrequest',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gte', models.F('starts_at')), _connector='OR'), name='medication_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='medication',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='medication_fhir_id_unique'),
        ),
        migrations.AddField(
            model_name='medicationadministration',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='medicationreview',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='medicationstatement',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddIndex(
            model_name='medicationadministration',
            index=models.Index(fields=['patient', '-effective_start'], name='administration_of_patient'),
        ),
        migrations.AddIndex(
            model_name='medicationadministration',
            index=models.Index(condition=models.Q(('request', ''), _negated=True), fields=['request', '-effective_start', '-id'], name='administration_of_request'),
        ),
        migrations.AddConstraint(
            model_name='medicationadministration',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='medication_administration_fhir_id_unique'),
        ),
        migrations.AddIndex(
            model_name='medicationreview',
            index=models.Index(fields=['patient', '-at'], name='review_of_patient'),
        ),
        migrations.AddIndex(
            model_name='medicationstatement',
            index=models.Index(fields=['patient', '-asserted_at'], name='statement_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='medicationstatement',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='medication_statement_fhir_id_unique'),
        ),
    ]

