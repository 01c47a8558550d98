"""A nurse or doctor attaches a device to a patient, and takes it off."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from accounts.roles import DEVICE_ATTACH
from fhir.errors import NotFound
from fhir.principal import Principal
from patients.models import Patient
from vitals.acts.assigning import assign, withdraw
from vitals.acts.charting import recall_readings
from vitals.errors import DeviceUnknown, PairingEnded, PairingOverlap, PairingTime
from vitals.models import Device, Pairing

AHEAD = timedelta(minutes=5)
BACK = timedelta(days=30)


@transaction.atomic
def attach(
    *,
    by: Principal,
    patient: Patient,
    serial: str,
    start: datetime | None = None,
    lead: str = "",
    wear_site: str = "",
    pacemaker: str = Pairing.Pacemaker.UNKNOWN,
) -> Pairing:
    """Put the device on the patient from ``start`` (now) on; waiting data of then comes along.

    Raises:
        NotAllowed: ``by`` does not attach devices at the device's facility.
        NotFound: ``by`` may not see the patient.
        DeviceUnknown: no such device at the facilities of ``by``.
        PairingOverlap: the device is on somebody at that time.
        PairingTime: ``start`` is ahead, or more than 30 days back.
    """
    require(by, DEVICE_ATTACH)
    if not Patient.objects.visible_to(by).filter(pk=patient.pk).exists():
        raise NotFound
    device = _held(by, serial)
    now = timezone.now()
    start = start or now
    if not now - BACK <= start <= now + AHEAD:
        raise PairingTime(_("A device can be attached from now on, or from up to 30 days back."))
    pairing = _only_wearer(
        Pairing(
            device=device,
            patient=patient,
            start=start,
            lead=lead,
            wear_site=wear_site,
            pacemaker=pacemaker,
            attached_by_id=person(by),
            attached_at=now,
        )
    )
    came_along = assign(by=by, pairing=pairing)
    audit.record(
        by,
        "attach",
        device,
        patient_id=patient.pk,
        detail={"pairing": str(pairing.pk), "chunks": came_along},
    )
    return pairing


@transaction.atomic
def detach(*, by: Principal, pairing: Pairing, reason: str, end: datetime | None = None) -> Pairing:
    """Take the device off; data measured after ``end`` (now) leaves the chart again.

    Raises:
        NotFound: ``by`` may not see the patient.
        NotAllowed: ``by`` does not attach devices at the device's facility.
        PairingEnded: it was off already.
        PairingTime: ``end`` is ahead or before the start.
    """
    if not Pairing.objects.visible_to(by).filter(pk=pairing.pk).exists() and by.kind == "user":
        raise NotFound
    device = Device.objects.select_for_update().get(pk=pairing.device_id)
    require(by, DEVICE_ATTACH, device.facility_id)
    held = Pairing.objects.select_for_update(of=("self",)).get(pk=pairing.pk)
    now = timezone.now()
    if held.end is not None:
        raise PairingEnded
    held.end = end or max(now, held.start)
    if not held.start <= held.end <= max(now + AHEAD, held.start):
        raise PairingTime(_("The end lies between the start of the pairing and now."))
    held.detached_by_id, held.detached_at, held.detach_reason = person(by), now, reason
    held.save()
    left = withdraw(pairing=held)
    audit.record(
        by,
        "detach",
        device,
        patient_id=held.patient_id,
        detail={"pairing": str(held.pk), "chunks_withdrawn": left},
    )
    return held


@transaction.atomic
def give_to(*, by: Principal, pairing: Pairing, patient: Patient, reason: str) -> Pairing:
    """The device was on somebody else all that time: everything it measured goes to their chart.

    In the wrong chart the wearing shrinks to nothing, its readings stand as entered in error, and
    the summaries of its recordings follow as soon as the worker has looked at them. A device that
    is still worn goes on, for the right patient.

    Raises:
        NotAllowed: ``by`` does not attach devices at the device's facility.
        PairingOverlap: the device is on somebody else at that time by now.
    """
    device = Device.objects.select_for_update().get(pk=pairing.device_id)
    require(by, DEVICE_ATTACH, device.facility_id)
    held = Pairing.objects.select_for_update(of=("self",)).get(pk=pairing.pk)
    said = _("Moved to the correct patient: %s") % reason
    recall_readings(by=by, pairing=held, reason=said)
    start, end, now = held.start, held.end, timezone.now()
    held.end = start
    held.detached_by_id, held.detached_at, held.detach_reason = person(by), now, said[:200]
    held.save()
    left = withdraw(pairing=held)
    right = Pairing(
        device=device,
        patient=patient,
        start=start,
        end=end,
        lead=held.lead,
        wear_site=held.wear_site,
        attached_by_id=person(by),
        attached_at=now,
        moved_reason=reason,
    )
    came_along = assign(by=by, pairing=_only_wearer(right))
    for each, chunks in ((held, -left), (right, came_along)):
        detail = {"pairing": str(each.pk), "chunks": chunks}
        audit.record(by, "move-wearing", device, patient_id=each.patient_id, detail=detail)
    return right


def person(by: Principal) -> UUID | None:
    """The user behind a principal, None for the house itself."""
    return UUID(by.id) if by.kind == "user" else None


def _held(by: Principal, serial: str) -> Device:
    found = Device.objects.registered().filter(serial=serial.strip())
    if by.kind == "user":
        found = found.at(by.facilities_with(DEVICE_ATTACH))
    device = found.select_for_update().first()
    if device is None:
        raise DeviceUnknown
    return device


def _only_wearer(pairing: Pairing) -> Pairing:
    try:
        with transaction.atomic():
            pairing.save(force_insert=True)
    except IntegrityError as error:
        raise PairingOverlap from error
    return pairing
