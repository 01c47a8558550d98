"""How often one may try: counted per account and per address before anything is hashed.

django-axes asks at every call of ``authenticate`` and stands before the hashing; the counting is
ours, because each limit has its own number, and because what is typed as a name may be a password:
it goes into no table and no log, only its SHA-256 into a key of the shared cache.
"""

import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from axes.handlers.base import AxesHandler
from django.core.cache import cache
from django.http import HttpRequest

from accounts.clients.secrets import checksum
from accounts.limits import address_of, counted, neighbourhood

MINUTE_S: Final = 60
DAY_S: Final = 24 * 60 * MINUTE_S


@dataclass(frozen=True)
class Attempts:
    """At most ``most`` attempts within ``window_s``; who succeeds begins anew."""

    kind: str
    most: int
    window_s: int

    def count(self, who: str) -> bool:
        """Count one more; False once there were too many."""
        return counted(self._key(who), window_s=self.window_s) <= self.most

    def take_back(self, who: str) -> None:
        """The last one was no failure."""
        with suppress(ValueError):  # it ran out
            cache.decr(self._key(who))

    def forget(self, who: str) -> None:
        """Begin anew."""
        cache.delete(self._key(who))

    def _key(self, who: str) -> str:
        return f"attempts:{self.kind}:{checksum(who)}"


# NIST SP 800-63B-4, 3.2.2: at most 100 failures in a row. A day's limit keeps to that.
OF_ACCOUNT: Final = (
    Attempts("password", 10, 15 * MINUTE_S),
    Attempts("password-day", 100, DAY_S),
)
# One address may be a whole hospital behind a gateway; who gets in is not counted.
OF_ADDRESS: Final = Attempts("password-address", 100, 15 * MINUTE_S)
# Six digits: with the password known, 50 a day find one in 7,000 of them.
OF_CODES: Final = (Attempts("code", 5, 15 * MINUTE_S), Attempts("code-day", 50, DAY_S))


class SharedLimits(AxesHandler):  # type: ignore[misc]
    """The handler that django-axes is told to use."""

    def is_allowed(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Count this attempt; False, and nothing is hashed, once there were too many.

        It is counted before it is judged, so that many at once cannot all pass.
        """
        account = name_of(credentials)
        counted = [each.count(account) for each in OF_ACCOUNT]
        counted.append(OF_ADDRESS.count(where(request)))
        request.axes_locked_out = not all(counted)  # type: ignore[attr-defined]
        return all(counted)


def succeeded(request: HttpRequest, username: str) -> None:
    """The password was right: the account begins anew, and the address is not charged."""
    forgive(username)
    OF_ADDRESS.take_back(where(request))


def forgive(username: str) -> None:
    """Forget the failed attempts at an account."""
    for each in OF_ACCOUNT:
        each.forget(username)


def may_try_code(account: str) -> bool:
    """Count an attempt at a second factor; False once there were too many."""
    counted = [each.count(account) for each in OF_CODES]
    return all(counted)


def forgive_codes(account: str) -> None:
    """The right code was given."""
    for each in OF_CODES:
        each.forget(account)


def name_of(credentials: dict[str, Any] | None) -> str:
    """The name that was typed, in one spelling."""
    said = str((credentials or {}).get("username") or "")
    return unicodedata.normalize("NFKC", said)


def where(request: HttpRequest) -> str:
    """The address that is charged."""
    return neighbourhood(address_of(request))
