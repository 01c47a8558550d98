"""How often anybody may knock: counted in the cache that all processes share."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from accounts.clients.secrets import checksum
from fhir.errors import TooOften
from fhir.principal import Principal

WINDOW_S: Final = 60
# Who has one address of IPv6 usually has all of these.
NEIGHBOURS: Final = 64
MOST_SHARES: Final = 10_000


class Shares:
    """What this process has taken from the common counts, and not used up yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, int]] = {}

    def use(self, key: str, cost: int) -> bool:
        """Whether enough of it was left."""
        with self._lock:
            until, left = self._left.get(key, (0.0, 0))
            if left < cost or until < time.monotonic():
                return False
            self._left[key] = until, left - cost
            return True

    def keep(self, key: str, left: int) -> None:
        """Remember what is left of a share for a minute."""
        now = time.monotonic()
        with self._lock:
            if len(self._left) >= MOST_SHARES:
                self._left = {name: kept for name, kept in self._left.items() if kept[0] > now}
            self._left[key] = now + WINDOW_S, left

    def forget(self) -> None:
        self._left.clear()


shares = Shares()


@dataclass(frozen=True)
class Limit:
    """So much a minute for each who asks, in all processes together.

    Attributes:
        name: In ``settings.RATE_LIMITS``, where 0 means without limit.
        at_once: How much a process takes from the common count at a time. More costs less, and
            may let each process go beyond the limit by so much.
    """

    name: str
    at_once: int = 1

    @property
    def most(self) -> int:
        return settings.RATE_LIMITS[self.name]

    def take(self, who: str, cost: int = 1) -> None:
        """Count, and refuse what is too much.

        Raises:
            TooOften: it is; the first time in a minute it should be put on record.
        """
        if not self.room(who, cost):
            no = TooOften()
            no.quiet = not first_in_a_minute(f"{self.name}-noted", who)
            raise no

    def room(self, who: str, cost: int = 1) -> bool:
        """Count, and say whether it was not too much."""
        key = _key(self.name, who)
        if not self.most or shares.use(key, cost):
            return True
        share = max(self.at_once, cost)
        if counted(key, share) - share >= self.most:
            return False
        shares.keep(key, share - cost)
        return True

    def count(self, who: str) -> None:
        """Count only, for what is refused anyway."""
        counted(_key(self.name, who), 1)

    def reached(self, who: str) -> bool:
        """Whether the next would be too much; counts nothing."""
        return 0 < self.most <= int(cache.get(_key(self.name, who), 0))


FAILED_CLIENTS = Limit("failed-clients")
TOKENS = Limit("tokens")
BAD_KEYS = Limit("bad-keys")
STRANGERS_NOTED = Limit("strangers-noted")
DEVICE = Limit("device", at_once=50)
FHIR = Limit("fhir", at_once=200)
FHIR_SEARCH = Limit("fhir-search", at_once=20)
SEARCH = Limit("search")
EXPORT = Limit("export")

# What an interaction over FHIR costs besides being one: how many searches it amounts to.
AS_SEARCHES: Final = {
    "search-type": 1,
    "everything": 10,
    "history-system": 5,
    "history-type": 5,
    "validate": 1,
}


def spend(by: Principal, interaction: str) -> None:
    """The FHIR engine's ``spend`` port."""
    who = f"{by.kind}:{by.id}"
    FHIR.take(who)
    if searches := AS_SEARCHES.get(interaction):
        FHIR_SEARCH.take(who, searches)


def first_in_a_minute(kind: str, who: str) -> bool:
    """True once a minute."""
    return bool(cache.add(_key(kind, who), 1, WINDOW_S))


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: as the proxy with the certificate says, if there is one."""
    said = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_TLS else ""
    return said.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def neighbourhood(address: str) -> str:
    """The address, of IPv6 its network: as many as one stranger can easily have.

    >>> neighbourhood("192.0.2.7"), neighbourhood("2001:db8::1")
    ('192.0.2.7', '2001:db8::/64')
    """
    with suppress(ValueError):
        if ip_address(address).version == 6:
            return str(ip_network((address, NEIGHBOURS), strict=False))
    return address


def counted(key: str, share: int = 1, window_s: float = WINDOW_S) -> int:
    """The common count after adding to it; it begins anew when its time has run out."""
    cache.add(key, 0, window_s)
    try:
        return int(cache.incr(key, share))
    except ValueError:  # it ran out between the two steps
        cache.add(key, 0, window_s)
        return int(cache.incr(key, share))


def _key(kind: str, who: str) -> str:
    # What strangers send goes into no key as it stands.
    return f"limit:{kind}:{checksum(who)}"
