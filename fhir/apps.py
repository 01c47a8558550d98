"""The ground floor: it starts only when everything it needs from above is there."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FhirConfig(AppConfig):
    name = "fhir"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fhir.ports import require_ports
        from fhir.registry import discover
        from fhir.roles import grant

        require_ports()
        discover()
        post_migrate.connect(grant, sender=self, dispatch_uid="chartwave-grant")
