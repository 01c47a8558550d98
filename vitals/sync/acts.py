"""What an administrator does with a sync target: choose, confirm, retry, decide, stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from accounts.models import Organization
from accounts.roles import SYNC_MANAGE
from fhir.errors import NotAllowed, Refusal
from fhir.principal import Principal
from patients.models import FacilityLink, Patient
from vitals.models import SyncCursor, SyncPending, SyncReceipt, SyncTarget
from vitals.sync.addresses import check_url
from vitals.sync.cohort import patients_of
from vitals.sync.errors import ForbiddenAddressError
from vitals.sync.loop import allowed
from vitals.sync.ranks import RANK
from vitals.sync.secrets import Credentials, seal


class AddressForbidden(Refusal):
    """Data may not go to that address."""

    code = "address-forbidden"


class NothingChosen(Refusal):
    """Choose who and what first: a cohort with at least one patient, and types with Patient."""

    code = "nothing-chosen"


class DisclosureChanged(Refusal):
    """What would be disclosed has changed since you read it. Read it again, then confirm."""

    status = 409
    code = "disclosure-changed"


class NotInConflict(Refusal):
    """Somebody decided this already."""

    status = 409
    code = "not-in-conflict"


@dataclass(frozen=True)
class Choice:
    """Who and what a target is to receive.

    Attributes:
        cohort: One of SyncTarget.Cohort.
        types: FHIR resource types.
        facility: For a facility's patients.
        team_name: For the patients of the care teams of that name.
        patient_ids: For chosen patients.
        include_waveforms: ECG samples too.
        include_imported: Imported and demo records too.
    """

    cohort: str
    types: Sequence[str]
    facility: Organization | None = None
    team_name: str = ""
    patient_ids: Sequence[UUID] = ()
    include_waveforms: bool = False
    include_imported: bool = False


@dataclass(frozen=True)
class Disclosure:
    """What a person confirms: "this will disclose N patients to HOST".

    Attributes:
        patients: How many now.
        host: Where to.
        plan: Digest of the choice that was read.
    """

    patients: int
    host: str
    plan: str


@transaction.atomic
def set_credentials(*, by: Principal, target: SyncTarget, credentials: Credentials) -> None:
    """Keep the credentials of ``target``, encrypted."""
    require(by, SYNC_MANAGE)
    target.auth_kind = credentials.kind
    target.sealed = seal(credentials)
    target.paused_reason = ""
    target.save(update_fields=["auth_kind", "sealed", "paused_reason"])
    audit.record(by, "sync-credentials", detail=_named(target) | {"kind": credentials.kind})


@transaction.atomic
def choose(*, by: Principal, target: SyncTarget, choice: Choice) -> None:
    """Set who and what ``target`` is to receive; a confirmation of another choice is void.

    Raises:
        NotAllowed: the facility is not one where ``by`` manages sync.
    """
    require(by, SYNC_MANAGE, choice.facility.pk if choice.facility else None)
    target.cohort = choice.cohort
    target.types = [type_ for type_ in RANK if type_ in choice.types]
    target.facility = choice.facility
    target.team_name = choice.team_name
    target.include_waveforms = choice.include_waveforms
    target.include_imported = choice.include_imported
    target.save()
    target.patients.set(Patient.objects.filter(pk__in=choice.patient_ids))
    audit.record(by, "sync-choose", detail=_named(target) | {"cohort": target.cohort})


def disclosure(target: SyncTarget) -> Disclosure:
    """What confirming now would disclose."""
    return Disclosure(patients_of(target).count(), target.host, target.plan())


@transaction.atomic
def confirm(*, by: Principal, target: SyncTarget, read: Disclosure) -> None:
    """Let data flow to ``target``, exactly as ``read``.

    Raises:
        NotAllowed: some of the patients are known at no facility where ``by`` manages sync.
        NothingChosen: the cohort or the types are empty.
        DisclosureChanged: the choice, or the number of patients, is not what was read.
        AddressForbidden: data may not go to that address.
    """
    require(by, SYNC_MANAGE)
    now = disclosure(target)
    if not now.patients or "Patient" not in target.types:
        raise NothingChosen
    if now != read:
        raise DisclosureChanged
    _require_everybody_here(by, target)
    try:
        check_url(target.base_url, allowed())
    except ForbiddenAddressError as error:
        raise AddressForbidden(error.words) from error
    target.confirmed_plan = now.plan
    target.confirmed_at = timezone.now()
    target.confirmed_by_id = UUID(by.id)
    target.disclosed_patients = now.patients
    _clear_trouble(target)
    target.save()
    # Read all Changes again: what the target has already is left out by its receipts.
    SyncCursor.objects.update_or_create(target=target, defaults={"seq": 0})
    detail = _named(target) | {"patients": now.patients, "types": target.types}
    audit.record(by, "sync-confirm", detail=detail)


def _require_everybody_here(by: Principal, target: SyncTarget) -> None:
    mine = FacilityLink.objects.filter(facility__in=by.facilities_with(SYNC_MANAGE))
    if patients_of(target).exclude(pk__in=mine.values("patient")).exists():
        raise NotAllowed(
            _(
                "Some of these patients are known only at facilities where you do not manage sync. "
                "Choose others, or ask an administrator there."
            )
        )


@transaction.atomic
def withdraw(*, by: Principal, target: SyncTarget) -> None:
    """Stop sending. What was sent stays there; what is entered in error is still taken back."""
    require(by, SYNC_MANAGE)
    target.confirmed_plan = ""
    target.confirmed_at = target.confirmed_by = None
    target.save(update_fields=["confirmed_plan", "confirmed_at", "confirmed_by"])
    audit.record(by, "sync-withdraw", detail=_named(target))


@transaction.atomic
def retry(*, by: Principal, target: SyncTarget) -> None:
    """Send everything that waits now, also what was refused there; lift a pause."""
    require(by, SYNC_MANAGE)
    target.pending.exclude(state=SyncPending.State.CONFLICT).update(
        state=SyncPending.State.PENDING, attempts=0, next_try_at=timezone.now()
    )
    _clear_trouble(target)
    target.save()
    audit.record(by, "sync-retry", detail=_named(target))


@transaction.atomic
def decide(*, by: Principal, pending: SyncPending, keep: Literal["ours", "theirs"]) -> None:
    """Settle a conflict: send ours over theirs, or leave theirs until ours changes again.

    Raises:
        NotInConflict: somebody decided already.
    """
    require(by, SYNC_MANAGE)
    locked = SyncPending.objects.select_for_update().filter(
        pk=pending.pk, state=SyncPending.State.CONFLICT
    )
    row = locked.first()
    if row is None:
        raise NotInConflict
    if keep == "ours":
        locked.update(state=SyncPending.State.PENDING, overwrite=True, next_try_at=timezone.now())
    else:
        there = SyncReceipt.objects.filter(target=row.target, type=row.type, fhir_id=row.fhir_id)
        there.update(sent_version=row.version)
        row.delete()
    audit.record(
        by,
        "sync-decide",
        patient_id=row.patient_id,
        entities=["/".join(row.key)],
        detail=_named(row.target) | {"keep": keep},
    )


def numbered(by: Principal, numbers: Sequence[str]) -> tuple[list[UUID], list[str]]:
    """Patients with these numbers, known where ``by`` manages sync, and the numbers not found.

    An administrator reads no charts: numbers go in, and only their count comes out.
    """
    here = FacilityLink.objects.filter(
        facility__in=by.facilities_with(SYNC_MANAGE), value__in=numbers
    )
    found = dict(here.values_list("value", "patient_id"))
    return list(dict.fromkeys(found.values())), [one for one in numbers if one not in found]


def _clear_trouble(target: SyncTarget) -> None:
    target.paused_reason = target.last_error = ""
    target.failures = 0
    target.next_try_at = timezone.now()


def _named(target: SyncTarget) -> dict[str, object]:
    return {"target": target.name, "host": target.host}
