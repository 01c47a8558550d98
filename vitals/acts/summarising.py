"""A recording's summary as an Observation, so that charts and other systems know of it."""

from __future__ import annotations

from dataclasses import dataclass
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
NOTE = "Preliminary, unreviewed computer reading. Nobody is notified. Not a monitor."
BETWEEN_VERSIONS = timedelta(minutes=5)


@dataclass(frozen=True)
class Number:
    """A value of the reading as a component.

    Attributes:
        path: Where it stands in the result.
        code: In our own code system.
        words: Its name.
        unit: As printed.
        ucum: The unit as a code.
        loinc: Code and display of LOINC, where one was verified.
        decimals: How exactly it is told.
    """

    path: tuple[str, ...]
    code: str
    words: str
    unit: str = ""
    ucum: str = "1"
    loinc: tuple[str, str] | None = None
    decimals: int | None = None


HEART_RATE = ("8867-4", "Heart rate")
PR = ("8625-6", "P-R Interval")
QRS = ("8633-0", "QRS duration")
QT = ("8634-8", "Q-T interval")
QTC = ("8636-3", "Q-T interval corrected")
NUMBERS = (
    Number(("rate_low",), "rate-low", "Lowest heart rate", "/min", "/min", HEART_RATE),
    Number(("rate_high",), "rate-high", "Highest heart rate", "/min", "/min", HEART_RATE),
    Number(
        ("rate_per_min", "mean"), "rate-mean", "Mean heart rate", "/min", "/min", HEART_RATE, 0
    ),
    Number(("n_pauses",), "pauses", "Pauses of 2 s or more"),
    Number(("longest_pause_s",), "longest-pause", "Longest pause", "s", "s"),
    Number(("intervals", "pr_ms"), "pr", "PR interval", "ms", "ms", PR, 0),
    Number(("intervals", "qrs_ms"), "qrs", "QRS duration", "ms", "ms", QRS, 0),
    Number(("intervals", "qt_ms"), "qt", "QT interval", "ms", "ms", QT, 0),
    Number(
        ("intervals", "qtc_fridericia_ms"), "qtc", "QTc interval (Fridericia)", "ms", "ms", QTC, 0
    ),
    Number(("ventricular", "beats"), "ventricular-beats", "Ventricular beats"),
    Number(("ventricular", "couplets"), "ventricular-couplets", "Ventricular couplets"),
    Number(("ventricular", "runs"), "ventricular-runs", "Ventricular runs"),
    Number(("af", "longest_s"), "possible-af-longest", "Longest possible atrial fibrillation",
           "s", "s", None, 0),
)  # fmt: skip
# Where the reading says why it withholds a value.
WITHHELD = (
    (("intervals", "withheld", "pr"), "PR"),
    (("intervals", "withheld", "qt"), "QT"),
    (("intervals", "withheld", "qtc"), "QTc"),
    (("ventricular", "withheld"), "Ventricular runs"),
    (("af", "withheld"), "Atrial fibrillation"),
)


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
    algorithm = f"{result['algorithm']} {result['algorithm_version']}"
    made_by = _text("algorithm", "Algorithm and version", algorithm)
    if result.get("not_analysable"):
        return [_text("not-analysable", "Not analysable", result["not_analysable"]), made_by]
    share = Number((), "share-analysable", "Share that could be read", "%", "%", None, 0)
    burden = Number((), "possible-af", "Time with possible atrial fibrillation", "%", "%", None, 1)
    made = [_number(share, 100 * result["share_analysable"])]
    told = ((number, _at(result, number.path)) for number in NUMBERS)
    made += [_number(number, value) for number, value in told if value is not None]
    if (part := _at(result, ("af", "burden"))) is not None:
        made.append(_number(burden, 100 * part))
    made.append(_text("regularity", "Regularity", result["regularity"]))
    reasons = [(words, reason) for path, words in WITHHELD if (reason := _at(result, path))]
    if reasons:
        said = "; ".join(f"{words}: {reason}" for words, reason in reasons)
        made.append(_text("withheld", "Withheld", said))
    return [*made, made_by]


def _at(result: dict[str, Any], path: tuple[str, ...]) -> Any:
    """What stands there; None where it is missing."""
    found: Any = result
    for name in path:
        found = (found or {}).get(name)
    return found


def _number(number: Number, value: float) -> dict[str, Any]:
    said = str(value) if number.decimals is None else f"{value:.{number.decimals}f}"
    quantity: dict[str, Any] = {"value": Decimal(said)}
    quantity |= {"unit": number.unit} if number.unit else {}
    return {
        "code": _code(number.code, number.words, number.loinc),
        "valueQuantity": quantity | {"system": UCUM, "code": number.ucum},
    }


def _text(code: str, words: str, value: str) -> dict[str, Any]:
    return {"code": _code(code, words, None), "valueString": value}


def _code(code: str, words: str, loinc: tuple[str, str] | None) -> dict[str, Any]:
    coding = [{"system": OURS, "code": code, "display": words}]
    if loinc:
        coding.append({"system": LOINC, "code": loinc[0], "display": loinc[1]})
    return {"coding": coding, "text": words}
