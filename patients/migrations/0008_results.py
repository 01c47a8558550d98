import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import fhir.fields
import fhir.models.record
from patients.migrations._adult_ranges import load


class Migration(migrations.Migration):

    dependencies = [
        ("patients", "0007_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Cover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start', models.DateTimeField(default=django.utils.timezone.now, verbose_name='from')),
                ('end', models.DateTimeField(verbose_name='until')),
            ],
            options={
                'verbose_name': 'cover',
                'verbose_name_plural': 'covers',
            },
        ),
        migrations.CreateModel(
            name='DiagnosticReport',
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
                ('based_on', fhir.fields.VerbatimJSONField(default=list)),
                ('status', models.CharField(blank=True, max_length=40)),
                ('categories', fhir.fields.VerbatimJSONField(default=list)),
                ('code_system', models.TextField(blank=True)),
                ('code_code', models.CharField(blank=True, max_length=100)),
                ('code_display', models.TextField(blank=True)),
                ('code_text', models.TextField(blank=True)),
                ('effective_start', models.DateTimeField(null=True)),
                ('effective_end', models.DateTimeField(null=True)),
                ('issued_at', models.DateTimeField(null=True)),
                ('performers', fhir.fields.VerbatimJSONField(default=list)),
                ('interpreters', fhir.fields.VerbatimJSONField(default=list)),
                ('specimens', fhir.fields.VerbatimJSONField(default=list)),
                ('results', fhir.fields.VerbatimJSONField(default=list)),
                ('imaging_studies', fhir.fields.VerbatimJSONField(default=list)),
                ('media', fhir.fields.VerbatimJSONField(default=list)),
                ('conclusion', models.TextField(blank=True)),
                ('conclusion_codes', fhir.fields.VerbatimJSONField(default=list)),
                ('presented_forms', fhir.fields.VerbatimJSONField(default=list)),
                ('category_codes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, editable=False, size=None)),
                ('order_references', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, editable=False, size=None)),
                ('result_references', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, editable=False, size=None)),
            ],
        ),
        migrations.CreateModel(
            name='ImagingStudy',
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
                ('status', models.CharField(blank=True, max_length=40)),
                ('modalities', fhir.fields.VerbatimJSONField(default=list)),
                ('started_at', models.DateTimeField(null=True)),
                ('based_on', fhir.fields.VerbatimJSONField(default=list)),
                ('referrer', models.TextField(blank=True)),
                ('interpreters', fhir.fields.VerbatimJSONField(default=list)),
                ('endpoints', fhir.fields.VerbatimJSONField(default=list)),
                ('procedure_codes', fhir.fields.VerbatimJSONField(default=list)),
                ('reasons', fhir.fields.VerbatimJSONField(default=list)),
                ('reason_references', fhir.fields.VerbatimJSONField(default=list)),
                ('notes', fhir.fields.VerbatimJSONField(default=list)),
                ('description', models.TextField(blank=True)),
                ('series', fhir.fields.VerbatimJSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='InboxEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('principal', models.CharField(max_length=120)),
                ('name', models.CharField(blank=True, max_length=300)),
                ('state', models.CharField(choices=[('new', 'new'), ('seen', 'seen'), ('acted', 'acted on'), ('closed', 'closed')], max_length=10)),
                ('reason', models.CharField(max_length=40)),
                ('reference', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='InboxItem',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('record_id', models.UUIDField()),
                ('state', models.CharField(choices=[('new', 'new'), ('seen', 'seen'), ('acted', 'acted on'), ('closed', 'closed')], default='new', max_length=10)),
                ('result_status', models.CharField(blank=True, max_length=40)),
                ('critical', models.BooleanField(default=False)),
                ('arrived_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField(null=True)),
                ('reopened_at', models.DateTimeField(null=True)),
                ('acted_reference', models.TextField(blank=True)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='ReferenceRange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=100, verbose_name='LOINC code')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='test')),
                ('sex', models.CharField(blank=True, choices=[('', 'any'), ('female', 'female'), ('male', 'male')], max_length=10, verbose_name='sex')),
                ('age_from_days', models.PositiveIntegerField(default=0, verbose_name='from age in days')),
                ('age_to_days', models.PositiveIntegerField(blank=True, help_text='Not included; empty: no end.', null=True, verbose_name='to age in days')),
                ('unit', models.CharField(max_length=100, verbose_name='unit (UCUM)')),
                ('low', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True, verbose_name='low')),
                ('high', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True, verbose_name='high')),
                ('critical_low', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True, verbose_name='critical at or below')),
                ('critical_high', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True, verbose_name='critical at or above')),
                ('source', models.TextField(help_text='Where the numbers come from.', verbose_name='source')),
            ],
            options={
                'verbose_name': 'reference range',
                'verbose_name_plural': 'reference ranges',
            },
        ),
        migrations.CreateModel(
            name='ServiceRequest',
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
                ('based_on', fhir.fields.VerbatimJSONField(default=list)),
                ('status', models.CharField(blank=True, max_length=40)),
                ('intent', models.CharField(blank=True, max_length=40)),
                ('do_not_perform', models.BooleanField(null=True)),
                ('priority', models.CharField(blank=True, max_length=40)),
                ('categories', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), default=list, size=None)),
                ('code_system', models.TextField(blank=True)),
                ('code_code', models.CharField(blank=True, max_length=100)),
                ('code_display', models.TextField(blank=True)),
                ('code_text', models.TextField(blank=True)),
                ('details', fhir.fields.VerbatimJSONField(default=list)),
                ('occurrence_start', models.DateTimeField(null=True)),
                ('occurrence_end', models.DateTimeField(null=True)),
                ('authored_at', models.DateTimeField(null=True)),
                ('requester', models.TextField(blank=True)),
                ('performers', fhir.fields.VerbatimJSONField(default=list)),
                ('reasons', fhir.fields.VerbatimJSONField(default=list)),
                ('reason_references', fhir.fields.VerbatimJSONField(default=list)),
                ('specimens', fhir.fields.VerbatimJSONField(default=list)),
                ('body_sites', fhir.fields.VerbatimJSONField(default=list)),
                ('notes', fhir.fields.VerbatimJSONField(default=list)),
                ('patient_instruction', models.TextField(blank=True)),
            ],
        ),
        migrations.AddField(
            model_name='observation',
            name='based_on',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AddIndex(
            model_name='observation',
            index=models.Index(condition=models.Q(('categories__contains', ['laboratory'])), fields=['patient', 'code_code', '-effective_start', '-id'], name='result_of_patient'),
        ),
        migrations.AddIndex(
            model_name='observation',
            index=models.Index(condition=models.Q(('categories__contains', ['laboratory'])), fields=['patient', '-effective_start', '-id'], name='result_by_time'),
        ),
        migrations.AddIndex(
            model_name='observation',
            index=models.Index(condition=models.Q(('based_on', ''), _negated=True), fields=['based_on'], name='result_of_order'),
        ),
        migrations.AddField(
            model_name='cover',
            name='covered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='colleague'),
        ),
        migrations.AddField(
            model_name='cover',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization', verbose_name='every doctor of'),
        ),
        migrations.AddField(
            model_name='cover',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='away'),
        ),
        migrations.AddField(
            model_name='diagnosticreport',
            name='encounter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.encounter'),
        ),
        migrations.AddField(
            model_name='diagnosticreport',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='imagingstudy',
            name='encounter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.encounter'),
        ),
        migrations.AddField(
            model_name='imagingstudy',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='inboxitem',
            name='facility',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='inboxitem',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='inboxitem',
            name='part_of',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='patients.inboxitem'),
        ),
        migrations.AddField(
            model_name='inboxitem',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='inboxevent',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='patients.inboxitem'),
        ),
        migrations.AddField(
            model_name='referencerange',
            name='facility',
            field=models.ForeignKey(blank=True, help_text="Empty: every facility. A facility's own range goes before it.", null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization', verbose_name='facility'),
        ),
        migrations.AddField(
            model_name='servicerequest',
            name='encounter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.encounter'),
        ),
        migrations.AddField(
            model_name='servicerequest',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddIndex(
            model_name='cover',
            index=models.Index(fields=['end'], name='cover_running'),
        ),
        migrations.AddConstraint(
            model_name='cover',
            constraint=models.CheckConstraint(condition=models.Q(('end__gt', models.F('start'))), name='cover_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='cover',
            constraint=models.CheckConstraint(condition=models.Q(('covered_by__isnull', True), ('team__isnull', True), _connector='XOR'), name='covered_by_one_or_team'),
        ),
        migrations.AddConstraint(
            model_name='cover',
            constraint=models.CheckConstraint(condition=models.Q(('covered_by__isnull', True), models.Q(('covered_by', models.F('user')), _negated=True), _connector='OR'), name='covered_by_somebody_else'),
        ),
        migrations.AddIndex(
            model_name='diagnosticreport',
            index=models.Index(fields=['patient', '-effective_start', '-id'], name='report_of_patient'),
        ),
        migrations.AddIndex(
            model_name='diagnosticreport',
            index=django.contrib.postgres.indexes.GinIndex(fields=['order_references'], name='report_of_order'),
        ),
        migrations.AddIndex(
            model_name='diagnosticreport',
            index=django.contrib.postgres.indexes.GinIndex(fields=['result_references'], name='report_of_result'),
        ),
        migrations.AddConstraint(
            model_name='diagnosticreport',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='diagnostic_report_fhir_id_unique'),
        ),
        migrations.AddIndex(
            model_name='imagingstudy',
            index=models.Index(fields=['patient', '-started_at', '-id'], name='imaging_study_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='imagingstudy',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='imaging_study_fhir_id_unique'),
        ),
        migrations.AddIndex(
            model_name='inboxitem',
            index=models.Index(condition=models.Q(models.Q(('state', 'closed'), _negated=True), ('part_of__isnull', True)), fields=['owner', 'state', '-arrived_at'], name='inbox_of_owner'),
        ),
        migrations.AddIndex(
            model_name='inboxitem',
            index=models.Index(condition=models.Q(models.Q(('state', 'closed'), _negated=True), ('part_of__isnull', True)), fields=['facility', 'state', '-arrived_at'], name='inbox_of_facility'),
        ),
        migrations.AddIndex(
            model_name='inboxitem',
            index=models.Index(fields=['patient'], name='inbox_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='inboxitem',
            constraint=models.UniqueConstraint(fields=('kind', 'record_id'), name='one_item_per_result'),
        ),
        migrations.AddIndex(
            model_name='inboxevent',
            index=models.Index(fields=['item', 'at'], name='inbox_history'),
        ),
        migrations.AddConstraint(
            model_name='referencerange',
            constraint=models.CheckConstraint(condition=models.Q(('age_to_days__isnull', True), ('age_to_days__gt', models.F('age_from_days')), _connector='OR'), name='range_age_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='referencerange',
            constraint=models.CheckConstraint(condition=models.Q(('low__isnull', True), ('high__isnull', True), ('high__gte', models.F('low')), _connector='OR'), name='range_high_not_below_low'),
        ),
        migrations.AddConstraint(
            model_name='referencerange',
            constraint=models.UniqueConstraint(fields=('code', 'sex', 'age_from_days', 'unit', 'facility'), name='one_range_for_each', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='servicerequest',
            index=models.Index(fields=['patient', '-authored_at', '-id'], name='service_request_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='servicerequest',
            constraint=models.UniqueConstraint(fields=('fhir_id',), name='service_request_fhir_id_unique'),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
