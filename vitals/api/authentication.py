"""Who is at the door: a device with its key."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication

from accounts import limits
from fhir.principal import Principal
from vitals.acts.registering import digest, prefix_of
from vitals.errors import KeyExpired, KeyInvalid, KeyRefused, KeyRevoked
from vitals.models import Device, DeviceKey
from vitals.statements import run

if TYPE_CHECKING:
    from rest_framework.request import Request

KEY = re.compile(r"cw_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")
SCOPES = frozenset({"device.upload"})
NOBODYS = bytes(32)


FIND = """
SELECT k.id, k.sha256, k.revoked_at, k.expires_at, k.last_used_at, d.id, d.serial, d.status
FROM vitals_devicekey k JOIN vitals_device d ON d.id = k.device_id WHERE k.prefix = %s
"""


class Held(NamedTuple):
    """A key as the table has it, with its device."""

    id: UUID
    sha256: bytes
    revoked_at: datetime | None
    expires_at: datetime
    last_used_at: datetime | None
    device_id: UUID
    serial: str
    device_status: str


@dataclass
class Caller:
    """The device that is asking."""

    device_id: UUID
    principal: Principal
    is_authenticated: bool = True

    @cached_property
    def device(self) -> Device:
        """Its row; most requests do without."""
        return Device.objects.get(pk=self.device_id)


class DeviceKeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer cw_…``: found by its prefix, compared in constant time."""

    def authenticate(self, request: Request) -> tuple[Caller, Held] | None:
        """The device of the key; None without a key.

        Raises:
            KeyRefused: garbled, unknown, expired or revoked.
            TooOften: the device, or whoever tries keys at that address, must wait.
        """
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        try:
            key = _opened(text if scheme.lower() == "bearer" else "")
        except KeyRefused:
            address = limits.address_of(request._request)
            limits.BAD_KEYS.take(limits.neighbourhood(address))
            raise
        limits.DEVICE.take(str(key.device_id))
        principal = Principal("device", str(key.device_id), key.serial, scopes=SCOPES)
        request._request.principal = principal  # type: ignore[attr-defined]
        return Caller(key.device_id, principal), key

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Bearer realm="devices"'


def _opened(text: str) -> Held:
    if not KEY.fullmatch(text):
        raise KeyInvalid
    row = run(FIND, [prefix_of(text)]).fetchone()
    key = Held(*row) if row else None
    # Without a row the comparison is made all the same: the time taken tells nothing.
    same = hmac.compare_digest(key.sha256 if key else NOBODYS, digest(text))
    if key is None or not same:
        raise KeyInvalid
    now = timezone.now()
    if key.revoked_at is not None or key.device_status != "active":
        raise KeyRevoked
    if key.expires_at <= now:
        raise KeyExpired
    _note_use(key, now)
    return key


def _note_use(key: Held, now: datetime) -> None:
    minute = now - timedelta(minutes=1)
    if key.last_used_at is None or key.last_used_at < minute:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=minute)
        DeviceKey.objects.filter(stale, pk=key.id).update(last_used_at=now)


class DeviceKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The key in the OpenAPI description."""

    target_class = DeviceKeyAuthentication
    name = "deviceKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer", "bearerFormat": "cw_ prefix _ secret"}
