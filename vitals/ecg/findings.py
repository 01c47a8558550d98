"""What one piece of a recording holds, as plain numbers that are kept beside the recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np

from vitals.ecg.arrays import IntArray, Span, Uint8Array
from vitals.ecg.beats.classes import kept_beats, letters
from vitals.ecg.hrv import PieceHrv
from vitals.ecg.intervals import PieceIntervals
from vitals.ecg.quality import Grade
from vitals.ecg.window import Segment

T = TypeVar("T")

GRADES: Final = {
    Grade.GOOD: "g",
    Grade.POOR: "p",
    Grade.NOISE: "n",
    Grade.NO_BEATS: "b",
    Grade.NO_SIGNAL: "s",
}
LETTERS: Final = {letter: grade for grade, letter in GRADES.items()}


@dataclass(frozen=True)
class Findings:
    """What one piece holds. Positions are samples of the recording.

    ``core``: the piece without its overlap. ``beats``: R peaks in it, shape (m,), none in rejected
    time. ``classes``: of each beat, shape (m,), see ``beats.classes``. ``rejected``: spans where
    none are claimed. ``pauses_after``: R peaks after which the signal is at rest for 2 s or more.
    ``segments``: its grades in order, all leads together. ``intervals``: of its average beat.
    ``hrv``: None with too few normal beats. ``lead_grades``: the same, lead by lead.
    ``lead_problems``: what is wrong with a lead, by its name as recorded. ``failed``: whether the
    piece could not be examined, for a fault of ours.
    """

    index: int
    core: Span
    beats: IntArray
    classes: Uint8Array
    rejected: tuple[Span, ...]
    pauses_after: IntArray
    segments: tuple[Segment, ...]
    intervals: PieceIntervals | None = None
    hrv: PieceHrv | None = None
    lead_grades: tuple[tuple[Grade, ...], ...] = ()
    lead_problems: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False

    def to_json(self) -> dict[str, Any]:
        """As plain lists and numbers; R peaks as the first one and steps, which are short."""
        return {
            "piece": self.index,
            "core": list(self.core),
            "beats": np.diff(self.beats, prepend=0).tolist(),
            "classes": letters(self.classes),
            "rejected": [list(span) for span in self.rejected],
            "pauses_after": self.pauses_after.tolist(),
            "segments": [[s.grade.value, s.agreement, s.likeness] for s in self.segments],
            "intervals": None if self.intervals is None else self.intervals.to_json(),
            "hrv": None if self.hrv is None else self.hrv.to_json(),
            "lead_grades": ["".join(GRADES[g] for g in lead) for lead in self.lead_grades],
            "lead_problems": dict(self.lead_problems),
            "failed": self.failed,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Findings:
        """Back from ``to_json``."""
        beats, classes = kept_beats(kept)
        return cls(
            index=kept["piece"],
            core=Span(*kept["core"]),
            beats=beats,
            classes=classes,
            rejected=tuple(Span(*span) for span in kept["rejected"]),
            pauses_after=np.array(kept["pauses_after"], dtype=np.int64),
            segments=tuple(Segment(Grade(g), a, ln) for g, a, ln in kept["segments"]),
            intervals=_back(PieceIntervals.from_json, kept["intervals"]),
            hrv=_back(PieceHrv.from_json, kept["hrv"]),
            lead_grades=tuple(tuple(LETTERS[g] for g in lead) for lead in kept["lead_grades"]),
            lead_problems=kept["lead_problems"],
            failed=kept["failed"],
        )


def _back(from_json: Callable[[Mapping[str, Any]], T], kept: Mapping[str, Any] | None) -> T | None:
    return None if kept is None else from_json(kept)
