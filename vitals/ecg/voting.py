"""Which candidates are beats: the voters of all leads, each lead weighted by its trust.

A heart beats in all leads at once. So what some detectors see is first brought to one clock, the
middle of the QRS energy of all leads together; then each lead says which share of its voters sees
a beat there, and the shares are averaged by trust. Where that leaves doubt, arbiters are asked, and
only in the leads that can be believed there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span, true_spans
from vitals.ecg.listening import Lead, arbiters
from vitals.ecg.peaks import (
    SAME_BEAT_S,
    alone,
    distances,
    grouped,
    middles_of,
    taller_of_close,
)
from vitals.ecg.quality import (
    CLEAR_PROMINENCE,
    GOOD_LIKENESS,
    LEAST_AGREEMENT,
    LEAST_LIKENESS,
    LEAST_PROMINENCE,
    Evidence,
)
from vitals.ecg.window import Window

MOSTLY: Final = 0.5  # a candidate stands when more than half of the trusted voters see it
SURELY: Final = 0.7  # ... and nobody asks further when this share does, or only its complement
DISPUTE_S: Final = 5.0  # a dispute is settled for its whole 5 s window, 1 s beyond each end
DISPUTE_MARGIN_S: Final = 1.0
LEAST_TRUST: Final = 0.02  # of a lead that can be read at all: it decides where no other can
NEARLY_AS_GOOD: Final = 0.7  # a lead trusted this share of the best one is asked as well


@dataclass(frozen=True)
class Panel:
    """The leads that vote on one window.

    ``leads``: heard by the fast detectors. ``trust``: of each sample in each lead, 0 to 1, shape
    (n, leads); 0 where a lead is not readable. ``energy``: of the QRS in all leads, shape (n,).
    """

    leads: tuple[Lead, ...]
    trust: FloatArray
    energy: FloatArray

    @property
    def sampling_rate_hz(self) -> float:
        """Of all leads."""
        return self.leads[0].sampling_rate_hz

    def support(
        self, candidates: IntArray, voters: Sequence[Sequence[IntArray]], trust: FloatArray
    ) -> FloatArray:
        """The share of voters that see each candidate, averaged over leads.

        Args:
            candidates: Samples, shape (k,).
            voters: For each lead, what its voters found, on the clock of all leads.
            trust: Shape (n, leads).

        Returns:
            0 to 1, shape (k,); 0 where no lead is trusted.
        """
        tolerance = SAME_BEAT_S * self.sampling_rate_hz
        shares = np.stack(
            [
                np.mean([distances(candidates, seen) <= tolerance for seen in lead], axis=0)
                for lead in voters
            ],
            axis=1,
        )
        weights = trust[candidates]
        total = weights.sum(axis=1)
        return np.asarray(
            (weights * shares).sum(axis=1) / np.where(total > 0, total, 1.0), dtype=np.float64
        )

    def on_one_clock(self, positions: IntArray) -> IntArray:
        """Where the energy of all leads together is highest beside each position, ascending."""
        return np.unique(middles_of(positions, self.energy, self.sampling_rate_hz))

    def settled(self) -> IntArray:
        """The beats of the patient: middles of their QRS, ascending."""
        rate = self.sampling_rate_hz
        fast = [[self.on_one_clock(v) for v in (lead.first, lead.second)] for lead in self.leads]
        candidates = grouped([seen for lead in fast for seen in lead], SAME_BEAT_S * rate)
        support = self.support(candidates, fast, self.trust)
        doubtful = candidates[(support < SURELY) & (support > 1 - SURELY)]
        disputed = _dispute_windows(doubtful, len(self.energy), rate)
        sure = candidates[(support >= SURELY) & ~disputed[candidates]]
        beats = np.sort(np.concatenate([sure, self._arbitrated(disputed)]))
        return taller_of_close(beats, self.energy, rate)

    def _arbitrated(self, disputed: BoolArray) -> IntArray:
        """The beats in what is disputed."""
        if not disputed.any():
            return np.zeros(0, dtype=np.int64)
        asked = self._asked(disputed)
        voters = [
            [self.on_one_clock(vote) for vote in arbiters(lead, asked[:, at])]
            for at, lead in enumerate(self.leads)
            if asked[:, at].any()
        ]
        trust = (self.trust * asked)[:, asked.any(axis=0)]
        everyone = [seen for lead in voters for seen in lead]
        candidates = grouped(everyone, SAME_BEAT_S * self.sampling_rate_hz)
        candidates = candidates[disputed[candidates]]
        return candidates[self.support(candidates, voters, trust) > MOSTLY]

    def _asked(self, disputed: BoolArray) -> BoolArray:
        """Where the arbiters of each lead are asked, shape (n, leads)."""
        asked = np.zeros(self.trust.shape, dtype=bool)
        for span in true_spans(disputed):
            trust = self.trust[span.start : span.end].mean(axis=0)
            best = trust.max()
            asked[span.start : span.end] = (trust >= NEARLY_AS_GOOD * best) & (trust > 0)
        return asked


def seat(leads: Sequence[Lead], segments: Sequence[Span]) -> Panel:
    """Let leads vote, each with the trust that it earns in each segment.

    Args:
        leads: Heard by the fast detectors, over the same window.
        segments: All of the window, in order, about 10 s each.
    """
    lengths = [span.length for span in segments]
    trust = np.zeros((sum(lengths), len(leads)))
    energy = np.zeros(sum(lengths))
    for column, lead in enumerate(leads):
        own = _own_beats(lead)
        earned = [_trust(own.evidence(span)) for span in segments]
        trust[:, column] = np.repeat(earned, lengths) * lead.readable
        energy += trust[:, column] * lead.traces.energy / _usual_energy(own)
    return Panel(tuple(leads), trust, energy)


def _own_beats(lead: Lead) -> Window:
    """The lead with the beats that its two fast detectors share."""
    single = alone(lead.first, lead.second, SAME_BEAT_S * lead.sampling_rate_hz)
    return Window.on(lead, np.setdiff1d(lead.first, single))


def _usual_energy(window: Window) -> float:
    """Of a usual QRS; of the loudest twentieth of the time where no beat is agreed on."""
    if window.beats.size:
        usual = float(np.median(window.slope[window.beats]))
    else:
        usual = float(np.percentile(window.slope, 95))
    return usual**2 or 1.0


def _trust(evidence: Evidence) -> float:
    """How much a lead counts, 0 to 1, by the beats that its own fast detectors share."""
    ramps = (
        (evidence.agreement - LEAST_AGREEMENT) / (1 - LEAST_AGREEMENT),
        (evidence.mean_likeness - LEAST_LIKENESS) / (GOOD_LIKENESS - LEAST_LIKENESS),
        (evidence.prominence - LEAST_PROMINENCE) / (CLEAR_PROMINENCE - LEAST_PROMINENCE),
    )
    return max(LEAST_TRUST, float(np.prod(np.clip(ramps, 0.0, 1.0))))


def _dispute_windows(doubtful: IntArray, n_samples: int, sampling_rate_hz: float) -> BoolArray:
    disputed = np.zeros(n_samples, dtype=bool)
    size = round(DISPUTE_S * sampling_rate_hz)
    margin = round(DISPUTE_MARGIN_S * sampling_rate_hz)
    for window in np.unique(doubtful // size):
        part = Span(window * size - margin, (window + 1) * size + margin).clipped(0, n_samples)
        disputed[part.start : part.end] = True
    return disputed
