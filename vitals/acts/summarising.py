"""A recording's summary as an Observation, so that charts and other systems know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from accounts import audit
from fhir import changes
from fhir.principal import SYSTEM
from patients.models import Observation
from patients.models.base import ENTERED_IN_ERROR
from vitals.acts.components import LOINC, OURS
from vitals.acts.ecg_components import ecg_components
from vitals.acts.motion_components import motion_components
from vitals.live import freshness, newest_reading
from vitals.models import Recording
from vitals.storage.drawing import hold
from vitals.storage.reading import shown

if TYPE_CHECKING:
    from vitals.models import Analysis, Pairing

MDC = "urn:iso:std:iso:11073:10101"
NOTE = "Preliminary, unreviewed computer reading. Nobody is notified. Not a monitor."
BETWEEN_VERSIONS = timedelta(minutes=5)


@dataclass(frozen=True)
class Kind:
    """How a kind of recording stands in a chart.

    Attributes:
        words: What it is called.
        category: Of the Observation.
        codings: What it is, in each code system; the first is the one that is shown.
        components: From the reading's result.
    """

    words: str
    category: str
    codings: tuple[dict[str, str], ...]
    components: Callable[[dict[str, Any]], list[dict[str, Any]]]


KINDS: dict[str, Kind] = {
    Recording.Kind.ECG: Kind(
        "ECG recording",
        "procedure",
        (
            {"system": MDC, "code": "131328", "display": "MDC_ECG_ELEC_POTL"},
            {"system": LOINC, "code": "11524-6", "display": "EKG study"},
        ),
        ecg_components,
    ),
    Recording.Kind.IMU: Kind(
        "Motion recording",
        "activity",
        ({"system": OURS, "code": "motion-recording", "display": "Motion recording"},),
        motion_components,
    ),
}


@transaction.atomic
def summarise(recording_id: UUID) -> Observation | None:
    """Write or refresh the summary: at most every 5 minutes while it runs, and once at its end.

    A summary of somebody who turned out not to have worn the device is marked entered in error.
    """
    hold(recording_id)
    recording = Recording.objects.select_related("device", "pairing__patient").get(pk=recording_id)
    recall(recording)
    analysis = newest_reading(recording)
    recording.analyses.readings().filter(final=True).update(charted=True)
    if recording.pairing is None or analysis is None or recording.kind not in KINDS:
        return None
    known = of_patient(recording, recording.pairing.patient_id)
    if known is None:
        return _first(recording, recording.pairing, analysis)
    return _next(known, recording, analysis)


def recall(recording: Recording) -> int:
    """Mark what stands in the charts of others; returns how many."""
    wearer = recording.pairing.patient_id if recording.pairing else None
    wrong = list(
        Observation.objects.standing().filter(source=source_of(recording)).exclude(patient=wearer)
        if wearer
        else Observation.objects.standing().filter(source=source_of(recording))
    )
    for observation in wrong:
        observation.status = ENTERED_IN_ERROR
        observation.notes = [*observation.notes, {"text": "The device was worn by somebody else."}]
        changes.update(observation, by=SYSTEM)
        audit.record(SYSTEM, "entered-in-error", observation)
    return len(wrong)


def of_patient(recording: Recording, patient_id: UUID) -> Observation | None:
    """The summary of this recording in this patient's chart."""
    found = Observation.objects.standing().filter(source=source_of(recording), patient=patient_id)
    return found.first()


def source_of(recording: Recording) -> str:
    """How a summary names its recording (meta.source)."""
    return f"urn:uuid:{recording.pk}"


def _first(recording: Recording, pairing: Pairing, analysis: Analysis) -> Observation:
    taken = Observation.objects.filter(pk=recording.pk).exists()
    again = f"{pairing.pk}/{Observation.objects.filter(source=source_of(recording)).count()}"
    kind = KINDS[recording.kind]
    shown_as = kind.codings[0]
    observation = Observation(
        id=uuid5(recording.pk, again) if taken else recording.pk,
        patient_id=pairing.patient_id,
        source=source_of(recording),
        categories=[kind.category],
        code_system=shown_as["system"],
        code_code=shown_as["code"],
        code_display=shown_as["display"],
        code_text=kind.words,
        device=recording.device.reference,
        notes=[{"text": NOTE}],
    )
    _fill(observation, recording, analysis)
    observation.extra = {"code": {"coding": list(kind.codings), "text": kind.words}}
    return changes.create(observation, by=SYSTEM)


def _next(known: Observation, recording: Recording, analysis: Analysis) -> Observation | None:
    if known.status != "preliminary":
        return None
    before = (known.effective_end, known.components)
    _fill(known, recording, analysis)
    if (known.effective_end, known.components) == before:
        return None
    if not analysis.final and timezone.now() - known.updated_at < BETWEEN_VERSIONS:
        return None
    return changes.update(known, by=SYSTEM)


def _fill(observation: Observation, recording: Recording, analysis: Analysis) -> None:
    first, last = span_of(recording)
    observation.status = "preliminary"
    observation.effective_start, observation.effective_end = first, last
    observation.issued_at = analysis.at
    observation.components = KINDS[recording.kind].components(analysis.result)


def span_of(recording: Recording) -> tuple[datetime, datetime | None]:
    """Corrected time of the first and after the last sample."""
    first = shown(recording).order_by("first_sample").defer("payload").first()
    start = first.start_time if first else recording.started_at
    return start, freshness(recording).last_sample_at
