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
from django.db.models import Exists, F, OuterRef, Q, Sum

from fhir.times import moment_text
from vitals.models import Pairing, Recording, SyncPending, SyncReceipt, SyncTarget
from vitals.storage.reading import end_sample, samples, shown
from vitals.storage.timing import time_of
from vitals.sync.cohort import WAVEFORM_CODE, WAVEFORM_SYSTEM, patients_of
from vitals.sync.outbox import Wanted
from vitals.sync.ranks import WAVEFORM_RANK

Resource = dict[str, Any]

PIECE_S = 300
WITHDRAWN = -1
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


def piece_id(recording: Recording, piece: int) -> UUID:
    """The id of a piece, the same every time; other if the recording turns out another's."""
    return uuid5(NAMESPACE, f"{recording.pk}/{recording.pairing_id}/{piece}")


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
    )
    mine = Sum("chunks__n_samples", filter=Q(chunks__pairing=F("pairing")))
    here = recordings.annotate(total=mine).values_list("pk", "total")
    sent = _samples_there(target)
    lacking = [pk for pk, total in here if (total or 0) != sent.get(pk, 0)]
    unfinished = recordings.filter(pk__in=lacking).select_related("pairing")
    return [piece for recording in unfinished for piece in _pieces(recording)]


def _samples_there(target: SyncTarget) -> dict[UUID | None, int]:
    pieces = SyncReceipt.objects.standing().filter(target=target, recording_id__isnull=False)
    totals = pieces.values("recording_id").annotate(total=Sum("sent_version"))
    return dict(totals.values_list("recording_id", "total"))


def strays(target: SyncTarget) -> list[Wanted]:
    """Pieces the target has of recordings that turned out to be somebody else's, or nobody's."""
    right = Recording.objects.filter(
        pk=OuterRef("recording_id"), pairing__patient=OuterRef("patient_id")
    )
    wrong = SyncReceipt.objects.standing().filter(
        ~Exists(right), target=target, recording_id__isnull=False
    )
    return [
        Wanted(
            one.type,
            one.fhir_id,
            one.record_id,
            one.patient_id,
            one.sent_version + 1,
            recording_id=one.recording_id,
            piece=WITHDRAWN,
            rank=WAVEFORM_RANK,
            recall=True,
        )
        for one in wrong
    ]


def _pieces(recording: Recording) -> Iterator[Wanted]:
    size = samples_per_piece(recording)
    rows = list(shown(recording).values_list("first_sample", "n_samples"))
    end = max((first + n for first, n in rows), default=0)
    for piece, n_samples in sorted(filled(rows, size).items()):
        if (piece + 1) * size <= end or recording.closed_at is not None:
            yield Wanted(
                "Observation",
                str(piece_id(recording, piece)),
                piece_id(recording, piece),
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
    """The Observation of one piece; None where the recording is not that patient's (any more)."""
    if pending.recording_id is None or pending.piece is None or pending.piece == WITHDRAWN:
        return None
    known = Recording.objects.select_related("pairing__patient", "device")
    recording = known.filter(pk=pending.recording_id).first()
    if recording is None or recording.pairing is None:
        return None
    if str(piece_id(recording, pending.piece)) != pending.fhir_id:
        return None
    return observation(recording, recording.pairing, pending.piece)


def observation(recording: Recording, pairing: Pairing, piece: int) -> Resource:
    """Samples ``piece`` × 5 min … of a recording as one Observation."""
    first = piece * samples_per_piece(recording)
    n = min(samples_per_piece(recording), end_sample(recording) - first)
    return {
        "resourceType": "Observation",
        "id": str(piece_id(recording, piece)),
        "identifier": [{"system": RECORDING_SYSTEM, "value": f"{recording.pk}/{piece}"}],
        "subject": {"reference": pairing.patient.reference},
        "device": {"reference": recording.device.reference},
        **measured(recording, first, n),
    }


def measured(recording: Recording, first: int, n: int) -> Resource:
    """What an Observation of ``n`` samples of an ECG from ``first`` on says, whoever wore it."""
    values = samples(recording, first, n)
    start = time_of(recording, first)
    return {
        "status": "preliminary",
        "category": [_category()],
        "code": _code(),
        "effectivePeriod": {
            "start": moment_text(start),
            "end": moment_text(start + timedelta(seconds=n / recording.sampling_rate_hz)),
        },
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
