"""Visits and stays of one person in words, and the appointments of a day."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import CHART_READ
from fhir.principal import Principal
from patients.acts.appointments import HERE, WAITING
from patients.acts.visits import STAYS, TYPES
from patients.chart.concepts import all_words, understood, words_of
from patients.chart.person import Person, person
from patients.models import Appointment, Encounter
from patients.models.appointment import AppointmentQuerySet
from patients.models.base import ENTERED_IN_ERROR
from patients.models.encounter import EncounterQuerySet

PAGE = 30
CLASSES: dict[str, str | Promise] = {
    "AMB": gettext_lazy("Outpatient visit"),
    "EMER": gettext_lazy("Emergency visit"),
    "HH": gettext_lazy("Home care"),
    "IMP": gettext_lazy("Inpatient stay"),
    "ACUTE": gettext_lazy("Inpatient stay"),
    "NONAC": gettext_lazy("Inpatient stay"),
    "OBSENC": gettext_lazy("Observation"),
    "SS": gettext_lazy("Short stay"),
    "VR": gettext_lazy("Remote contact"),
}
STATES: dict[str, tuple[str, str | Promise]] = {
    "proposed": ("warn", gettext_lazy("proposed: not fixed")),
    "pending": ("warn", gettext_lazy("not confirmed")),
    "booked": ("info", gettext_lazy("booked")),
    "arrived": ("ok", gettext_lazy("arrived")),
    "checked-in": ("ok", gettext_lazy("arrived")),
    "fulfilled": ("neutral", gettext_lazy("seen")),
    "cancelled": ("danger", gettext_lazy("cancelled")),
    "noshow": ("danger", gettext_lazy("did not come")),
    ENTERED_IN_ERROR: ("danger", gettext_lazy("entered in error")),
    "waitlist": ("warn", gettext_lazy("on the waiting list")),
}
ENCOUNTER_STATES: dict[str, tuple[str, str | Promise]] = {
    "planned": ("warn", gettext_lazy("planned")),
    "arrived": ("info", gettext_lazy("arrived")),
    "triaged": ("info", gettext_lazy("triaged")),
    "in-progress": ("info", gettext_lazy("here now")),
    "onleave": ("warn", gettext_lazy("on leave")),
    "finished": ("neutral", gettext_lazy("ended")),
    "cancelled": ("danger", gettext_lazy("cancelled")),
    ENTERED_IN_ERROR: ("danger", gettext_lazy("entered in error")),
    "unknown": ("warn", gettext_lazy("status unknown")),
}
UNKNOWN: tuple[str, str | Promise] = ("warn", gettext_lazy("status not recorded"))


@dataclass(frozen=True)
class VisitRow:
    """One visit or stay; the clinical words are empty where the chart is not open."""

    id: UUID
    kind: str | Promise
    type: str
    start: datetime | None
    end: datetime | None
    places: list[str]
    facility: str
    attending: str
    reason: str
    diagnoses: str
    priority: str
    disposition: str
    state: tuple[str, str | Promise]
    is_open: bool
    to_end: bool
    in_bed: bool
    in_error: bool
    not_understood: bool


@dataclass(frozen=True)
class AppointmentRow:
    """One appointment; the clinical reason is empty where the chart is not open."""

    id: UUID
    version: int
    patient: Person | None
    start: datetime | None
    end: datetime | None
    what: str
    reason: str
    who: str
    where: str
    state: tuple[str, str | Promise]
    cancelled_because: str
    waiting: bool
    due: bool
    here: bool
    over: bool
    not_understood: bool


def visit_page(rows: EncounterQuerySet, before: UUID | None) -> tuple[list[Encounter], UUID | None]:
    """The newest visits, or those before the visit ``before``; and where the next page begins."""
    timed: Any = rows.annotate(at=Coalesce("start", "created_at"))
    mark = timed.filter(pk=before).first() if before else None
    if mark is not None:
        earlier = timed.filter(at__lt=mark.at) | timed.filter(at=mark.at, pk__lt=mark.pk)
        timed = earlier
    timed = timed.select_related("organization", "location", "attending")
    found = list(timed.order_by("-at", "-pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def _type(row: Encounter) -> str:
    """The kind of visit, unless its class says the same."""
    said = row.type_text or row.type_display
    same = {*TYPES.values(), str(CLASSES.get(row.class_code, ""))}
    return "" if said in same else said


def visit_row(row: Encounter, *, clinical: bool, mine: Collection[UUID] = ()) -> VisitRow:
    """One visit in words; it is moved and ended by who does so at its facility."""
    kind = CLASSES.get(row.class_code, row.class_code or _("Visit"))
    stay: dict[str, Any] = row.hospitalization or {}
    return VisitRow(
        id=row.id,
        kind=kind,
        type=_type(row) if clinical else "",
        start=row.start,
        end=row.end,
        places=[_place(place) for place in row.locations or []],
        facility=str(row.organization or ""),
        attending=str(row.attending or ""),
        reason=all_words(row.reasons) if clinical else "",
        diagnoses=_diagnoses(row) if clinical else "",
        priority=(row.priority_text or row.priority_display or row.priority_code),
        disposition=words_of(stay.get("dischargeDisposition")),
        state=_state(ENCOUNTER_STATES, row.status),
        is_open=row.is_open,
        to_end=row.is_open and row.organization_id in mine,
        in_bed=row.class_code in STAYS,
        in_error=row.status == ENTERED_IN_ERROR,
        not_understood=not understood(row),
    )


def _state(states: dict[str, tuple[str, str | Promise]], status: str) -> tuple[str, str | Promise]:
    return states.get(status) or (("warn", status) if status else UNKNOWN)


def _place(place: dict[str, Any]) -> str:
    location = place.get("location") or {}
    name = str(location.get("display") or location.get("reference") or _("place not named"))
    planned = place.get("status") in ("planned", "reserved")
    return f"{name} ({place['status']})" if planned else name


def _diagnoses(row: Encounter) -> str:
    found = [(each.get("condition") or {}) for each in row.diagnoses or []]
    return ", ".join(str(c.get("display") or c.get("reference") or "") for c in found if c)


def day_list(by: Principal, start: datetime, end: datetime) -> list[AppointmentRow]:
    """The appointments of the principal's facilities in a span."""
    rows = Appointment.objects.managed_by(by).between(start, end)
    return appointment_rows(rows, by)


def appointment_rows(rows: AppointmentQuerySet, by: Principal) -> list[AppointmentRow]:
    """Appointments in words; a clinical reason only for those who may open the chart."""
    found = list(rows.select_related("patient", "practitioner", "location"))
    opened: set[UUID] = set()
    if by.may(CHART_READ):
        keys = [row.pk for row in found]
        visible = Appointment.objects.visible_to(by).filter(pk__in=keys)
        opened = set(visible.values_list("pk", flat=True))
    return [_appointment(row, clinical=row.pk in opened) for row in found]


def _appointment(row: Appointment, *, clinical: bool) -> AppointmentRow:
    return AppointmentRow(
        id=row.id,
        version=row.version,
        patient=person(row.patient) if row.patient else None,
        start=row.start,
        end=row.end,
        # A description of elsewhere may say what the illness is; the kind of service does not.
        what=all_words(row.service_types) or (row.description if clinical else ""),
        reason=all_words(row.reasons) if clinical else "",
        who=str(row.practitioner or _others(row, "Practitioner")),
        where=str(row.location or _others(row, "Location")),
        state=_state(STATES, row.status),
        cancelled_because=row.cancelation_reason_text or row.cancelation_reason_display,
        waiting=row.status in WAITING,
        due=row.start is not None and row.start <= timezone.now(),
        here=row.status in HERE,
        over=row.status in ("fulfilled", "cancelled", "noshow", ENTERED_IN_ERROR),
        not_understood=not understood(row),
    )


def _others(row: Appointment, kind: str) -> str:
    """Participants of a kind that are not here, by the name they were sent with."""
    actors: Iterable[dict[str, Any]] = ((p.get("actor") or {}) for p in row.participants or [])
    return ", ".join(
        str(actor["display"])
        for actor in actors
        if str(actor.get("reference", "")).startswith(f"{kind}/") and actor.get("display")
    )
