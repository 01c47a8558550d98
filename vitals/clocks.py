"""The device's clock against ours: which of them to believe, and when a time cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from vitals.errors import DeviceTimeFuture, DeviceTimePast

TRUSTED = timedelta(seconds=5)
AHEAD = timedelta(seconds=60)
OLDEST = timedelta(days=366)


@dataclass(frozen=True)
class Clock:
    """What the device's clock showed when its request arrived; None when it did not say."""

    device: datetime | None
    arrival: datetime

    @property
    def offset(self) -> timedelta:
        """What must be added to the device's clock to get ours."""
        return self.arrival - self.device if self.device else timedelta()

    @property
    def offset_ms(self) -> int | None:
        return round(self.offset / timedelta(milliseconds=1)) if self.device else None

    @property
    def trusted(self) -> bool:
        """Whether the page may print the time without "device time unverified"."""
        return self.device is not None and abs(self.offset) <= TRUSTED

    def corrected(self, device_time: datetime, *, field: str = "device_time") -> datetime:
        """When it was measured by our clock.

        Raises:
            DeviceTimeFuture: after its arrival.
            DeviceTimePast: more than a year before its arrival.
        """
        try:
            moment = device_time + (timedelta() if abs(self.offset) <= TRUSTED else self.offset)
        except OverflowError:
            raise DeviceTimePast(field=field) from None
        if moment > self.arrival + AHEAD:
            raise DeviceTimeFuture(field=field)
        if moment < self.arrival - OLDEST:
            raise DeviceTimePast(field=field)
        return moment
