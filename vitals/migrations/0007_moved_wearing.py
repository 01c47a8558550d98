from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("vitals", "0006_lighter_chunks"),
    ]

    operations = [
        migrations.AddField(
            model_name="pairing",
            name="moved_reason",
            field=models.CharField(blank=True, max_length=500),
        ),
    ]
