"""What the house notes of its backups."""

import fhir.models.record
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Backup',
            fields=[
                ('id', models.UUIDField(default=fhir.models.record.new_id, editable=False, primary_key=True, serialize=False)),
                ('made_at', models.DateTimeField(db_index=True)),
                ('kind', models.CharField(choices=[('nightly', 'nightly'), ('upgrade', 'before an upgrade'), ('manual', 'by hand')], max_length=10)),
                ('outcome', models.CharField(choices=[('made', 'made, not tried yet'), ('verified', 'verified'), ('failed', 'failed')], max_length=10)),
                ('file', models.CharField(blank=True, max_length=200)),
                ('size_bytes', models.BigIntegerField(default=0)),
                ('rows', models.BigIntegerField(default=0)),
                ('took_s', models.FloatField(default=0)),
                ('verified_at', models.DateTimeField(null=True)),
                ('words', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('verified_at__isnull', False), models.Q(('outcome', 'verified'), _negated=True), _connector='XOR'), name='verified_has_its_time')],
            },
        ),
    ]
