"""The places of the house: what stands in the top bar and in the menu, for whom, and its key."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.roles import (
    ACCESS_REVIEW,
    APPOINTMENT_MANAGE,
    CHART_READ,
    DEVICE_ATTACH,
    ENCOUNTER_MANAGE,
    IDENTITY_WRITE,
    MEDICATION_ADMINISTER,
    NOTE_SIGN,
    RESULT_ACKNOWLEDGE,
    SYNC_MANAGE,
)

ADMIN = "admin"


@dataclass(frozen=True)
class Place:
    """A page that belongs to no patient.

    Attributes:
        url_name: Its address.
        label: Word on the link.
        icon: Its sign.
        scope: Who sees the link; empty: everybody who is signed in.
        key: Letter that goes there after ``g``; empty for the menu.
    """

    url_name: str
    label: str | Promise
    icon: str
    scope: str = ""
    key: str = ""


PLACES = (
    Place("home", _("Patients"), "house", key="1"),
    Place("inbox", _("Inbox"), "inbox", RESULT_ACKNOWLEDGE, key="2"),
    Place("ward", _("Ward"), "hospital", ENCOUNTER_MANAGE, key="3"),
    Place("ward-due", _("Doses due"), "pill", MEDICATION_ADMINISTER, key="4"),
    Place("appointments", _("Day list"), "calendar-days", APPOINTMENT_MANAGE, key="5"),
)
OTHER_PLACES = (
    Place("tasks", _("Follow-ups"), "list-todo", CHART_READ, key="6"),
    Place("patient-new", _("New patient"), "user-plus", IDENTITY_WRITE, key="7"),
    Place("drafts", _("My drafts"), "pen-line", NOTE_SIGN, key="8"),
    Place("unassigned", _("Unassigned data"), "unlink", DEVICE_ATTACH),
    Place("uploads", _("Uploads"), "upload", DEVICE_ATTACH),
    Place("access-reviews", _("Broken glasses"), "shield", ACCESS_REVIEW),
    Place("sync", _("Sync"), "refresh-cw", SYNC_MANAGE),
    Place("admin:index", _("Administration"), "settings", ADMIN),
)


def places_for(scopes: set[str], places: tuple[Place, ...]) -> list[Place]:
    """The places that somebody with ``scopes`` may go to."""
    return [place for place in places if not place.scope or place.scope in scopes]
