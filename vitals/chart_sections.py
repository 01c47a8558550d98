"""What this floor adds to a patient's chart: the ECG and the devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patients.chart.summary import Section
from vitals.live import device_words, ecg_reading
from vitals.models import DeviceStatus, Pairing, Recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from fhir.together import Loading
    from patients.models import Patient

OTHERS = 20


def ecg(patient: Patient) -> dict[str, Any]:
    """The newest ECG, a running one first, and the ones before."""
    recordings = list(
        Recording.objects.of(patient)
        .filter(kind=Recording.Kind.ECG)
        .select_related("device", "pairing")[: OTHERS + 1]
    )
    recordings.sort(key=lambda recording: recording.closed_at is not None)
    if not recordings:
        return {"ecg": None, "other_recordings": []}
    return {
        "ecg": ecg_reading(recordings[0]),
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


def pairings(patient: Patient) -> dict[str, Any]:
    """Who wore what when, newest first, with what worn devices say about themselves."""
    rows = list(
        Pairing.objects.filter(patient=patient)
        .select_related("device", "attached_by", "detached_by")
        .order_by("-start")
    )
    newest = (
        DeviceStatus.objects.filter(device__in=[row.device_id for row in rows if row.end is None])
        .order_by("device_id", "-arrived_at")
        .distinct("device_id")
    )
    said = {status.device_id: status for status in newest}
    return {"pairings": [_pairing(row, said.get(row.device_id)) for row in rows]}


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


def by_itself(section: Callable[[Patient], dict[str, Any]]) -> Section:
    """A section that asks the database on its own."""

    def loading(patient: Patient) -> Loading[dict[str, Any]]:
        yield {}
        return section(patient)

    return loading


SECTIONS: dict[str, Section] = {"ecg": by_itself(ecg), "pairings": by_itself(pairings)}
