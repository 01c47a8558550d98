"""Second floor: the chart."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PatientsConfig(AppConfig):
    name = "patients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import rights
        from patients import standing
        from patients.chart.sections import discover
        from patients.prescribing.loading import load_missing as load_formulary
        from patients.terminology.loading import load_missing

        discover()
        rights.MORE.append(standing.mark_of)
        # Also after a test's flush: what can be picked is part of the schema, not of the data.
        post_migrate.connect(load_missing, sender=self, dispatch_uid="terminology")
        post_migrate.connect(load_formulary, sender=self, dispatch_uid="formulary")
