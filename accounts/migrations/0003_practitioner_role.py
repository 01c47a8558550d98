"""Where practitioners work, and as what."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import fhir.fields
import fhir.models.record
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name='PractitionerRole',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('fhir_id', models.CharField(editable=False, max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9\\-.]{1,64}$', 'A FHIR id has 1 to 64 letters, digits, hyphens or dots.')])),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('source', models.CharField(blank=True, editable=False, max_length=1000)),
                ('security', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, editable=False, size=None)),
                ('extra', fhir.fields.VerbatimJSONField(default=dict, editable=False)),
                ('identifiers', fhir.fields.VerbatimJSONField(blank=True, default=list)),
                ('active', models.BooleanField(null=True)),
                ('start', models.DateTimeField(blank=True, null=True)),
                ('end', models.DateTimeField(blank=True, null=True)),
                ('codes', fhir.fields.VerbatimJSONField(blank=True, default=list)),
                ('specialties', fhir.fields.VerbatimJSONField(blank=True, default=list)),
                ('locations', fhir.fields.VerbatimJSONField(blank=True, default=list)),
                ('telecom', fhir.fields.VerbatimJSONField(blank=True, default=list)),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('practitioner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='accounts.practitioner')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('fhir_id',), name='practitioner_role_fhir_id_unique')],
            },
        ),
    ]
