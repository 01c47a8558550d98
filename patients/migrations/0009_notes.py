"""Clinical notes, documents and files, and notes while they are written."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import fhir.fields
import fhir.models.record
import patients.models.notes
from django.conf import settings
from django.db import migrations, models

# What was signed stays what was signed, whoever writes: only its status and remarks may change.
SIGNED_STAYS = """
CREATE FUNCTION chartwave_signed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.signed_sha256 = '' THEN
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'chartwave: a signed note is never deleted' USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.content::text, NEW.relates_to::text, NEW.authors::text, NEW.note_text, NEW.title,
      NEW.description, NEW.patient_id, NEW.date_at, NEW.authenticator, NEW.type_system,
      NEW.type_code, NEW.type_display, NEW.type_text, NEW.signed_at, NEW.signed_by,
      NEW.signed_sha256)
     IS DISTINCT FROM
     (OLD.content::text, OLD.relates_to::text, OLD.authors::text, OLD.note_text, OLD.title,
      OLD.description, OLD.patient_id, OLD.date_at, OLD.authenticator, OLD.type_system,
      OLD.type_code, OLD.type_display, OLD.type_text, OLD.signed_at, OLD.signed_by,
      OLD.signed_sha256)
  THEN
    RAISE EXCEPTION 'chartwave: a signed note does not change; write an addendum'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER signed_stays BEFORE UPDATE OR DELETE ON patients_documentreference
  FOR EACH ROW EXECUTE FUNCTION chartwave_signed_stays();
"""

LOINC = "http://loinc.org"
PROGRESS = ("11506-3", "Progress note")
# Kind, name, sections, LOINC document type.
TEMPLATES = [
    ("soap", "SOAP", ["Subjective", "Objective", "Assessment", "Plan"], PROGRESS),
    ("free", "Free text", ["."], ("34109-9", "Note")),
    (
        "admission",
        "Admission",
        [
            "Presenting complaint",
            "History",
            "Allergies: .allergies",
            "Medications: .meds",
            "Examination: .vitals",
            "Assessment",
            "Plan",
        ],
        ("34117-2", "History and physical note"),
    ),
    ("progress", "Progress", ["Since last note", "Examination: .vitals", "Assessment", "Plan"], PROGRESS),
    (
        "discharge",
        "Discharge letter",
        [
            "Reason for admission",
            "Diagnoses: .problems",
            "Course",
            "Results: .labs",
            "Medications at discharge: .meds",
            "Allergies: .allergies",
            "Assessment",
            "Follow-up",
        ],
        ("18842-5", "Discharge summary"),
    ),
    (
        "phone",
        "Telephone",
        ["Who called, and why", "What was said", "Assessment", "Agreed"],
        ("34748-4", "Telephone encounter Note"),
    ),
]


def offer_templates(apps, _):
    apps.get_model("patients", "NoteTemplate").objects.bulk_create(
        apps.get_model("patients", "NoteTemplate")(
            kind=kind,
            name=name,
            outline="\n".join(outline),
            type_system=LOINC,
            type_code=code,
            type_display=display,
            position=10 * place,
        )
        for place, (kind, name, outline, (code, display)) in enumerate(TEMPLATES, start=1)
    )


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_guards"),
        ("patients", "0008_results"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DocumentReference',
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
                ('doc_status', models.CharField(blank=True, max_length=40)),
                ('type_system', models.TextField(blank=True)),
                ('type_code', models.CharField(blank=True, max_length=100)),
                ('type_display', models.TextField(blank=True)),
                ('type_text', models.TextField(blank=True)),
                ('categories', fhir.fields.VerbatimJSONField(default=list)),
                ('date_at', models.DateTimeField(null=True)),
                ('authors', fhir.fields.VerbatimJSONField(default=list)),
                ('authenticator', models.TextField(blank=True)),
                ('custodian', models.TextField(blank=True)),
                ('relates_to', fhir.fields.VerbatimJSONField(default=list)),
                ('description', models.TextField(blank=True)),
                ('security_labels', fhir.fields.VerbatimJSONField(default=list)),
                ('content', fhir.fields.VerbatimJSONField(default=list)),
                ('context', fhir.fields.VerbatimJSONField(default=dict)),
                ('notes', fhir.fields.VerbatimJSONField(default=list)),
                ('signed_at', models.DateTimeField(null=True)),
                ('signed_by', models.TextField(blank=True)),
                ('signed_sha256', models.CharField(blank=True, max_length=64)),
                ('title', models.TextField(blank=True, editable=False)),
                ('note_text', models.TextField(blank=True, editable=False)),
                ('is_note', models.BooleanField(default=False, editable=False)),
                ('content_type', models.TextField(blank=True, editable=False)),
                ('listed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('category_codes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, editable=False, size=None)),
                ('parent_reference', models.TextField(blank=True, editable=False)),
                ('modified_inside', models.BooleanField(default=False, editable=False)),
                ('patient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
        ),
        migrations.CreateModel(
            name='NoteTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('kind', models.CharField(choices=[('soap', 'SOAP'), ('free', 'Free text'), ('admission', 'Admission'), ('progress', 'Progress'), ('discharge', 'Discharge letter'), ('phone', 'Telephone'), ('other', 'Other')], default='other', max_length=20, verbose_name='kind')),
                ('outline', models.TextField(help_text='One section a line. After a colon stands what it starts with: "Medications: .meds" puts in today\'s medications. A line of a single dot is a note without headings.', validators=[patients.models.notes.has_sections], verbose_name='sections')),
                ('type_system', models.TextField(blank=True, verbose_name='code system of the document type')),
                ('type_code', models.CharField(blank=True, max_length=100, verbose_name='code of the document type')),
                ('type_display', models.TextField(blank=True, verbose_name='name of the document type')),
                ('position', models.PositiveIntegerField(default=100, verbose_name='position')),
                ('active', models.BooleanField(default=True, verbose_name='offered')),
                ('facility', models.ForeignKey(blank=True, help_text='Empty: offered at every facility.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization', verbose_name='facility')),
            ],
            options={
                'verbose_name': 'note template',
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='NoteDraft',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=200)),
                ('sections', fhir.fields.VerbatimJSONField(default=list)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('editor', models.CharField(blank=True, max_length=64)),
                ('sequence', models.PositiveIntegerField(default=0)),
                ('parked', fhir.fields.VerbatimJSONField(default=dict)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('discarded_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('encounter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.encounter')),
                ('note', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='draft', to='patients.documentreference')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.documentreference')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('template', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.notetemplate')),
            ],
        ),
        migrations.CreateModel(
            name='Binary',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('fhir_id', models.CharField(editable=False, max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9\\-.]{1,64}$', 'A FHIR id has 1 to 64 letters, digits, hyphens or dots.')])),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('source', models.CharField(blank=True, editable=False, max_length=1000)),
                ('security', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, editable=False, size=None)),
                ('extra', fhir.fields.VerbatimJSONField(default=dict, editable=False)),
                ('content_type', models.TextField(blank=True)),
                ('data', models.BinaryField(default=bytes)),
                ('security_context', models.TextField(blank=True)),
                ('patient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('fhir_id',), name='binary_fhir_id_unique')],
            },
        ),
        migrations.AddIndex(
            model_name='documentreference',
            index=models.Index(fields=['patient', '-listed_at', '-id'], name='document_of_patient'),
        ),
        migrations.AddIndex(
            model_name='documentreference',
            index=models.Index(fields=['parent_reference'], name='document_addenda'),
        ),
        migrations.AddConstraint(
            model_name='documentreference',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='documentreference_fhir_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='documentreference',
            constraint=models.CheckConstraint(condition=models.Q(('signed_sha256', ''), ('signed_at__isnull', False), _connector='OR'), name='signature_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='notetemplate',
            constraint=models.UniqueConstraint(fields=('facility', 'name'), name='one_template_per_name', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='notedraft',
            index=models.Index(fields=['author', '-updated_at'], name='drafts_of_author'),
        ),
        migrations.AddIndex(
            model_name='notedraft',
            index=models.Index(fields=['patient', '-updated_at'], name='drafts_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='notedraft',
            constraint=models.CheckConstraint(condition=models.Q(('note__isnull', True), ('discarded_at__isnull', True), _connector='OR'), name='signed_is_not_discarded'),
        ),
        migrations.RunSQL(
            SIGNED_STAYS,
            "DROP TRIGGER signed_stays ON patients_documentreference; "
            "DROP FUNCTION chartwave_signed_stays()",
        ),
        migrations.RunPython(offer_templates, migrations.RunPython.noop),
    ]
