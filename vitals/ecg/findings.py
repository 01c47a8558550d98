"""What one piece of a recording holds, as plain numbers that are kept beside the recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from vitals.ecg.arrays import IntArray, Span, Uint8Array
from vitals.ecg.quality import Grade
from vitals.ecg.window import Segment

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
    ``segments``: its grades in order, all leads together. ``lead_grades``: the same, lead by lead.
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
    lead_grades: tuple[tuple[Grade, ...], ...] = ()
    lead_problems: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False

    def to_json(self) -> dict[str, Any]:
        """As plain lists and numbers; R peaks as the first one and steps, which are short."""
        return {
            "piece": self.index,
            "core": list(self.core),
            "beats": np.diff(self.beats, prepend=0).tolist(),
            "classes": self.classes.tobytes().hex(),
            "rejected": [list(span) for span in self.rejected],
            "pauses_after": self.pauses_after.tolist(),
            "segments": [[s.grade.value, s.agreement, s.likeness] for s in self.segments],
            "lead_grades": ["".join(GRADES[g] for g in lead) for lead in self.lead_grades],
            "lead_problems": dict(self.lead_problems),
            "failed": self.failed,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Findings:
        """Back from ``to_json``."""
        return cls(
            index=kept["piece"],
            core=Span(*kept["core"]),
            beats=np.cumsum(np.array(kept["beats"], dtype=np.int64)),
            classes=np.frombuffer(bytes.fromhex(kept["classes"]), dtype=np.uint8),
            rejected=tuple(Span(*span) for span in kept["rejected"]),
            pauses_after=np.array(kept["pauses_after"], dtype=np.int64),
            segments=tuple(Segment(Grade(g), a, ln) for g, a, ln in kept["segments"]),
            lead_grades=tuple(tuple(LETTERS[g] for g in lead) for lead in kept["lead_grades"]),
            lead_problems=kept["lead_problems"],
            failed=kept["failed"],
        )
