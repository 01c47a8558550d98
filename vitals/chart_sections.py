"""What this floor adds to a patient's chart: the ECG and the devices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from patients.chart.worklist import Counter
from vitals.live import device_words, ecg_reading
from vitals.models import ChunkReceipt, Device, DeviceStatus, Pairing, Recording

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from fhir.principal import Principal
    from fhir.together import Loading
    from patients.chart.summary import Section
    from patients.models import Patient

OTHERS = 20
ATTENTION_AT_MOST = 200
LOW_BATTERY_PERCENT = 20
# Wearables send every ten seconds; a short walk out of reach is no alarm.
SILENT_AFTER = timedelta(minutes=5)


def ecg(patient: Patient) -> Loading[dict[str, Any]]:
    """The newest ECG, a running one first, the ones before, and recordings of movement."""
    own = Recording.objects.filter(pairing__in=Pairing.objects.filter(patient=patient))
    newest = own.order_by("-started_at")
    found = yield {
        "recordings": newest.filter(kind=Recording.Kind.ECG)[: OTHERS + 1],
        "movement": newest.filter(kind=Recording.Kind.IMU)[:OTHERS],
    }
    recordings: list[Recording] = found["recordings"]
    recordings.sort(key=lambda recording: recording.closed_at is not None)
    others: list[Recording] = recordings[1:] + found["movement"]
    if recordings or others:
        yield from _with_devices(recordings + found["movement"])
    return {
        "ecg": (yield from ecg_reading(recordings[0])) if recordings else None,
        "other_recordings": [
            {
                "id": recording.pk,
                "kind": recording.kind,
                "started_at": recording.started_at,
                "closed_at": recording.closed_at,
                "device": device_words(recording.device),
            }
            for recording in others
        ],
    }


def pairings(patient: Patient) -> Loading[dict[str, Any]]:
    """Who wore what when, newest first, with what worn devices say about themselves.

    The recorder of an imported file is not listed: nobody here put it on or takes it off.
    """
    worn = Pairing.objects.filter(patient=patient).exclude(device__kind=Device.Kind.FILE)
    worn = worn.order_by("-start")
    rows: list[Pairing] = (yield {"pairings": worn})["pairings"]
    yield from _with_devices(rows)
    now = [row.device_id for row in rows if row.end is None]
    statuses = DeviceStatus.objects.filter(device__in=now)
    people = [key for row in rows for key in (row.attached_by_id, row.detached_by_id) if key]
    found = yield {
        "newest": statuses.order_by("device_id", "-arrived_at").distinct("device_id"),
        "people": User.objects.filter(pk__in=people),
    }
    said = {status.device_id: status for status in found["newest"]}
    names = {person.pk: person for person in found["people"]}
    for row in rows:
        row.attached_by = names.get(row.attached_by_id)
        row.detached_by = names.get(row.detached_by_id)
    return {"pairings": [_pairing(row, said.get(row.device_id)) for row in rows]}


def _with_devices(rows: list[Any]) -> Loading[None]:
    found = yield {"devices": Device.objects.filter(pk__in={row.device_id for row in rows})}
    devices = {device.pk: device for device in found["devices"]}
    for row in rows:
        row.device = devices[row.device_id]


def _pairing(row: Pairing, said: DeviceStatus | None) -> dict[str, Any]:
    worn = row.end is None
    return {
        "id": row.pk,
        "device": row.device,
        "start": row.start,
        "end": row.end,
        "lead": row.lead,
        "wear_site": row.wear_site,
        "pacemaker": row.pacemaker,
        "attached_by": row.attached_by or "the demo clinic",
        "detached_by": row.detached_by,
        "detach_reason": row.detach_reason,
        "moved_reason": row.moved_reason,
        "battery_percent": said.battery_percent if worn and said else None,
        "lead_off": said.lead_off if worn and said else None,
    }


def worklist_columns(patient_ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """The newest ECG of each patient, and whether it is running."""
    rows = (
        Recording.objects.filter(pairing__patient__in=patient_ids, kind=Recording.Kind.ECG)
        .order_by("pairing__patient_id", "-started_at")
        .distinct("pairing__patient_id")
        .values_list("pairing__patient_id", "pk", "closed_at")
    )
    return {
        patient_id: {"recording_id": key, "has_live_ecg": closed_at is None}
        for patient_id, key, closed_at in rows
    }


SECTIONS: dict[str, Section] = {"ecg": ecg, "pairings": pairings}


@dataclass(frozen=True)
class Attention:
    """A recording that somebody should look after.

    Attributes:
        patient: Who wears the device.
        recording_id: The recording.
        why: What is wrong, in words.
        at: Since when, or when it was said.
    """

    patient: Patient
    recording_id: UUID
    why: str
    at: datetime


def attention(by: Principal) -> list[Attention]:
    """Running recordings of one's patients that fell silent, lost a lead or run out of battery."""
    running = (
        Recording.objects.visible_to(by)
        .running()
        .filter(pairing__patient__isnull=False, pairing__end__isnull=True)
        .select_related("pairing__patient")
        .annotate(heard_at=Subquery(_newest_receipt("arrived_at")))
        .order_by("-started_at")[:ATTENTION_AT_MOST]
    )
    rows = list(running)
    newest = DeviceStatus.objects.filter(device__in=[row.device_id for row in rows])
    said = {
        s.device_id: s for s in newest.order_by("device_id", "-arrived_at").distinct("device_id")
    }
    found = (_attention(row, said.get(row.device_id)) for row in rows)
    return [each for each in found if each is not None]


def _newest_receipt(column: str) -> Any:
    receipts = ChunkReceipt.objects.filter(recording=OuterRef("pk"))
    return receipts.order_by("-first_sample").values(column)[:1]


def _attention(row: Any, status: DeviceStatus | None) -> Attention | None:
    heard: datetime = row.heard_at or row.created_at
    silent = timezone.now() - heard
    if status is not None and status.lead_off:
        return Attention(row.pairing.patient, row.pk, _("Lead off"), status.arrived_at)
    if silent > SILENT_AFTER:
        return Attention(row.pairing.patient, row.pk, _("No data arrives"), heard)
    if status is not None and (status.battery_percent or 100) < LOW_BATTERY_PERCENT:
        words = _("Battery %d %%") % (status.battery_percent or 0)
        return Attention(row.pairing.patient, row.pk, words, status.arrived_at)
    return None


COUNTERS = [
    Counter(
        "recordings",
        lambda n: ngettext("recording needing attention", "recordings needing attention", n),
        "activity",
        lambda by: [each.patient.pk for each in attention(by)],
        gettext_lazy("No recording of your patients needs attention."),
    )
]
