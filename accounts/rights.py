"""A mark of what somebody may see now: a page that was made under another one is made anew."""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest

from accounts.access import principal

# What floors above add to the mark, such as the glass that somebody broke.
MORE: list[Callable[[HttpRequest], str]] = []


def mark_of(request: HttpRequest) -> str:
    """Differs as soon as a role, a facility or a grant does; tells nothing by itself."""
    who = principal(request)
    held = sorted((place, *sorted(scopes)) for place, scopes in (who.facilities or {}).items())
    parts = [who.id, str(held), str(request.user.is_staff), *(more(request) for more in MORE)]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
