import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("patients", "0004_terminology"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormularyItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(editable=False, max_length=120, unique=True)),
                ("name", models.CharField(max_length=200, verbose_name="international name")),
                ("usan", models.CharField(blank=True, max_length=200, verbose_name="name in the United States")),
                ("also", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None, verbose_name="other names")),
                ("ingredients", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None, verbose_name="ingredients of a combination")),
                ("atc", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None, verbose_name="ATC codes")),
                ("rxnorm", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, help_text="Only a code that you have verified.", size=None, verbose_name="RxNorm codes")),
                ("classes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, help_text="Allergy and interaction checks go by these.", size=None, verbose_name="classes")),
                ("brands", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None, verbose_name="brands")),
                ("products", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, help_text="One a line, like “500 mg tablet”.", size=None, verbose_name="strengths and forms")),
                ("routes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None, verbose_name="usual routes")),
                ("frequencies", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None, verbose_name="usual frequencies")),
                ("source", models.CharField(blank=True, max_length=300, verbose_name="source")),
                ("offered", models.BooleanField(default=True, help_text="The checks know it in any case.", verbose_name="offered when prescribing")),
                ("local", models.BooleanField(default=False, editable=False, verbose_name="added or changed here")),
                ("changed_at", models.DateTimeField(editable=False, null=True)),
                ("search_prefixes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, editable=False, size=None)),
            ],
            options={
                "verbose_name": "medicine",
                "verbose_name_plural": "formulary medicines",
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["search_prefixes"], name="formulary_prefixes")],
            },
        ),
    ]
