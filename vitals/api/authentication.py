"""Who is at the door: a device with its key."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication

from fhir.principal import Principal
from vitals.acts.registering import digest, prefix_of
from vitals.errors import KeyExpired, KeyInvalid, KeyRevoked
from vitals.models import Device, DeviceKey

if TYPE_CHECKING:
    from rest_framework.request import Request

KEY = re.compile(r"cw_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")
UPLOAD = "device.upload"
NOBODYS = bytes(32)


@dataclass(frozen=True)
class Caller:
    """The device that is asking."""

    device: Device
    principal: Principal
    is_authenticated: bool = True


class DeviceKeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer cw_…``: found by its prefix, compared in constant time."""

    def authenticate(self, request: Request) -> tuple[Caller, DeviceKey] | None:
        """The device of the key; None without a key.

        Raises:
            KeyRefused: garbled, unknown, expired or revoked.
        """
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or not KEY.fullmatch(text):
            raise KeyInvalid
        key = _opened(text)
        device = key.device
        principal = Principal("device", str(device.pk), str(device), scopes=frozenset({UPLOAD}))
        request._request.principal = principal  # type: ignore[attr-defined]
        return Caller(device, principal), key

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Bearer realm="devices"'


def _opened(text: str) -> DeviceKey:
    key = DeviceKey.objects.select_related("device").filter(prefix=prefix_of(text)).first()
    # Without a row the comparison is made all the same: the time taken tells nothing.
    same = hmac.compare_digest(bytes(key.sha256) if key else NOBODYS, digest(text))
    if key is None or not same:
        raise KeyInvalid
    now = timezone.now()
    if key.revoked_at is not None:
        raise KeyRevoked
    if key.expires_at <= now or key.device.status != "active":
        raise KeyExpired if key.expires_at <= now else KeyRevoked
    minute = now - timedelta(minutes=1)
    if key.last_used_at is None or key.last_used_at < minute:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=minute)
        DeviceKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    return key


class DeviceKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The key in the OpenAPI description."""

    target_class = DeviceKeyAuthentication
    name = "deviceKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer", "bearerFormat": "cw_ prefix _ secret"}
