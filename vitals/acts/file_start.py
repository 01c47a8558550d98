"""When an imported recording began: what the file says, what a person says, and what cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from vitals.clocks import AHEAD
from vitals.errors import StartImpossible, StartUnknown

if TYPE_CHECKING:
    from datetime import tzinfo

    from accounts.models import Organization
    from patients.models import Patient
    from vitals.files.killable import Opened

EARLIEST_YEAR = 1970  # older dates are clocks that were never set, or were taken out


def began(
    found: Opened, entered: datetime | None, facility: Organization | None, patient: Patient | None
) -> datetime:
    """When the recording began.

    Args:
        found: What the file says; its time is that of the facility unless it has a zone.
        entered: What a person says; it counts more.
        facility: Whose zone it is.
        patient: Who must have been born then.

    Raises:
        StartUnknown, StartImpossible: the file, the field, and what to do.
    """
    where = {"file": found.file, "field": _(found.start_field)}
    start = entered or _stated(found, zone_of(facility))
    if start is None:
        raise StartUnknown(
            _(
                "%(file)s, %(field)s: the file does not say when the recording began, or the date "
                "was taken out. State the start."
            ) % where, field="start", file=found.file,
        )  # fmt: skip
    wrong = _impossible(found, start, patient)
    if wrong:
        said = where | {"start": f"{start:%Y-%m-%d %H:%M}", "why": wrong}
        raise StartImpossible(
            _("%(file)s, %(field)s: %(start)s cannot be: %(why)s. State the true start.") % said,
            field="start", file=found.file,
        )  # fmt: skip
    return start


def ends(found: Opened, start: datetime) -> datetime:
    """After the last sample of the last recording."""
    return max(
        start + timedelta(seconds=each.delay_s + len(each.steps) / each.sampling_rate_hz)
        for each in found.recordings
    )


def zone_of(facility: Organization | None) -> tzinfo:
    """The zone that a facility's clocks show."""
    name = facility.time_zone if facility else ""
    return ZoneInfo(name) if name else timezone.get_default_timezone()


def _stated(found: Opened, zone: tzinfo) -> datetime | None:
    if not found.start:
        return None
    said = datetime.fromisoformat(found.start)
    said = said if said.tzinfo else said.replace(tzinfo=zone)
    return said.astimezone(UTC) if said.year > 1 else said.replace(tzinfo=UTC)


def _impossible(found: Opened, start: datetime, patient: Patient | None) -> str:
    if start.year < EARLIEST_YEAR:
        return _("it is a clock that was not set, or a date that was taken out")
    if start > timezone.now() or ends(found, start) > timezone.now() + AHEAD:
        return _("it would end in the future")
    born = patient.birth_date_low if patient else None
    if born is not None and start.date() < born:
        return _("the patient was not born then")
    return ""
