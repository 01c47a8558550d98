"""Where the next page of a list begins: sealed, so that no address tells of a patient."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from fhir.errors import BadParameter
from fhir.times import moment_range

SALT = "chart-cursor"


def seal(at: datetime | None, key: Any = "") -> str:
    """A time and a row as one word for an address."""
    return signing.dumps([at.isoformat() if at else "", str(key)], salt=SALT)


def opened(request: HttpRequest, name: str = "after") -> tuple[datetime | None, str] | None:
    """What ``seal`` put into the address; None where nothing was.

    Raises:
        BadParameter: it was not given out here.
    """
    text = request.GET.get(name)
    if not text:
        return None
    try:
        at, key = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        words = _("The address of this page was altered; open the list again.")
        raise BadParameter(words) from None
    return moment_range(at)[0], key


def opened_row(request: HttpRequest, name: str = "after") -> tuple[datetime | None, UUID] | None:
    """The same for a list whose rows have ids."""
    found = opened(request, name)
    return (found[0], UUID(found[1])) if found else None
