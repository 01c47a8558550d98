"""What this floor adds to a patient's chart: the ECG and the devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import User
from vitals.live import device_words, ecg_reading
from vitals.models import Device, DeviceStatus, Pairing, Recording

if TYPE_CHECKING:
    from uuid import UUID

    from fhir.together import Loading
    from patients.chart.summary import Section
    from patients.models import Patient

OTHERS = 20


def ecg(patient: Patient) -> Loading[dict[str, Any]]:
    """The newest ECG, a running one first, and the ones before."""
    own = Recording.objects.filter(
        pairing__in=Pairing.objects.filter(patient=patient), kind=Recording.Kind.ECG
    )
    newest = own.order_by("-started_at")[: OTHERS + 1]
    recordings: list[Recording] = (yield {"recordings": newest})["recordings"]
    recordings.sort(key=lambda recording: recording.closed_at is not None)
    if not recordings:
        return {"ecg": None, "other_recordings": []}
    yield from _with_devices(recordings)
    return {
        "ecg": (yield from ecg_reading(recordings[0])),
        "other_recordings": [
            {
                "id": recording.pk,
                "kind": recording.kind,
                "started_at": recording.started_at,
                "closed_at": recording.closed_at,
                "device": device_words(recording.device),
            }
            for recording in recordings[1:]
        ],
    }


def pairings(patient: Patient) -> Loading[dict[str, Any]]:
    """Who wore what when, newest first, with what worn devices say about themselves."""
    worn = Pairing.objects.filter(patient=patient).order_by("-start")
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
