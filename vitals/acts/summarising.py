"""A recording's summary as an Observation, so that charts and other systems know of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from accounts import audit
from fhir import changes
from fhir.principal import SYSTEM
from patients.models import Observation
from patients.models.base import ENTERED_IN_ERROR
from vitals.live import freshness, newest_reading
from vitals.models import Recording
from vitals.storage.drawing import hold
from vitals.storage.reading import shown

if TYPE_CHECKING:
    from vitals.models import Analysis, Pairing

MDC = "urn:iso:std:iso:11073:10101"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
OURS = "urn:uuid:4f1d6e0c-93a5-4c0f-8f0e-52c9a1f7d2b4"
WORDS = "ECG recording"
NOTE = "Preliminary, unreviewed computer reading of one lead. Nobody is notified. Not a monitor."
BETWEEN_VERSIONS = timedelta(minutes=5)
# name in the reading: code, words, unit as printed, UCUM, further LOINC code
NUMBERS = {
    "rate_low": ("rate-low", "Lowest heart rate", "/min", "/min", "8867-4"),
    "rate_high": ("rate-high", "Highest heart rate", "/min", "/min", "8867-4"),
    "n_pauses": ("pauses", "Pauses of 2 s or more", "", "1", ""),
    "longest_pause_s": ("longest-pause", "Longest pause", "s", "s", ""),
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
    if recording.pairing is None or analysis is None or recording.kind != Recording.Kind.ECG:
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
    observation = Observation(
        id=uuid5(recording.pk, again) if taken else recording.pk,
        patient_id=pairing.patient_id,
        source=source_of(recording),
        categories=["procedure"],
        code_system=MDC,
        code_code="131328",
        code_display="MDC_ECG_ELEC_POTL",
        code_text=WORDS,
        device=recording.device.reference,
        notes=[{"text": NOTE}],
    )
    _fill(observation, recording, analysis)
    codings = [
        {"system": MDC, "code": "131328", "display": "MDC_ECG_ELEC_POTL"},
        {"system": LOINC, "code": "11524-6", "display": "EKG study"},
    ]
    observation.extra = {"code": {"coding": codings, "text": WORDS}}
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
    observation.components = components(analysis.result)


def span_of(recording: Recording) -> tuple[datetime, datetime | None]:
    """Corrected time of the first and after the last sample."""
    first = shown(recording).order_by("first_sample").defer("payload").first()
    start = first.start_time if first else recording.started_at
    return start, freshness(recording).last_sample_at


def components(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The reading's numbers as Observation components; what was not read is not there."""
    if result.get("not_analysable"):
        return [_text("not-analysable", "Not analysable", result["not_analysable"])]
    share = Decimal(str(result["share_analysable"])) * 100
    made = [_number("share-analysable", "Share that could be read", f"{share:.0f}", "%", "%", "")]
    for name, (code, words, unit, ucum, loinc) in NUMBERS.items():
        if result.get(name) is not None:
            made.append(_number(code, words, str(result[name]), unit, ucum, loinc))
    made.append(_text("regularity", "Regularity", result["regularity"]))
    return made


def _number(code: str, words: str, value: str, unit: str, ucum: str, loinc: str) -> dict[str, Any]:
    quantity: dict[str, Any] = {"value": Decimal(value)} | ({"unit": unit} if unit else {})
    return {
        "code": _code(code, words, loinc),
        "valueQuantity": quantity | {"system": UCUM, "code": ucum},
    }


def _text(code: str, words: str, value: str) -> dict[str, Any]:
    return {"code": _code(code, words, ""), "valueString": value}


def _code(code: str, words: str, loinc: str) -> dict[str, Any]:
    coding = [{"system": OURS, "code": code, "display": words}]
    if loinc:
        coding.append({"system": LOINC, "code": loinc, "display": "Heart rate"})
    return {"coding": coding, "text": words}
