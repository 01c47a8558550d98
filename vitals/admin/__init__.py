"""Devices in the Django admin; no signal and no chart is shown here."""

from vitals.admin.devices import Devices

__all__ = ["Devices"]
