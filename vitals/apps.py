"""Third floor: devices, their signals, and what leaves for other systems."""

from django.apps import AppConfig


class VitalsConfig(AppConfig):
    name = "vitals"
    default_auto_field = "django.db.models.BigAutoField"
