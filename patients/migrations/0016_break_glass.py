"""Charts opened in an emergency, restrictions of patients, and what security labels keep back."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import fhir.models.record
from django.conf import settings
from django.db import migrations, models

from fhir.indexes import LabelIndex
from patients.migrations import _restricted

# The list of patients/models/labels.py as it was; a test compares the two.
SENSITIVE = """
CREATE FUNCTION chartwave_is_sensitive(labels varchar[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM unnest(labels) AS label
    WHERE split_part(label, '|', 1) IN (
      'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
      'http://hl7.org/fhir/v3/Confidentiality', 'urn:oid:2.16.840.1.113883.5.25')
      AND split_part(label, '|', 2) IN ('R', 'V')
    OR split_part(label, '|', 1) IN (
      'http://terminology.hl7.org/CodeSystem/v3-ActCode',
      'http://hl7.org/fhir/v3/ActCode', 'urn:oid:2.16.840.1.113883.5.4')
      AND split_part(label, '|', 2) IN (
        'ADOL', 'B', 'BH', 'CEL', 'COGN', 'DEMO', 'DIA', 'DOB', 'DRGIS', 'DVD', 'EMOTDIS', 'EMP',
        'EMPL', 'ETH', 'ETHUD', 'GDIS', 'GENDER', 'HIV', 'IDS', 'LIVARG', 'LOCIS', 'MARST', 'MH',
        'MST', 'OPIOIDUD', 'PATLOC', 'PDS', 'PHY', 'PREGNANT', 'PRS', 'PSY', 'PSYTHPN', 'RACE',
        'REL', 'SCA', 'SDV', 'SEX', 'SICKLE', 'SPI', 'SSP', 'STD', 'SUD', 'TBOO', 'VIO', 'VIP')
  );
END $$;
"""

# Why a chart was opened stays as it was said; a glass is ended once.
GLASS_STAYS = """
CREATE FUNCTION chartwave_glass_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL
     OR to_jsonb(NEW) - 'ended_at' IS DISTINCT FROM to_jsonb(OLD) - 'ended_at' THEN
    RAISE EXCEPTION 'chartwave: a broken glass is ended once and changes in nothing else'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER glass_stays BEFORE UPDATE ON patients_breakglass
  FOR EACH ROW EXECUTE FUNCTION chartwave_glass_stays();
"""

# Whose rows may be kept back; found of one chart without reading the rest of it.
LABELLED = [
    "Binary", "CarePlan", "Condition", "DiagnosticReport", "DocumentReference",
    "FamilyMemberHistory", "Goal", "ImagingStudy", "Immunization",
    "MedicationAdministration", "MedicationRequest", "MedicationStatement", "Observation",
    "Procedure", "ServiceRequest", "Task",
]


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0007_client"),
        ("patients", "0015_spans"),
    ]

    operations = [
        migrations.CreateModel(
            name='BreakGlass',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('emergency', 'Emergency: the patient needs care now'), ('cover', 'I cover for the treating team'), ('consult', 'I was asked for advice about this patient'), ('patient-asked', 'The patient asked me to look'), ('safety', 'Safety of others, or a duty to report'), ('other', 'Another reason, in words')], max_length=20)),
                ('words', models.CharField(max_length=500)),
                ('overrode', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('elsewhere', "not under the reader's care"), ('restriction', 'restricted by the patient'), ('label', 'sensitive person')], max_length=20), default=list, size=None)),
                ('began', models.DateTimeField(default=django.utils.timezone.now)),
                ('until', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='GlassReview',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('outcome', models.CharField(choices=[('justified', 'Justified'), ('not-justified', 'Not justified'), ('follow-up', 'Needs follow-up')], max_length=20)),
                ('remark', models.CharField(blank=True, max_length=1000)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('glass', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='patients.breakglass')),
            ],
        ),
        migrations.CreateModel(
            name='Restriction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(blank=True, choices=[('doctor', 'Doctor'), ('nurse', 'Nurse'), ('registrar', 'Registrar'), ('administrator', 'Administrator'), ('privacy-officer', 'Privacy officer')], max_length=20)),
                ('sending', models.BooleanField(default=False)),
                ('start', models.DateTimeField(null=True)),
                ('end', models.DateTimeField(null=True)),
                ('consent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='restrictions', to='patients.consent')),
                ('organization', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='restrictions', to='patients.patient')),
                ('practitioner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.practitioner')),
            ],
        ),
        migrations.AddIndex(
            model_name='breakglass',
            index=models.Index(fields=['patient', 'user', '-until'], name='glass_of_patient'),
        ),
        migrations.AddIndex(
            model_name='breakglass',
            index=models.Index(fields=['facility', '-began'], name='glass_of_facility'),
        ),
        migrations.AddConstraint(
            model_name='breakglass',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('began'))), name='glass_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='breakglass',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='glass_says_why'),
        ),
        migrations.AddIndex(
            model_name='glassreview',
            index=models.Index(fields=['glass', '-at'], name='review_of_glass'),
        ),
        migrations.AddConstraint(
            model_name='glassreview',
            constraint=models.CheckConstraint(condition=models.Q(('outcome', 'justified'), models.Q(('remark', ''), _negated=True), _connector='OR'), name='glass_review_says_why'),
        ),
        migrations.AddIndex(
            model_name='restriction',
            index=models.Index(fields=['patient'], name='restriction_of_patient'),
        ),
        migrations.RunSQL(SENSITIVE, "DROP FUNCTION chartwave_is_sensitive"),
        migrations.RunSQL(
            GLASS_STAYS,
            "DROP TRIGGER glass_stays ON patients_breakglass; DROP FUNCTION chartwave_glass_stays()",
        ),
        *[LabelIndex(model) for model in LABELLED],
        migrations.RunPython(_restricted.derive, migrations.RunPython.noop),
    ]
