"""What ``manage.py check --deploy`` says of the house, beside what Django says."""

from typing import Any, Final

from django.conf import settings
from django.core import checks

HERE: Final = ("", "localhost", "127.0.0.1", "::1")
CHECKED: Final = "verify-full"


def unproven(database: dict[str, Any]) -> list[str]:
    """Other machines that the database is on and that need not prove who they are."""
    hosts = str(database["HOST"]).split(",")
    away = [host for host in hosts if host not in HERE and not host.startswith(("/", "@"))]
    return [] if database["OPTIONS"].get("sslmode") == CHECKED else away


@checks.register(checks.Tags.security, deploy=True)
def database_is_reached_by_tls(**_: Any) -> list[checks.CheckMessage]:
    """A database on another machine shows a certificate, and it is looked at."""
    away = unproven(settings.DATABASES["default"])
    if not away:
        return []
    return [
        checks.Warning(
            f"The database on {', '.join(away)} is reached without looking at its certificate: "
            "whoever is between can read and change all of it.",
            hint=f"Add sslmode={CHECKED} to DATABASE_URL, and sslrootcert with the authority's "
            "certificate. Inside one machine, as between containers, nobody is between.",
            id="chartwave.W001",
        )
    ]
