"""How often strangers and programs may knock: counted per process, in the cache of the house."""

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from accounts.clients.secrets import checksum

WINDOW_S = 60
# A program asks for a token once an hour; a script in a loop, a few times a minute.
MOST_FAILURES = 20
MOST_TOKENS = 120


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: as the proxy with the certificate says, if there is one."""
    said = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_TLS else ""
    return said.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def too_often(kind: str, who: str, most: int) -> bool:
    """Whether ``who`` was counted more than ``most`` times within the minute."""
    return int(cache.get(_key(kind, who), 0)) >= most


def count(kind: str, who: str) -> int:
    """Count once more; returns how often within the minute."""
    key = _key(kind, who)
    cache.add(key, 0, WINDOW_S)
    try:
        return int(cache.incr(key))
    except ValueError:  # it ran out between the two steps
        cache.set(key, 1, WINDOW_S)
        return 1


def first_in_a_minute(kind: str, who: str) -> bool:
    """True once a minute."""
    return bool(cache.add(_key(kind, who), 1, WINDOW_S))


def _key(kind: str, who: str) -> str:
    # What strangers send goes into no key as it stands.
    return f"limit:{kind}:{checksum(who)}"
