"""What the engine calls upstairs: five functions that settings name by dotted path.

``authenticate(request) -> Principal | None``
    Who is asking.
``visible(queryset, principal) -> queryset``
    The rows of a Record queryset that this principal may read.
``writable(records, principal)``
    Refuses (NotAllowed) unless the principal may write each of these records as they are now.
``record_access(*, by, action, outcome, entities, detail)``
    Writes who looked at, or was refused, what.
``spend(by, interaction)``
    Counts an interaction by its FHIR code; refuses (TooOften) whoever asks without end.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

PORTS = ("authenticate", "visible", "writable", "record_access", "spend")


@cache
def port(name: str) -> Callable[..., Any]:
    """The function that settings put behind ``name``."""
    found: Callable[..., Any] = import_string(settings.FHIR_PORTS[name])
    return found


def require_ports() -> None:
    """Refuse to start while a port leads nowhere.

    Raises:
        ImproperlyConfigured: a port is missing from settings or cannot be imported.
    """
    for name in PORTS:
        try:
            port(name)
        except (AttributeError, KeyError, ImportError) as error:
            raise ImproperlyConfigured(
                f'FHIR_PORTS["{name}"] must name a function by its dotted path: {error}'
            ) from error


def _forget(*, setting: str, **_: object) -> None:
    if setting == "FHIR_PORTS":
        port.cache_clear()


setting_changed.connect(_forget)
