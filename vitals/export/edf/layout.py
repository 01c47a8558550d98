"""Which samples stand in which record of an EDF+ file, and what its annotations will need."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np

from vitals.ecg.arrays import IntArray, Span
from vitals.export.edf.numbers import number

MOST_RECORD_BYTES: Final = 61_440  # the largest record that the specification recommends
RECORD_S: Final = (10, 5, 2, 1)
# A rate such as 249.7 Hz has a whole number of samples in 10 s only.
LONGEST_WHOLE_S: Final = 20
NOT_MEASURED: Final = "Not measured"
IN_PART: Final = "Not measured in part"
AFTER_THE_END: Final = "After the end"
MOST_REMARKS: Final = 8
ONSET_BYTES: Final = 24
LONGEST: Final = Span(0, 2**50)


@dataclass(frozen=True)
class Signal:
    """One channel as the header describes it: ``unit_per_step`` is in ``unit``."""

    label: str
    unit: str
    unit_per_step: float


@dataclass(frozen=True)
class Remark:
    """Something to be said about samples ``span`` of the recording; of one channel, or of all."""

    span: Span
    text: str
    channel: int | None = None


@dataclass(frozen=True)
class Plan:
    """How the samples are laid out in records, known before the first of them is read.

    Attributes:
        signals: One per channel.
        rate_hz: Samples per second.
        starts_at: Local time of the first sample.
        end: Index after the last sample that is written; a last record that reaches further is
            filled up.
        firsts: First sample of each record, samples of the recording, shape (n,), ascending.
        record: Samples per channel in a record.
        remarks: What is known beforehand, by the record that tells it.
        notes_bytes: Bytes for annotations in each record.
    """

    signals: tuple[Signal, ...]
    rate_hz: float
    starts_at: datetime
    end: int
    firsts: IntArray
    record: int
    remarks: Mapping[int, Sequence[Remark]] = field(default_factory=dict)
    notes_bytes: int = 0

    @property
    def duration(self) -> str:
        """Seconds of a record, as the header has it."""
        return number(self.record / self.rate_hz)

    @property
    def continuous(self) -> bool:
        """Whether each record follows the one before, at the time that the header promises."""
        exact = math.isclose(float(self.duration) * self.rate_hz, self.record, rel_tol=1e-12)
        return exact and bool((np.diff(self.firsts) == self.record).all())

    @property
    def record_bytes(self) -> int:
        """Size of a record."""
        return 2 * self.record * len(self.signals) + self.notes_bytes

    @property
    def file_bytes(self) -> int:
        """Size of the file."""
        return 256 * (len(self.signals) + 2) + len(self.firsts) * self.record_bytes

    def onset(self, sample: int) -> float:
        """Seconds from the whole second that the header names."""
        return self.starts_at.microsecond / 1e6 + (sample - int(self.firsts[0])) / self.rate_hz


def plan(
    signals: Sequence[Signal],
    rate_hz: float,
    starts_at: datetime,
    runs: Sequence[Span],
    remarks: Iterable[Remark] = (),
) -> Plan:
    """Lay out the samples of ``runs`` (ascending, not empty) in records."""
    record = record_size(rate_hz, len(signals), runs)
    firsts = record_firsts(runs, record)
    bare = Plan(tuple(signals), rate_hz, starts_at, runs[-1].end, firsts, record)
    placed = _placed([*remarks, *_unrecorded(bare)], firsts)
    most = max((sum(len(told(bare, each)) for each in some) for some in placed.values()), default=0)
    # Of each channel at most two stretches without samples end in one record.
    ends = sum(2 * len(told(bare, Remark(LONGEST, IN_PART, n))) for n in range(len(signals)))
    need = ONSET_BYTES + most + ends
    return replace(bare, remarks=placed, notes_bytes=need + need % 2)


def record_size(rate_hz: float, n_channels: int, runs: Sequence[Span]) -> int:
    """Samples per channel in a record: of whole seconds where the rate allows it.

    The longest of 10, 5, 2 and 1 s that cuts no run short; else the shortest. What is shorter than
    ten seconds and has no gap is one record.
    """
    whole = next(
        (s for s in range(1, LONGEST_WHOLE_S + 1) if float(s * rate_hz).is_integer()), None
    )
    unit = max(1, round((whole or 1) * rate_hz))
    sizes = [unit * factor for factor in RECORD_S] if whole == 1 else [unit]
    if len(runs) == 1 and runs[0].length <= RECORD_S[0] * rate_hz:
        sizes = [runs[0].length, *sizes]
    fitting = (
        size
        for size in sizes
        if 2 * size * n_channels <= MOST_RECORD_BYTES and all(not r.length % size for r in runs)
    )
    return next(fitting, unit)


def record_firsts(runs: Sequence[Span], size: int) -> IntArray:
    """The first sample of each record: records begin where samples do and never overlap.

    >>> record_firsts([Span(0, 25), Span(28, 32), Span(100, 101)], 10)
    array([  0,  10,  20,  30, 100])
    """
    found: list[IntArray] = []
    at = 0
    for run in runs:
        start = max(at, run.start)
        if start < run.end:
            found.append(np.arange(start, run.end, size, dtype=np.int64))
            at = int(found[-1][-1]) + size
    return np.concatenate(found)


def _unrecorded(bare: Plan) -> Iterator[Remark]:
    """What no record covers, and what of the last one is filled up."""
    stops = bare.firsts + bare.record
    for index in np.flatnonzero(bare.firsts[1:] > stops[:-1]):
        yield Remark(Span(int(stops[index]), int(bare.firsts[index + 1])), NOT_MEASURED)
    if stops[-1] > bare.end:
        yield Remark(Span(bare.end, int(stops[-1])), AFTER_THE_END)


def _placed(remarks: list[Remark], firsts: IntArray) -> dict[int, list[Remark]]:
    """Each remark in the record it belongs to; evenly where too many belong to one."""
    ordered = sorted(remarks, key=lambda remark: remark.span)
    starts = np.array([remark.span.start for remark in ordered], dtype=np.int64)
    places = np.clip(np.searchsorted(firsts, starts, side="right") - 1, 0, None)
    if len(places) and np.bincount(places).max() > MOST_REMARKS:
        places = np.arange(len(ordered)) * len(firsts) // len(ordered)
    placed: dict[int, list[Remark]] = {}
    for place, remark in zip(places.tolist(), ordered, strict=True):
        placed.setdefault(place, []).append(remark)
    return placed


def told(planned: Plan, remark: Remark) -> bytes:
    """A remark as a time-stamped annotation list."""
    start, length = planned.onset(remark.span.start), remark.span.length / planned.rate_hz
    text = remark.text
    if remark.channel is not None:
        text += f"@@{planned.signals[remark.channel].label}"
    printable = "".join(sign for sign in text if sign.isprintable())
    return b"+%s\x15%s\x14%s\x14\x00" % (
        seconds_text(start),
        seconds_text(length),
        printable.encode(),
    )


def seconds_text(seconds: float) -> bytes:
    text = f"{seconds:.6f}".rstrip("0").rstrip(".")
    return text.encode()
