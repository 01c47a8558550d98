"""The forms in which a recording leaves, and how each is made of a stretch of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import uuid4

from django.utils import timezone

from fhir.codec import dumps
from fhir.times import moment_text
from patients.chart.person import person
from vitals.ecg.arrays import Span
from vitals.export import marks, spreadsheet, wfdb
from vitals.export.archive import Archive
from vitals.export.edf.header import Person, day_text
from vitals.export.edf.layout import Plan, Remark, Signal, plan
from vitals.export.edf.numbers import scaled
from vitals.export.edf.records import stream
from vitals.export.marks import Kind
from vitals.export.refusals import OnlyEcg
from vitals.export.stretch import SAMPLES_AT_ONCE, Stretch, cut
from vitals.models import Recording
from vitals.sync.waveforms import measured, samples_per_piece

if TYPE_CHECKING:
    from patients.models import Patient

SEX: Final = {"male": "M", "female": "F"}
MICROVOLT: Final = {"uV": 1.0, "mV": 1000.0}
# A grade of its own is said of what the computer could not read; good signal speaks for itself.
NOT_TOLD: Final = "signal quality: good"


@dataclass(frozen=True)
class Made:
    """A file as it is sent: its parts in order, and its size where that is known beforehand."""

    parts: Iterator[bytes]
    n_bytes: int | None = None


Make: TypeAlias = Callable[[Stretch, "Patient | None", str], Made]


@dataclass(frozen=True)
class Form:
    """One kind of file.

    Attributes:
        make: Is given the stretch, the patient if the file shall name them, and the file's name
            without its ending.
    """

    ending: str
    media_type: str
    make: Make


def as_edf(stretch: Stretch, patient: Patient | None, name: str) -> Made:  # noqa: ARG001
    """EDF+: signals, what is missing, the button, episodes and poor signal as annotations."""
    planned = edf_plan(stretch)
    named = _edf_person(patient) if patient else Person()
    equipment = stretch.recording.device.model_name
    parts = stream(planned, stretch.values, named, equipment, SAMPLES_AT_ONCE)
    return Made(parts, planned.file_bytes)


def edf_plan(stretch: Stretch) -> Plan:
    """The layout of the EDF+ file of a stretch."""
    recording = stretch.recording
    ecg = recording.kind == Recording.Kind.ECG
    if ecg:
        unit, step = scaled(recording.microvolt_per_step, MICROVOLT)
    else:
        unit, step = _unit(recording), recording.units_per_step
    signals = [Signal(f"ECG {name}" if ecg else name, unit, step) for name in recording.channels]
    told = [mark for mark in marks.marks(stretch) if mark.text != NOT_TOLD]
    remarks = [
        Remark(
            mark.span, mark.text if mark.kind is Kind.EVENT else f"Computer reading: {mark.text}"
        )
        for mark in told
    ]
    if remarks and (who := marks.reader(stretch)):
        remarks.insert(0, Remark(Span(stretch.span.start, stretch.span.start), who))
    local = timezone.localtime(stretch.starts_at)
    return plan(signals, stretch.rate_hz, local, stretch.runs, remarks)


def _edf_person(patient: Patient) -> Person:
    shown = person(patient)
    return Person(
        code=shown.number,
        sex=SEX.get(shown.gender, ""),
        born=day_text(shown.birth_date) if shown.birth_date else "",
        name=" ".join(filter(None, (shown.given, shown.family))),
    )


def as_wfdb(stretch: Stretch, patient: Patient | None, name: str) -> Made:  # noqa: ARG001
    """A WFDB record in a zip file: samples, header, annotations. It has no place for a name."""
    return Made(_wfdb_parts(stretch, name))


def _wfdb_parts(stretch: Stretch, name: str) -> Iterator[bytes]:
    recording = stretch.recording
    archive = Archive(timezone.localtime(stretch.starts_at))
    sums = wfdb.Sums(len(recording.channels))

    def data() -> Iterator[bytes]:
        for _span, block in stretch.pieces():
            sums.add(block)
            yield wfdb.samples(block)

    yield from archive.member(f"{name}.dat", data())
    yield from archive.member(f"{name}.hea", [_wfdb_header(stretch, name, sums).encode()])
    yield from archive.member(f"{name}.atr", [wfdb.annotation_file(wfdb_annotations(stretch))])
    yield from archive.end()


def _wfdb_header(stretch: Stretch, name: str, sums: wfdb.Sums) -> str:
    recording = stretch.recording
    if recording.kind == Recording.Kind.ECG:
        unit, step = "mV", recording.microvolt_per_step / MICROVOLT["mV"]
    else:
        unit, step = _unit(recording) or "NU", recording.units_per_step
    signals = [wfdb.Signal(channel, unit, step) for channel in recording.channels]
    missing = stretch.span.length - sum(run.length for run in stretch.runs)
    comments = [
        f"Begins {moment_text(stretch.starts_at)}. Samples of -32768 were not measured; "
        f"{missing} were not received.",
        marks.reader(stretch) or "Nobody has read this recording: there are no beats.",
    ]
    local = timezone.localtime(stretch.starts_at)
    return wfdb.header(name, signals, stretch.rate_hz, local, sums, comments)


def wfdb_annotations(stretch: Stretch) -> list[wfdb.Annotation]:
    """Beats with their classes, and what else is known, from the first sample of the stretch."""
    first = stretch.span.start
    found = [
        wfdb.Annotation(sample - first, wfdb.BEATS.get(letter, wfdb.BEATS["Q"]))
        for sample, letter in marks.beats(stretch)
    ]
    who = marks.reader(stretch)
    if who:
        found.append(wfdb.Annotation(wfdb.FIRST_NOTE, wfdb.NOTE, who))
    for mark in marks.marks(stretch):
        code = wfdb.QUALITY if mark.kind is Kind.QUALITY else wfdb.NOTE
        start, end = mark.span.start - first, mark.span.end - first
        if code == wfdb.NOTE:
            start = max(start, wfdb.FIRST_NOTE)
        if mark.kind is Kind.EPISODE:
            found.append(wfdb.Annotation(start, code, f"{mark.text}: begins"))
            found.append(wfdb.Annotation(end - 1, code, f"{mark.text}: ends"))
        else:
            found.append(wfdb.Annotation(start, code, mark.text))
    return sorted(found, key=lambda item: item.sample)


def as_csv(stretch: Stretch, patient: Patient | None, name: str) -> Made:  # noqa: ARG001
    """A table for spreadsheets and scripts. It has no place for a name."""
    return Made(_csv_parts(stretch))


def _csv_parts(stretch: Stretch) -> Iterator[bytes]:
    recording = stretch.recording
    unit = recording.unit
    yield spreadsheet.line(
        [
            "sample",
            f"seconds from {moment_text(stretch.starts_at)}",
            *(f"{channel} ({unit})" for channel in recording.channels),
            "beat (preliminary computer reading)",
            "note",
        ]
    )
    yield from spreadsheet.rows(
        stretch.received(), stretch.seconds, recording.units_per_step, csv_marks(stretch), 2
    )


def csv_marks(stretch: Stretch) -> Mapping[int, tuple[str, str]]:
    """The cells of beat and note, by sample."""
    notes: defaultdict[int, list[str]] = defaultdict(list)
    for before, after in zip(stretch.runs, stretch.runs[1:], strict=False):
        notes[after.start].append(f"{after.start - before.end} samples before were not received")
    received = iter(stretch.runs)
    run = next(received)
    for mark in marks.marks(stretch):
        while mark.span.start >= run.end and (following := next(received, None)):
            run = following
        notes[max(mark.span.start, run.start)].append(mark.text)
    letters = dict(marks.beats(stretch))
    places = sorted(notes.keys() | letters.keys())
    return {place: (letters.get(place, ""), "; ".join(notes.get(place, ()))) for place in places}


def as_fhir(stretch: Stretch, patient: Patient | None, name: str) -> Made:  # noqa: ARG001
    """Observations with SampledData, at most five minutes each, in a Bundle (collection).

    Raises:
        OnlyEcg: There is no agreed code for other signals.
    """
    if stretch.recording.kind != Recording.Kind.ECG:
        raise OnlyEcg
    return Made(_fhir_parts(stretch, patient))


def _fhir_parts(stretch: Stretch, patient: Patient | None) -> Iterator[bytes]:
    recording = stretch.recording
    subject = {"subject": _fhir_subject(patient)} if patient else {}
    yield b'{"resourceType":"Bundle","type":"collection","entry":['
    between = b""
    for run in stretch.runs:
        for part in cut(run, samples_per_piece(recording)):
            body = measured(recording, part.start, part.length) | subject
            entry: dict[str, Any] = {
                "fullUrl": f"urn:uuid:{uuid4()}",
                "resource": {"resourceType": "Observation", **body},
            }
            yield between + dumps(entry)
            between = b","
    yield b"]}"


def _fhir_subject(patient: Patient) -> dict[str, Any]:
    shown = person(patient)
    subject: dict[str, Any] = {"reference": patient.reference, "display": patient.name.listed}
    if shown.number:
        subject["identifier"] = {"value": shown.number}
    return subject


def _unit(recording: Recording) -> str:
    """The unit, where there is one for all channels."""
    return "" if recording.unit == "mixed" else recording.unit


FORMS: Final[dict[str, Form]] = {
    "edf": Form("edf", "application/octet-stream", as_edf),
    "wfdb": Form("zip", "application/zip", as_wfdb),
    "csv": Form("csv", "text/csv; charset=utf-8", as_csv),
    "fhir": Form("json", "application/fhir+json", as_fhir),
}
