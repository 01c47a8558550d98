"""What this floor adds to "Move to correct patient": recordings, with all their device measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.roles import DEVICE_ATTACH
from fhir.errors import NotFound
from patients.acts.moving import Movable, Move, move_record
from patients.models import ImagingStudy
from vitals.acts.wearing import give_to
from vitals.models import Recording

if TYPE_CHECKING:
    from fhir.principal import Principal
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
    if recording.imported_id is not None:
        _move_study(order, f"urn:uuid:{recording.imported_id}")
    return f"Device/{recording.device.fhir_id}"


def _move_study(order: Move, source: str) -> None:
    """The study that an imported ECG is listed as goes with it."""
    rows = ImagingStudy.objects.of(order.wrong).standing().filter(source=source)
    for study in rows.select_for_update(of=("self",)):
        also = Move(order.by, study, order.wrong, order.right, order.reason, study.version)
        move_record(also, scope=DEVICE_ATTACH)


MOVABLE = {
    "Recording": Movable(
        _("recording and all that its device measured then"), DEVICE_ATTACH, find, move
    )
}
