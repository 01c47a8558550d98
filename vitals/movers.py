"""What this floor adds to "Move to correct patient": recordings, with all their device measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.roles import DEVICE_ATTACH
from fhir.errors import NotFound
from patients.acts.moving import Movable
from vitals.acts.wearing import give_to
from vitals.models import Recording

if TYPE_CHECKING:
    from fhir.principal import Principal
    from patients.acts.moving import Move
    from patients.models import Patient


def find(by: Principal, record_id: Any) -> tuple[Recording, Patient] | None:
    """The recording and whose it is thought to be."""
    rows = Recording.objects.visible_to(by).select_related("pairing__patient", "device")
    row = rows.filter(pk=record_id).first()
    return None if row is None or row.patient is None else (row, row.patient)


def move(order: Move) -> str:
    """One body wears a device: the whole wearing goes, with its sibling recordings."""
    recording: Recording = order.row
    if recording.pairing is None:
        raise NotFound
    give_to(by=order.by, pairing=recording.pairing, patient=order.right, reason=order.reason)
    return f"Device/{recording.device.fhir_id}"


MOVABLE = {
    "Recording": Movable(
        _("recording and all that its device measured then"), DEVICE_ATTACH, find, move
    )
}
