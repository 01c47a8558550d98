"""Wards, their beds and who lies in them; who works there. Reasons only for those who treat."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Location, Practitioner, PractitionerRole
from accounts.roles import ENCOUNTER_MANAGE, Role
from fhir.models import Record
from fhir.principal import Principal
from patients.acts.visits import IN_BED
from patients.chart.concepts import all_words, understood
from patients.chart.person import Person, person
from patients.models import Encounter, Patient

OUT_OF_USE: dict[str, str | Promise] = {
    "suspended": gettext_lazy("out of use for now"),
    "inactive": gettext_lazy("no longer used"),
}
_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Stay:
    """Somebody who is here now; the reason is None for whoever may not read it."""

    id: UUID
    patient: Person
    since: datetime | None
    status: str
    attending: str
    reason: str | None
    may_open: bool
    reference: str
    not_understood: bool


@dataclass
class Bed:
    """A bed or room and who is in it; two only where somebody recorded two."""

    id: UUID
    name: str
    out_of_use: str | Promise = ""
    stays: list[Stay] = field(default_factory=list)


@dataclass
class Ward:
    """A ward with its beds, and those who are on it without a bed."""

    id: UUID
    name: str
    facility: str
    out_of_use: str | Promise = ""
    beds: list[Bed] = field(default_factory=list)
    without_bed: list[Stay] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """How many beds have somebody in them."""
        return sum(bool(bed.stays) for bed in self.beds)

    @property
    def free(self) -> int:
        """How many beds could take somebody."""
        return sum(not bed.stays and not bed.out_of_use for bed in self.beds)


@dataclass(frozen=True)
class House:
    """All wards of the reader's facilities, and the inpatients who are on none of them."""

    wards: list[Ward]
    nowhere: list[Stay]

    @property
    def references(self) -> list[str]:
        """Whom this page shows."""
        stays = [stay for ward in self.wards for bed in ward.beds for stay in bed.stays]
        stays += [stay for ward in self.wards for stay in ward.without_bed]
        return [stay.reference for stay in (*stays, *self.nowhere)]


def house(by: Principal) -> House:
    """Wards, beds and who is in them, at the facilities where ``by`` moves patients."""
    places = places_of(by)
    wards, beds = _wards(places)
    nowhere: list[Stay] = []
    here = _here(by, beds.keys() | wards.keys())
    readable, openable = _readable(by, here), _openable(by, here)
    for row in here:
        clinical, may_open = row.pk in readable, row.patient_id in openable
        stay = _stay(row, clinical=clinical, may_open=may_open)
        where = row.location_id
        if where in beds:
            beds[where].stays.append(stay)
        elif where in wards:
            wards[where].without_bed.append(stay)
        elif row.class_code in IN_BED:
            nowhere.append(stay)
    shown = sorted(wards.values(), key=lambda ward: (ward.facility, natural(ward.name)))
    return House(shown, nowhere)


def places_of(by: Principal) -> list[Location]:
    """Wards, rooms and beds of the facilities where ``by`` moves patients."""
    rows = Location.objects.filter(organization__in=by.facilities_with(ENCOUNTER_MANAGE))
    found = list(rows.select_related("organization", "part_of"))
    return sorted(found, key=lambda place: natural(place.name))


def natural(name: str) -> list[Any]:
    """A key that sorts bed 10 after bed 9."""
    return [int(part) if part.isdecimal() else part.casefold() for part in _NUMBERS.split(name)]


def free_beds(by: Principal) -> list[tuple[str, list[tuple[str, str]]]]:
    """Beds in use with nobody in them, by ward, for a form; last the ward itself."""
    groups = []
    for ward in house(by).wards:
        free = [(str(b.id), b.name) for b in ward.beds if not b.stays and not b.out_of_use]
        if not ward.out_of_use:
            free.append((str(ward.id), _("%(ward)s: without a bed") % {"ward": ward.name}))
        groups.append((ward.name, free))
    return groups


def rooms(by: Principal) -> list[Location]:
    """Where an outpatient may be seen: everything in use that is no bed."""
    places = places_of(by)
    return [p for p in places if _form(p) != "bd" and p.status not in OUT_OF_USE]


def staff_of(facilities: Iterable[UUID]) -> Any:
    """Practitioners who work at these facilities, by role or by account."""
    now = timezone.now()
    places = list(facilities)
    roles = PractitionerRole.objects.filter(organization__in=places).exclude(active=False)
    held = roles.filter(Q(end__isnull=True) | Q(end__gt=now))
    # A role with an unknown modifier may say that somebody does not work here.
    works = Q(roles__in=[role.pk for role in held if understood(role)])
    signs_in = Q(
        user__memberships__facility__in=places,
        user__memberships__role__in=(Role.DOCTOR, Role.NURSE),
    )
    rows = Practitioner.objects.filter(works | signs_in).exclude(active=False)
    return rows.order_by("display").distinct()


def _wards(places: list[Location]) -> tuple[dict[UUID, Ward], dict[UUID, Bed]]:
    """Wards by id, beds by id: what is part of something and has no parts is a bed."""
    parts: dict[UUID, list[Location]] = defaultdict(list)
    for place in places:
        if place.part_of_id is not None:
            parts[place.part_of_id].append(place)
    wards: dict[UUID, Ward] = {}
    beds: dict[UUID, Bed] = {}
    for place in places:
        inside = [part for part in parts[place.pk] if not parts[part.pk]]
        if inside or _form(place) == "wa":
            wards[place.pk] = ward = _ward(place)
            ward.beds = [_bed(part) for part in inside]
            beds |= {bed.id: bed for bed in ward.beds}
    return wards, beds


def _ward(place: Location) -> Ward:
    return Ward(place.pk, str(place), str(place.organization or ""), _unused(place))


def _bed(place: Location) -> Bed:
    ward = f"{place.part_of}, "
    return Bed(place.pk, str(place).removeprefix(ward), _unused(place))


def _unused(place: Location) -> str | Promise:
    facility = place.organization
    if facility is not None and facility.active is False:
        return gettext_lazy("facility no longer used")
    return OUT_OF_USE.get(place.status, "")


def _form(place: Record) -> str:
    """Code of ``Location.physicalType``: wa, bd, ro and others."""
    codings = ((place.extra or {}).get("physicalType") or {}).get("coding") or [{}]
    return str(codings[0].get("code", ""))


def _here(by: Principal, places: Iterable[UUID]) -> list[Encounter]:
    rows = Encounter.objects.managed_by(by).open().filter(patient__isnull=False)
    rows = rows.filter(Q(class_code__in=IN_BED) | Q(location__in=list(places)))
    return list(rows.select_related("patient", "attending").order_by("start", "id"))


def _readable(by: Principal, rows: list[Encounter]) -> set[UUID]:
    """Those of ``rows`` whose charts ``by`` opens: why somebody is here is for nobody else."""
    seen = Encounter.objects.visible_to(by).filter(pk__in=[row.pk for row in rows])
    return set(seen.values_list("pk", flat=True))


def _openable(by: Principal, rows: list[Encounter]) -> set[UUID]:
    """Patients among ``rows`` whose charts ``by`` opens; the way to the others begins elsewhere."""
    seen = Patient.objects.visible_to(by).filter(pk__in=[row.patient_id for row in rows])
    return set(seen.values_list("pk", flat=True))


def _stay(row: Encounter, *, clinical: bool, may_open: bool) -> Stay:
    assert row.patient is not None  # noqa: S101  ``_here`` leaves the others out
    return Stay(
        id=row.id,
        patient=person(row.patient),
        since=row.start,
        status=row.status,
        attending=str(row.attending or ""),
        reason=all_words(row.reasons) if clinical else None,
        may_open=may_open,
        reference=row.patient.reference,
        not_understood=not understood(row),
    )
