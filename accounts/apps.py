"""First floor: principals, roles, sign-in, audit."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.sign_in import sessions  # noqa: F401  notes where a session begins
