"""The part of a recording that leaves: which samples were received in it, and when it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import F

from vitals.ecg.arrays import Span, joined
from vitals.export.refusals import NothingToExport, TooLongToExport
from vitals.storage.reading import samples, shown
from vitals.storage.timing import time_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from vitals.models import Recording
    from vitals.storage.codec import Int16Array

# What stands in memory of a recording at one time: 4 MiB of 16 channels.
SAMPLES_AT_ONCE: Final = 2**17
LONGEST_S: Final = 31 * 24 * 3600


@dataclass(frozen=True)
class Stretch:
    """Samples of a recording, from the first to the last that was received in the asked range.

    Attributes:
        recording: Whose samples they are.
        span: Samples of the recording, first and end.
        starts_at: Corrected time of the first.
        runs: Within ``span``, what was received without a gap; ascending, neither touching nor
            overlapping. Samples in a run may still be missing: the device said so.
    """

    recording: Recording
    span: Span
    starts_at: datetime
    runs: tuple[Span, ...]

    @property
    def rate_hz(self) -> float:
        """Samples per second."""
        return self.recording.sampling_rate_hz

    def seconds(self, sample: int) -> float:
        """Time of a sample of the recording, from the first of the stretch on."""
        return (sample - self.span.start) / self.rate_hz

    def values(self, span: Span) -> Int16Array:
        """Samples of the recording, int16 (n, channels); −32768 where there is none."""
        return samples(self.recording, span.start, span.length)

    def pieces(self) -> Iterator[tuple[Span, Int16Array]]:
        """All of it in pieces, gaps included: the samples of each as ``values`` gives them."""
        for part in cut(self.span, SAMPLES_AT_ONCE):
            yield part, self.values(part)

    def received(self) -> Iterator[tuple[Span, Int16Array]]:
        """The runs in pieces, without the gaps between them."""
        for run in self.runs:
            for part in cut(run, SAMPLES_AT_ONCE):
                yield part, self.values(part)


def cut(span: Span, size: int) -> Iterator[Span]:
    """Parts of ``size`` samples; the last may be shorter.

    >>> list(cut(Span(3, 8), 4))
    [Span(start=3, end=7), Span(start=7, end=8)]
    """
    for start in range(span.start, span.end, size):
        yield Span(start, min(start + size, span.end))


def stretch_of(recording: Recording, asked: Span) -> Stretch:
    """What was received among the ``asked`` samples of a recording.

    Raises:
        NothingToExport: Nothing was.
        TooLongToExport: It lasts longer than a month.
    """
    chunks = (
        shown(recording)
        .annotate(stop=F("first_sample") + F("n_samples"))
        .filter(first_sample__lt=asked.end, stop__gt=asked.start)
        .values_list("first_sample", "stop")
    )
    runs = joined(Span(*chunk).clipped(*asked) for chunk in chunks)
    if not runs:
        raise NothingToExport
    span = Span(runs[0].start, runs[-1].end)
    if span.length > LONGEST_S * recording.sampling_rate_hz:
        raise TooLongToExport
    return Stretch(recording, span, time_of(recording, span.start), tuple(runs))
