import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import fhir.fields
import fhir.models.record
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial"),
        ("patients", "0010_people"),
    ]

    operations = [
        migrations.CreateModel(
            name='CarePlan',
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
                ('intent', models.CharField(blank=True, max_length=40)),
                ('categories', fhir.fields.VerbatimJSONField(default=list)),
                ('title', models.TextField(blank=True)),
                ('description', models.TextField(blank=True)),
                ('start', models.DateTimeField(null=True)),
                ('end', models.DateTimeField(null=True)),
                ('planned_at', models.DateTimeField(null=True)),
                ('author', fhir.fields.VerbatimJSONField(default=dict)),
                ('addresses', fhir.fields.VerbatimJSONField(default=list)),
                ('goals', fhir.fields.VerbatimJSONField(default=list)),
                ('activities', fhir.fields.VerbatimJSONField(default=list)),
                ('notes', fhir.fields.VerbatimJSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Flag',
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
                ('categories', fhir.fields.VerbatimJSONField(default=list)),
                ('code_system', models.TextField(blank=True)),
                ('code_code', models.CharField(blank=True, max_length=100)),
                ('code_display', models.TextField(blank=True)),
                ('code_text', models.TextField(blank=True)),
                ('kind', models.CharField(blank=True, max_length=40)),
                ('start', models.DateTimeField(null=True)),
                ('end', models.DateTimeField(null=True)),
                ('author', fhir.fields.VerbatimJSONField(default=dict)),
                ('extensions', fhir.fields.VerbatimJSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Goal',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('fhir_id', models.CharField(editable=False, max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9\\-.]{1,64}$', 'A FHIR id has 1 to 64 letters, digits, hyphens or dots.')])),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('source', models.CharField(blank=True, editable=False, max_length=1000)),
                ('security', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, editable=False, size=None)),
                ('extra', fhir.fields.VerbatimJSONField(default=dict, editable=False)),
                ('lifecycle_status', models.CharField(blank=True, max_length=40)),
                ('achievement_status', models.CharField(blank=True, max_length=40)),
                ('categories', fhir.fields.VerbatimJSONField(default=list)),
                ('description_system', models.TextField(blank=True)),
                ('description_code', models.CharField(blank=True, max_length=100)),
                ('description_display', models.TextField(blank=True)),
                ('description_text', models.TextField(blank=True)),
                ('start_low', models.DateField(null=True)),
                ('start_high', models.DateField(null=True)),
                ('targets', fhir.fields.VerbatimJSONField(default=list)),
                ('due_on', models.DateField(null=True)),
                ('status_date_low', models.DateField(null=True)),
                ('status_date_high', models.DateField(null=True)),
                ('status_reason', models.TextField(blank=True)),
                ('expressed_by', fhir.fields.VerbatimJSONField(default=dict)),
                ('addresses', fhir.fields.VerbatimJSONField(default=list)),
                ('notes', fhir.fields.VerbatimJSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Task',
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
                ('status_reason', fhir.fields.VerbatimJSONField(default=dict)),
                ('intent', models.CharField(blank=True, max_length=40)),
                ('priority', models.CharField(blank=True, max_length=40)),
                ('code_system', models.TextField(blank=True)),
                ('code_code', models.CharField(blank=True, max_length=100)),
                ('code_display', models.TextField(blank=True)),
                ('code_text', models.TextField(blank=True)),
                ('description', models.TextField(blank=True)),
                ('focus', models.TextField(blank=True)),
                ('execution_start', models.DateTimeField(null=True)),
                ('execution_end', models.DateTimeField(null=True)),
                ('authored_at', models.DateTimeField(null=True)),
                ('modified_at', models.DateTimeField(null=True)),
                ('requester', fhir.fields.VerbatimJSONField(default=dict)),
                ('owner', fhir.fields.VerbatimJSONField(default=dict)),
                ('restriction', fhir.fields.VerbatimJSONField(default=dict)),
                ('due_at', models.DateTimeField(null=True)),
                ('notes', fhir.fields.VerbatimJSONField(default=list)),
            ],
        ),
        migrations.AddField(
            model_name='careplan',
            name='encounter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.encounter'),
        ),
        migrations.AddField(
            model_name='careplan',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='flag',
            name='encounter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.encounter'),
        ),
        migrations.AddField(
            model_name='flag',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='goal',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='task',
            name='encounter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.encounter'),
        ),
        migrations.AddField(
            model_name='task',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='task',
            name='practitioner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.practitioner'),
        ),
        migrations.AddIndex(
            model_name='careplan',
            index=models.Index(fields=['patient', '-start'], name='care_plan_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='careplan',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='care_plan_fhir_id_unique'),
        ),
        migrations.AddIndex(
            model_name='flag',
            index=models.Index(fields=['patient', '-start'], name='flag_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='flag_fhir_id_unique'),
        ),
        migrations.AddIndex(
            model_name='goal',
            index=models.Index(fields=['patient', 'due_on'], name='goal_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='goal_fhir_id_unique'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['patient', 'due_at'], name='task_of_patient'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['practitioner', 'due_at'], name='task_of_owner'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('status__in', ('completed', 'cancelled', 'rejected', 'failed', 'entered-in-error')), _negated=True), fields=['due_at'], name='task_open'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='task_fhir_id_unique'),
        ),
    ]
