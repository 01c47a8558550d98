"""What a device says about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitals.models import Device, DeviceStatus

if TYPE_CHECKING:
    from datetime import datetime

    from vitals.clocks import Clock


def report_status(
    *,
    device: Device,
    clock: Clock,
    device_time: datetime,
    battery_percent: int | None = None,
    lead_off: bool | None = None,
) -> bool:
    """Note battery and leads; whether it is new.

    Raises:
        DeviceTimeFuture, DeviceTimePast: the time cannot be.
    """
    clock.corrected(device_time)
    _, new = DeviceStatus.objects.get_or_create(
        device=device,
        device_time=device_time,
        defaults={
            "battery_percent": battery_percent,
            "lead_off": lead_off,
            "arrived_at": clock.arrival,
        },
    )
    return new
