"""An administrator registers devices and gives, rotates and withdraws their keys."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import require
from accounts.models import Organization
from accounts.roles import DEVICE_MANAGE
from fhir import changes
from fhir.errors import NotFound
from fhir.principal import Principal
from vitals.errors import SerialTaken
from vitals.models import Device, DeviceKey

KEY_LIFE = timedelta(days=365)
# After a rotation the old key still opens, so that a device in use does not go silent.
GRACE = timedelta(hours=24)


@transaction.atomic
def register_device(
    *,
    by: Principal,
    serial: str,
    facility: Organization,
    manufacturer: str = "",
    model_name: str = "",
    kind: str = Device.Kind.OTHER,
) -> tuple[Device, str]:
    """Take a device into use. Returns it and its key, which is shown once and kept nowhere.

    Raises:
        NotAllowed: ``by`` does not manage devices at ``facility``.
        SerialTaken: the device is registered already.
    """
    require(by, DEVICE_MANAGE, facility.pk)
    if Device.objects.registered().filter(serial=serial).exists():
        raise SerialTaken
    device = Device(
        serial=serial,
        facility=facility,
        manufacturer=manufacturer,
        model_name=model_name,
        kind=kind,
        registered=True,
    )
    changes.create(device, by=by)
    audit.record(by, "register", device)
    return device, _new_key(device)


@transaction.atomic
def rotate_key(*, by: Principal, device: Device) -> str:
    """A new key; the old ones end within a day. The pairing stays as it is."""
    held = _managed(by, device)
    key = _new_key(held)
    ends = timezone.now() + GRACE
    older = held.keys.usable().exclude(prefix=prefix_of(key))
    older.filter(expires_at__gt=ends).update(expires_at=ends)
    audit.record(by, "rotate-key", held)
    return key


@transaction.atomic
def revoke_keys(*, by: Principal, device: Device) -> int:
    """Withdraw every key of the device at once. Returns how many were usable."""
    held = _managed(by, device)
    count = held.keys.usable().update(revoked_at=timezone.now())
    audit.record(by, "revoke-keys", held, detail={"count": count})
    return count


def digest(key: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).digest()


def prefix_of(key: str) -> str:
    """The part of a key that names it."""
    return key[3:11]


def _managed(by: Principal, device: Device) -> Device:
    held = Device.objects.registered().select_for_update().filter(pk=device.pk).first()
    if held is None:
        raise NotFound
    require(by, DEVICE_MANAGE, held.facility_id)
    return held


def _new_key(device: Device) -> str:
    key = f"cw_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    now = timezone.now()
    DeviceKey.objects.create(
        device=device,
        prefix=prefix_of(key),
        sha256=digest(key),
        created_at=now,
        expires_at=now + KEY_LIFE,
    )
    return key
