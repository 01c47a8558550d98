"""Pieces of a recorded ECG as Observations with SampledData (FHIR R4 2.24.0.14).

Each piece of five minutes has an id that follows from the recording and its number, so sending
it again never doubles it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import numpy as np

from fhir.times import moment_text
from vitals.models import ChunkReceipt, Recording, SyncPending, SyncReceipt, SyncTarget
from vitals.sync.cohort import WAVEFORM_CODE, WAVEFORM_SYSTEM, patients_of
from vitals.sync.outbox import Wanted
from vitals.sync.ranks import WAVEFORM_RANK

Resource = dict[str, Any]

PIECE_S = 300
MISSING = -32768
NAMESPACE = UUID("0d4a7a2e-7d5c-4b8c-9a64-2b1b1c7c1f10")
RECORDING_SYSTEM = "urn:uuid:7c9d6a1e-3f0b-4c58-8d0e-6a5a0f2f6b77"
# IEEE 11073-10101 MDC_ECG_ELEC_POTL_*
LEADS = {
    "I": "131329", "II": "131330", "III": "131389",
    "aVR": "131390", "aVL": "131391", "aVF": "131392",
    "V1": "131331", "V2": "131332", "V3": "131333",
    "V4": "131334", "V5": "131335", "V6": "131336",
}  # fmt: skip
NOTE = "Recorded by a wearable device. Unreviewed; not a standard 12-lead ECG."


def piece_id(recording_id: UUID, piece: int) -> UUID:
    """The id of a piece, the same every time."""
    return uuid5(NAMESPACE, f"{recording_id}/{piece}")


def samples_per_piece(recording: Recording) -> int:
    """How many sample times five minutes hold."""
    return round(PIECE_S * recording.sampling_rate_hz)


def wanted_pieces(target: SyncTarget) -> list[Wanted]:
    """Pieces that are whole, or as whole as they will get, and that the target lacks.

    The version of a piece is the number of samples in it: when late chunks fill a gap, it is
    sent again.
    """
    if not target.include_waveforms:
        return []
    recordings = Recording.objects.filter(
        kind=Recording.Kind.ECG, pairing__patient__in=patients_of(target)
    ).select_related("pairing")
    sent = _versions_there(target)
    return [piece for one in recordings for piece in _pieces(one) if _is_news(piece, sent)]


def _versions_there(target: SyncTarget) -> dict[str, int]:
    found = SyncReceipt.objects.filter(target=target, recording_id__isnull=False)
    return dict(found.values_list("fhir_id", "sent_version"))


def _is_news(piece: Wanted, sent: dict[str, int]) -> bool:
    return sent.get(piece.fhir_id, 0) < piece.version


def _pieces(recording: Recording) -> Iterator[Wanted]:
    size = samples_per_piece(recording)
    rows = list(
        ChunkReceipt.objects.filter(recording=recording).values_list("first_sample", "n_samples")
    )
    end = max((first + n for first, n in rows), default=0)
    for piece, n_samples in sorted(filled(rows, size).items()):
        if (piece + 1) * size <= end or recording.closed_at is not None:
            yield Wanted(
                "Observation",
                str(piece_id(recording.pk, piece)),
                piece_id(recording.pk, piece),
                recording.pairing.patient_id if recording.pairing else None,
                n_samples,
                recording_id=recording.pk,
                piece=piece,
                rank=WAVEFORM_RANK,
            )


def filled(chunks: Iterable[tuple[int, int]], size: int) -> dict[int, int]:
    """How many samples each piece holds.

    Args:
        chunks: First sample and number of samples of each chunk; one may span several pieces.
        size: Samples in a piece.

    >>> filled([(0, 10), (10, 25)], 10)
    {0: 10, 1: 10, 2: 10, 3: 5}
    """
    found: defaultdict[int, int] = defaultdict(int)
    for first, n_samples in chunks:
        for piece in range(first // size, (first + n_samples - 1) // size + 1):
            last = min(first + n_samples, (piece + 1) * size)
            found[piece] += last - max(first, piece * size)
    return dict(found)


def piece_resource(pending: SyncPending) -> Resource | None:
    """The Observation of one piece; None where the recording is nobody's (any more)."""
    from vitals.storage.reading import samples

    recording = (
        Recording.objects.select_related("pairing__patient", "device")
        .filter(pk=pending.recording_id)
        .first()
    )
    if recording is None or recording.pairing is None or pending.piece is None:
        return None
    size = samples_per_piece(recording)
    first = pending.piece * size
    values = samples(recording, first, size)
    start = recording.started_at + timedelta(seconds=first / recording.sampling_rate_hz)
    end = start + timedelta(seconds=len(values) / recording.sampling_rate_hz)
    return {
        "resourceType": "Observation",
        "id": pending.fhir_id,
        "identifier": [{"system": RECORDING_SYSTEM, "value": f"{recording.pk}/{pending.piece}"}],
        "status": "preliminary",
        "category": [_category()],
        "code": _code(),
        "subject": {"reference": recording.pairing.patient.reference},
        "effectivePeriod": {"start": moment_text(start), "end": moment_text(end)},
        "device": {"reference": recording.device.reference},
        "note": [{"text": NOTE}],
        "component": [
            _component(recording, channel, values[:, index])
            for index, channel in enumerate(recording.channels)
        ],
    }


def _category() -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {"coding": [{"system": system, "code": "procedure"}]}


def _code() -> Resource:
    return {
        "coding": [
            {"system": WAVEFORM_SYSTEM, "code": WAVEFORM_CODE, "display": "MDC_ECG_ELEC_POTL"},
            {"system": "http://loinc.org", "code": "11524-6", "display": "EKG study"},
        ],
        "text": "ECG recording",
    }


def _component(recording: Recording, channel: str, values: Any) -> Resource:
    lead = LEADS.get(channel)
    coding = {"system": WAVEFORM_SYSTEM, "code": lead, "display": f"MDC_ECG_ELEC_POTL_{channel}"}
    code: Resource = {"coding": [coding]} if lead else {}
    return {
        "code": code | {"text": f"ECG lead {channel}"},
        "valueSampledData": {
            "origin": {
                "value": 0,
                "unit": "uV",
                "system": "http://unitsofmeasure.org",
                "code": "uV",
            },
            "period": _decimal(1000 / recording.sampling_rate_hz),
            "factor": _decimal(recording.microvolt_per_step),
            "dimensions": 1,
            "data": sampled(values),
        },
    }


def _decimal(number: float) -> Decimal:
    """At most ten significant digits: 1000/360 has no end."""
    return Decimal(f"{number:.10g}")


def sampled(values: Any) -> str:
    """Integers separated by spaces, ``E`` where there is none (FHIR SampledData.data).

    >>> sampled(np.array([1, -32768, -3], dtype="<i2"))
    '1 E -3'
    """
    return " ".join(
        "E" if value == MISSING else str(value) for value in np.asarray(values).tolist()
    )
