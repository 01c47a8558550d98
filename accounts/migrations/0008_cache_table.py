"""The cache that all processes share."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0007_client"),
    ]

    operations = [
        migrations.CreateModel(
            name="CacheEntry",
            fields=[
                ("key", models.CharField(max_length=300, primary_key=True, serialize=False)),
                ("value", models.JSONField()),
                ("expires", models.DateTimeField(db_index=True, null=True)),
            ],
            options={"db_table": "ehr_cache"},
        ),
        # Counts need not survive a crash of the database, and must cost little.
        migrations.RunSQL("ALTER TABLE ehr_cache SET UNLOGGED", "ALTER TABLE ehr_cache SET LOGGED"),
    ]
