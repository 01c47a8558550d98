"""The roof: pages, settings, and the start of the house."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "ehr_project"
    label = "house"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the checks of a deployment known."""
        from ehr_project import checks  # noqa: F401
