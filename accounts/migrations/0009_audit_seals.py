"""The audit trail says from where and why, and comes under seal."""


import django.contrib.postgres.fields
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0008_cache_table"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditevent",
            name="network",
            field=models.CharField(blank=True, db_default="", default="", max_length=45),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="purpose",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="txid",
            field=models.BigIntegerField(
                db_default=django.db.models.expressions.RawSQL(
                    "pg_current_xact_id()::text::int8", ()
                ),
                editable=False,
            ),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["txid", "id"], name="audit_in_order"),
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("form", models.PositiveSmallIntegerField()),
                ("txid", models.BigIntegerField()),
                ("last_id", models.UUIDField()),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None
                    ),
                ),
                ("digests", models.BinaryField()),
                ("head", models.BinaryField()),
            ],
        ),
    ]
