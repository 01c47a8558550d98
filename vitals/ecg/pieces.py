"""One piece of a recording examined alone.

What is found in it is a function of the samples of its window only, whenever they came and
whichever process looked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitals.ecg import grid, hrv, intervals
from vitals.ecg.arrays import Span, true_spans
from vitals.ecg.beats.classify import classify
from vitals.ecg.findings import Findings
from vitals.ecg.fusion import fuse
from vitals.ecg.lead_checks import lead_problems
from vitals.ecg.quality import Grade
from vitals.ecg.signal import Ecg
from vitals.ecg.window import Segment


@dataclass(frozen=True)
class Excerpt:
    """What one piece is examined on.

    ``n_samples``: length of the recording so far. ``ecg``: the samples of ``grid.window_span``.
    """

    index: int
    n_samples: int
    ecg: Ecg

    @property
    def core(self) -> Span:
        """The piece without its overlap, in samples of the recording."""
        return grid.core_span(self.index, self.n_samples, self.ecg.sampling_rate_hz)

    @property
    def start(self) -> int:
        """Where in the recording the excerpt begins."""
        return grid.window_span(self.index, self.n_samples, self.ecg.sampling_rate_hz).start

    @property
    def segments(self) -> list[Span]:
        """What is graded, in samples of the excerpt."""
        rate = self.ecg.sampling_rate_hz
        spans = grid.segments_of(self.index, self.n_samples, rate)
        return [shifted(span, -self.start) for span in spans]


def examine(excerpt: Excerpt) -> Findings:
    """Examine one piece."""
    fused = fuse(excerpt.ecg)
    graded = [fused.grade(part) for part in excerpt.segments]
    rejected = fused.rejected.copy()
    for part, segment in zip(excerpt.segments, graded, strict=True):
        rejected[part.start : part.end] |= not segment.grade.analysed
    core = shifted(excerpt.core, -excerpt.start)
    classes = classify(fused)
    kept = (fused.beats >= core.start) & (fused.beats < core.end) & ~rejected[fused.beats]
    beats = fused.beats[kept] + excerpt.start
    unread = true_spans(rejected[core.start : core.end])
    spans = tuple(shifted(part, excerpt.core.start) for part in unread)
    pauses, _ = fused.long_intervals()
    rate = excerpt.ecg.sampling_rate_hz
    return Findings(
        index=excerpt.index,
        core=excerpt.core,
        beats=beats,
        classes=classes[kept],
        rejected=spans,
        pauses_after=np.intersect1d(pauses + excerpt.start, beats),
        segments=tuple(graded),
        intervals=intervals.measure(fused, classes, core, excerpt.start),
        hrv=hrv.of_piece(beats, classes[kept], spans, excerpt.core, rate),
        lead_grades=tuple(
            tuple(window.grade(part).grade for part in excerpt.segments) for window in fused.windows
        ),
        lead_problems=lead_problems(fused),
    )


def not_examined(excerpt: Excerpt) -> Findings:
    """A piece whose examination failed: all of it rejected, and no more said."""
    none = np.zeros(0, dtype=np.int64)
    unread = Segment(Grade.NO_SIGNAL, 0.0, 0.0)
    return Findings(
        index=excerpt.index,
        core=excerpt.core,
        beats=none,
        classes=none.astype(np.uint8),
        rejected=(excerpt.core,),
        pauses_after=none,
        segments=(unread,) * len(excerpt.segments),
        failed=True,
    )


def shifted(span: Span, by: int) -> Span:
    """The span ``by`` samples later."""
    return Span(span.start + by, span.end + by)
