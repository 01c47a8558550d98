"""People, their consents, visits and appointments."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import fhir.fields
import fhir.models.record
from django.db import migrations, models

# Every word that stands in a name already, with its trigrams (patients/names.py, edged_trigrams).
WORDS = """
INSERT INTO patients_nameword (word, trigrams)
SELECT word, ARRAY(
    SELECT DISTINCT substr(' ' || word || ' ', place, 3)
    FROM generate_series(1, length(word)) AS place
)
FROM (SELECT DISTINCT unnest(name_words) AS word FROM patients_patient) AS words
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0003_practitioner_role"),
        ("patients", "0009_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('fhir_id', models.CharField(editable=False, max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9\\-.]{1,64}$', 'A FHIR id has 1 to 64 letters, digits, hyphens or dots.')])),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('source', models.CharField(blank=True, editable=False, max_length=1000)),
                ('security', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, editable=False, size=None)),
                ('extra', fhir.fields.VerbatimJSONField(default=dict, editable=False)),
                ('status', models.CharField(blank=True, max_length=20)),
                ('cancelation_reason_system', models.TextField(blank=True)),
                ('cancelation_reason_code', models.CharField(blank=True, max_length=100)),
                ('cancelation_reason_display', models.TextField(blank=True)),
                ('cancelation_reason_text', models.TextField(blank=True)),
                ('service_types', fhir.fields.VerbatimJSONField(default=list)),
                ('reasons', fhir.fields.VerbatimJSONField(default=list)),
                ('description', models.TextField(blank=True)),
                ('comment', models.TextField(blank=True)),
                ('start', models.DateTimeField(null=True)),
                ('end', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField(null=True)),
                ('participants', fhir.fields.VerbatimJSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('fhir_id', models.CharField(editable=False, max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9\\-.]{1,64}$', 'A FHIR id has 1 to 64 letters, digits, hyphens or dots.')])),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('source', models.CharField(blank=True, editable=False, max_length=1000)),
                ('security', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, editable=False, size=None)),
                ('extra', fhir.fields.VerbatimJSONField(default=dict, editable=False)),
                ('status', models.CharField(blank=True, max_length=20)),
                ('scope_system', models.TextField(blank=True)),
                ('scope_code', models.CharField(blank=True, max_length=100)),
                ('scope_display', models.TextField(blank=True)),
                ('scope_text', models.TextField(blank=True)),
                ('categories', fhir.fields.VerbatimJSONField(default=list)),
                ('consented_at', models.DateTimeField(null=True)),
                ('performers', fhir.fields.VerbatimJSONField(default=list)),
                ('organizations', fhir.fields.VerbatimJSONField(default=list)),
                ('policies', fhir.fields.VerbatimJSONField(default=list)),
                ('policy_rule_system', models.TextField(blank=True)),
                ('policy_rule_code', models.CharField(blank=True, max_length=100)),
                ('policy_rule_display', models.TextField(blank=True)),
                ('policy_rule_text', models.TextField(blank=True)),
                ('provision', fhir.fields.VerbatimJSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='NameWord',
            fields=[
                ('word', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('trigrams', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
            ],
        ),
        migrations.CreateModel(
            name='NumberSequence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('system', models.TextField()),
                ('next', models.PositiveBigIntegerField(default=100001)),
            ],
        ),
        migrations.CreateModel(
            name='RelatedPerson',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('fhir_id', models.CharField(editable=False, max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9\\-.]{1,64}$', 'A FHIR id has 1 to 64 letters, digits, hyphens or dots.')])),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('source', models.CharField(blank=True, editable=False, max_length=1000)),
                ('security', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, editable=False, size=None)),
                ('extra', fhir.fields.VerbatimJSONField(default=dict, editable=False)),
                ('identifiers', fhir.fields.VerbatimJSONField(default=list)),
                ('active', models.BooleanField(null=True)),
                ('relationships', fhir.fields.VerbatimJSONField(default=list)),
                ('names', fhir.fields.VerbatimJSONField(default=list)),
                ('telecom', fhir.fields.VerbatimJSONField(default=list)),
                ('gender', models.CharField(blank=True, max_length=20)),
                ('birth_date_low', models.DateField(null=True)),
                ('birth_date_high', models.DateField(null=True)),
                ('addresses', fhir.fields.VerbatimJSONField(default=list)),
                ('start', models.DateTimeField(null=True)),
                ('end', models.DateTimeField(null=True)),
                ('communication', fhir.fields.VerbatimJSONField(default=list)),
            ],
        ),
        migrations.AddField(
            model_name='encounter',
            name='appointments',
            field=fhir.fields.VerbatimJSONField(default=list),
        ),
        migrations.AddField(
            model_name='encounter',
            name='attending',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.practitioner'),
        ),
        migrations.AddField(
            model_name='encounter',
            name='diagnoses',
            field=fhir.fields.VerbatimJSONField(default=list),
        ),
        migrations.AddField(
            model_name='encounter',
            name='hospitalization',
            field=fhir.fields.VerbatimJSONField(default=dict),
        ),
        migrations.AddField(
            model_name='encounter',
            name='priority_code',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name='encounter',
            name='priority_display',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='encounter',
            name='priority_system',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='encounter',
            name='priority_text',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='encounter',
            name='status_history',
            field=fhir.fields.VerbatimJSONField(default=list),
        ),
        migrations.AddField(
            model_name='patient',
            name='extensions',
            field=fhir.fields.VerbatimJSONField(default=list),
        ),
        migrations.AddField(
            model_name='patient',
            name='general_practitioners',
            field=fhir.fields.VerbatimJSONField(default=list),
        ),
        migrations.AddField(
            model_name='patient',
            name='pronouns',
            field=models.CharField(blank=True, editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name='patient',
            name='sex_for_clinical_use',
            field=models.CharField(blank=True, editable=False, max_length=60),
        ),
        migrations.AddIndex(
            model_name='encounter',
            index=models.Index(condition=models.Q(('end__isnull', True)), fields=['location'], name='encounter_in_bed'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='location',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.location'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='practitioner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.practitioner'),
        ),
        migrations.AddField(
            model_name='consent',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddIndex(
            model_name='nameword',
            index=django.contrib.postgres.indexes.GinIndex(fields=['trigrams'], name='name_word_trigrams'),
        ),
        migrations.AddField(
            model_name='numbersequence',
            name='facility',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='relatedperson',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['patient', '-start'], name='appointment_of_patient'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['start', 'id'], name='appointment_of_day'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='appointment_fhir_id_unique'),
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(fields=['patient', '-consented_at'], name='consent_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='consent_fhir_id_unique'),
        ),
        migrations.AddIndex(
            model_name='relatedperson',
            index=models.Index(fields=['patient', '-id'], name='related_person_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='relatedperson',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='related_person_fhir_id_unique'),
        ),
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
    ]
