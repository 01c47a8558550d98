"""Devices and other systems in the Django admin; no signal and no chart is shown here."""

from vitals.admin.devices import Devices
from vitals.admin.sync import SyncTargets

__all__ = ["Devices", "SyncTargets"]
