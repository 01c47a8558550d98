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
from scipy.ndimage import median_filter

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span, true_spans
from vitals.ecg.listening import Lead, arbiters, around
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
from vitals.ecg.window import BEFORE_NEXT_S, T_WAVE_S, Window

MOSTLY: Final = 0.5  # a candidate stands when more than half of the trusted voters see it
SURELY: Final = 0.7  # ... and nobody asks further when this share does
SURELY_NOT: Final = 0.2  # ... or when no more than this share does
TRUSTED: Final = 0.2  # a lead that may vouch for a beat alone, or speak against it by silence
SILENT_SLOPE: Final = 0.15  # of that of a usual QRS; beats across a lead had 0.16 and more
UNMISTAKABLE: Final = 0.95  # likeness; artefacts that both detectors took never had more than 0.92
LEAST_TRUST: Final = 0.02  # of a lead that can be read at all: it decides where no other can
LOUDEST: Final = 2.0  # times a usual QRS: an artefact does not move the beats of all leads
# A search back as in Pan & Tompkins 1985, who ask from 1.66 of the mean interval on; here only
# arbiters are asked, so it may begin where a small beat after a late one hides (measured on 201).
LONG_INTERVAL: Final = 1.4
INTERVALS_AROUND: Final = 9
FEWEST_FOR_GAPS: Final = 5
SKIPPED_ENERGY: Final = 0.3**2  # of a usual QRS; T waves have less
NEARLY_AS_GOOD: Final = 0.7  # a lead trusted this share of the best one is asked as well


@dataclass(frozen=True)
class Panel:
    """The leads that vote on one window.

    ``leads``: heard by the fast detectors. ``own``: each with the beats that its fast detectors
    share. ``trust``: of each sample in each lead, 0 to 1, shape (n, leads); 0 where a lead is not
    readable. ``energy``: of the QRS in all leads, shape (n,).
    """

    leads: tuple[Lead, ...]
    own: tuple[Window, ...]
    trust: FloatArray
    energy: FloatArray

    @property
    def sampling_rate_hz(self) -> float:
        """Of all leads."""
        return self.leads[0].sampling_rate_hz

    def support(self, candidates: IntArray, shares: FloatArray) -> FloatArray:
        """The share of voters that see each candidate, averaged over leads by trust.

        Args:
            candidates: Samples, shape (k,).
            shares: Of the voters of each lead, shape (k, leads).

        Returns:
            0 to 1, shape (k,); 0 where no lead is trusted, or where a trusted one is silent.
        """
        trust = self.trust[candidates]
        total = trust.sum(axis=1)
        weighed = (trust * shares).sum(axis=1) / np.where(total > 0, total, 1.0)
        return np.where(self._silent(candidates, shares), 0.0, weighed)

    def _silent(self, candidates: IntArray, shares: FloatArray) -> BoolArray:
        """Whether there is a trusted lead in which nobody sees anything and nothing moves."""
        slopes = [
            window.slope[middles_of(candidates, window.slope, self.sampling_rate_hz)]
            / np.sqrt(_usual_energy(window))
            for window in self.own
        ]
        still = (shares == 0.0) & (np.stack(slopes, axis=1) < SILENT_SLOPE)
        return np.asarray((still & (self.trust[candidates] >= TRUSTED)).any(axis=1))

    def _shares(self, candidates: IntArray, voters: Sequence[Sequence[IntArray]]) -> FloatArray:
        """For each candidate and lead the share of its voters that see it, shape (k, leads)."""
        tolerance = SAME_BEAT_S * self.sampling_rate_hz
        seen = [
            np.mean([distances(candidates, vote) <= tolerance for vote in lead], axis=0)
            for lead in voters
        ]
        return np.stack(seen, axis=1)

    def on_one_clock(self, positions: IntArray) -> IntArray:
        """Where the energy of all leads together is highest beside each position, ascending."""
        return np.unique(middles_of(positions, self.energy, self.sampling_rate_hz))

    def settled(self) -> IntArray:
        """The beats of the patient: middles of their QRS, ascending."""
        rate = self.sampling_rate_hz
        fast = [[self.on_one_clock(v) for v in (lead.first, lead.second)] for lead in self.leads]
        candidates = grouped([seen for lead in fast for seen in lead], SAME_BEAT_S * rate)
        shares = self._shares(candidates, fast)
        support = self.support(candidates, shares)
        surely = (support >= SURELY) | self._unmistakable(candidates, shares)
        doubtful = candidates[~surely & (support > SURELY_NOT)]
        skipped = self._skipped(np.union1d(candidates[surely], doubtful))
        disputed = around(np.union1d(doubtful, skipped), len(self.energy), rate)
        sure = candidates[surely & ~disputed[candidates]]
        beats = np.sort(np.concatenate([sure, self._arbitrated(disputed, fast)]))
        return taller_of_close(beats, self.energy, rate)

    def _skipped(self, beats: IntArray) -> IntArray:
        """Where in an interval that is long for its time something moves like a smaller QRS."""
        if len(beats) < FEWEST_FOR_GAPS:
            return np.zeros(0, dtype=np.int64)
        rate = self.sampling_rate_hz
        intervals = np.diff(beats)
        usual = median_filter(intervals, INTERVALS_AROUND, mode="nearest")
        least = SKIPPED_ENERGY * float(np.median(self.energy[beats]))
        places = []
        for at in np.flatnonzero(intervals > LONG_INTERVAL * usual):
            start = int(beats[at]) + round(T_WAVE_S * rate)
            gap = self.energy[start : int(beats[at + 1]) - round(BEFORE_NEXT_S * rate)]
            if gap.size and gap.max() >= least:
                places.append(start + int(gap.argmax()))
        return np.array(places, dtype=np.int64)

    def _unmistakable(self, candidates: IntArray, shares: FloatArray) -> BoolArray:
        """Whether in one trusted lead all voters see a candidate that looks like its other beats.

        Another lead may then be silent: a ventricular beat can lie across it.
        """
        seen = (shares == 1.0) & (self.trust[candidates] >= TRUSTED)
        for column, window in enumerate(self.own):
            asked = np.flatnonzero(seen[:, column])
            seen[asked, column] = window.resemblance(candidates[asked]) >= UNMISTAKABLE
        return np.asarray(seen.any(axis=1))

    def _arbitrated(self, disputed: BoolArray, fast: Sequence[Sequence[IntArray]]) -> IntArray:
        """The beats in what is disputed; a lead that is not asked keeps its fast votes."""
        if not disputed.any():
            return np.zeros(0, dtype=np.int64)
        asked = self._asked(disputed)
        slow = [
            [self.on_one_clock(vote) for vote in arbiters(lead, asked[:, at])]
            for at, lead in enumerate(self.leads)
        ]
        everyone = [seen for lead in (*slow, *fast) for seen in lead]
        candidates = grouped(everyone, SAME_BEAT_S * self.sampling_rate_hz)
        candidates = candidates[disputed[candidates]]
        shares = np.where(
            asked[candidates], self._shares(candidates, slow), self._shares(candidates, fast)
        )
        stands = self.support(candidates, shares) > MOSTLY
        return candidates[stands | self._unmistakable(candidates, shares)]

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
    windows = tuple(_own_beats(lead) for lead in leads)
    for column, (lead, own) in enumerate(zip(leads, windows, strict=True)):
        earned = [_trust(own.evidence(span)) for span in segments]
        trust[:, column] = np.repeat(earned, lengths) * lead.readable
        times_usual = np.minimum(lead.traces.energy / _usual_energy(own), LOUDEST)
        energy += trust[:, column] * times_usual
    return Panel(tuple(leads), windows, trust, energy)


def _own_beats(lead: Lead) -> Window:
    """The lead with the beats that its two fast detectors share."""
    single = alone(lead.first, lead.second, SAME_BEAT_S * lead.sampling_rate_hz)
    return Window.on(lead, np.setdiff1d(lead.first, single))


def _usual_energy(window: Window) -> float:
    """Of a usual QRS; of the loudest twentieth of the time where no beat is agreed on."""
    loud = window.slope[window.beats] if window.beats.size else window.slope
    if not loud.size:
        return 1.0
    usual = float(np.percentile(loud, 50 if window.beats.size else 95))
    return usual**2 or 1.0


def _trust(evidence: Evidence) -> float:
    """How much a lead counts, 0 to 1, by the beats that its own fast detectors share."""
    ramps = (
        (evidence.agreement - LEAST_AGREEMENT) / (1 - LEAST_AGREEMENT),
        (evidence.mean_likeness - LEAST_LIKENESS) / (GOOD_LIKENESS - LEAST_LIKENESS),
        (evidence.prominence - LEAST_PROMINENCE) / (CLEAR_PROMINENCE - LEAST_PROMINENCE),
    )
    return max(LEAST_TRUST, float(np.prod(np.clip(ramps, 0.0, 1.0))))
