"""The leads of one window together: the beats of the patient, what can be read, and the grades.

Of many leads the few that show a QRS best are heard by detectors; in the others the same beats are
looked up, to say how far each lead can be believed. A beat is claimed where at least one lead can
be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from vitals.ecg import voting
from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span
from vitals.ecg.leads import LEADS_FOR_R
from vitals.ecg.listening import Lead, listen
from vitals.ecg.peaks import REFRACTORY_S, TO_ENERGY_S, TO_PEAK_S
from vitals.ecg.quality import SEGMENT_S, Grade
from vitals.ecg.rhythm import PAUSE_S
from vitals.ecg.signal import Ecg
from vitals.ecg.window import Segment, Window

DETECTION_LEADS: Final = 3  # our choice: more leads hear the same noise of the same electrodes
STANDING_OUT: Final = 95.0  # percentile of QRS energy: a QRS takes more than 5 % of the time
MOST_STANDING_OUT: Final = 8.0  # beyond this no lead is better than another
NEXT_LEAD_COUNTS: Final = 0.5  # a second lead is worth half as much, a third a quarter
NEARLY_AS_STEADY: Final = 0.75  # R is looked for in the usual lead unless another is read longer

_WORST_FIRST: Final = (Grade.NO_SIGNAL, Grade.NO_BEATS, Grade.NOISE, Grade.POOR, Grade.GOOD)
_READ: Final = _WORST_FIRST.index(Grade.POOR)


@dataclass(frozen=True)
class Fused:
    """One window, all leads. Positions are samples of the window.

    ``windows``: one per lead. ``heard``: the leads that detectors heard. ``beats``: R of the
    patient's beats, shape (m,), none in what is ``rejected``, shape (n,). ``reference``: the lead
    on which each R lies, shape (m,). ``likeness``: of each beat to others on that lead, shape (m,).
    """

    ecg: Ecg
    windows: tuple[Window, ...]
    heard: tuple[int, ...]
    beats: IntArray
    rejected: BoolArray
    reference: IntArray
    likeness: FloatArray

    def grade(self, span: Span) -> Segment:
        """The grade of the best lead in ``span``."""
        return max((self.windows[at].grade(span) for at in self.heard), key=_rank)

    def long_intervals(self) -> tuple[IntArray, list[Span]]:
        """Sort the intervals of 2 s or more in which nothing is rejected.

        Returns:
            R peaks after which the signal rests until the next beat, in every lead that can be
            read best; and the spans in which it does not, where beats may have been missed.
        """
        long = np.flatnonzero(np.diff(self.beats) >= PAUSE_S * self.ecg.sampling_rate_hz)
        spans = [Span(int(self.beats[at]), int(self.beats[at + 1])) for at in long]
        read = [span for span in spans if not self.rejected[span.start : span.end].any()]
        at_rest = [span.start for span in read if self._is_at_rest(span)]
        unclear = [Span(span.start + 1, span.end) for span in read if span.start not in at_rest]
        return np.array(at_rest, dtype=np.int64), unclear

    def _is_at_rest(self, span: Span) -> bool:
        windows = [self.windows[at] for at in self.heard]
        ranks = [_rank(window.grade(span)) for window in windows]
        best = [w for w, rank in zip(windows, ranks, strict=True) if rank == max(ranks)]
        return max(ranks) >= _READ and all(window.is_at_rest(span) for window in best)


def fuse(ecg: Ecg) -> Fused:
    """Find the beats of one window in all its leads.

    Args:
        ecg: 1 lead or more, at least 10 s, 100 to 2,000 samples per second.

    Returns:
        Beats, grades and what was rejected; never raises for what the samples hold.
    """
    rate = ecg.sampling_rate_hz
    leads = [Lead.of(*ecg.lead(index), rate) for index in range(len(ecg.leads))]
    heard = _best_leads(leads)
    leads = [listen(lead) if at in heard else lead for at, lead in enumerate(leads)]
    spans = _segments(ecg.n_samples, rate)
    near = voting.seat([leads[at] for at in heard], spans).settled()
    leads = [lead if at in heard else _looked_up(lead, near) for at, lead in enumerate(leads)]
    windows = tuple(Window.on(lead, near) for lead in leads)
    return _put_together(ecg, windows, heard, near)


def _best_leads(leads: Sequence[Lead]) -> tuple[int, ...]:
    """The few leads in which a QRS stands out best, so that each 10 s has one or more of them."""
    if len(leads) <= DETECTION_LEADS:
        return tuple(range(len(leads)))
    clear = np.stack([_standing_out(lead) for lead in leads])
    taken: list[int] = []
    for _ in range(DETECTION_LEADS):
        gains = [-1.0 if at in taken else _gain(clear, [*taken, at]) for at in range(len(leads))]
        taken.append(int(np.argmax(gains)))
    return tuple(sorted(taken))


def _gain(clear: FloatArray, taken: list[int]) -> float:
    best_first = np.sort(clear[taken], axis=0)[::-1]
    return float((best_first.T * NEXT_LEAD_COUNTS ** np.arange(len(taken))).sum())


def _standing_out(lead: Lead) -> FloatArray:
    """For each 10 s, how many times the usual slope that of a QRS is; 0 where nothing is read."""
    result = []
    for span in _segments(len(lead.level), lead.sampling_rate_hz):
        energy = lead.traces.energy[span.start : span.end]
        usual, qrs = np.percentile(energy, [50, STANDING_OUT])
        times = np.sqrt(qrs / usual) if usual > 0 else 0.0
        result.append(min(float(times), MOST_STANDING_OUT))
    return np.array(result)


def _segments(n_samples: int, sampling_rate_hz: float) -> list[Span]:
    size = round(SEGMENT_S * sampling_rate_hz)
    return [Span(at, min(at + size, n_samples)) for at in range(0, n_samples, size)]


def _looked_up(lead: Lead, near: IntArray) -> Lead:
    """A lead that no detector heard, with the beats of the other leads in place of its own."""
    there = lead.relocated(near)
    return replace(lead, first=there, second=there)


def _put_together(
    ecg: Ecg, windows: tuple[Window, ...], heard: tuple[int, ...], near: IntArray
) -> Fused:
    rate = ecg.sampling_rate_hz
    spans = _segments(ecg.n_samples, rate)
    chosen = [windows[at] for at in heard]
    ranks = np.array([[_rank(window.grade(span)) for span in spans] for window in chosen])
    read = np.repeat(ranks >= _READ, [span.length for span in spans], axis=1)
    read &= np.stack([window.readable for window in chosen])
    ranks[_usual([ecg.leads[at] for at in heard], ranks)] += len(_WORST_FIRST)
    worth = ranks[:, near // round(SEGMENT_S * rate)]
    beats, reference, likeness = _on_reference(chosen, read, near, worth, rate)
    fused = Fused(
        ecg,
        windows,
        heard,
        beats,
        np.asarray(~read.any(axis=0)),
        np.array(heard)[reference],
        likeness,
    )
    for unclear in fused.long_intervals()[1]:
        fused.rejected[unclear.start : unclear.end] = True
    return fused


def _usual(names: Sequence[str], ranks: IntArray) -> int:
    """The lead in which R is looked for where it can be read: steady RR intervals need one lead."""
    read = (ranks >= _READ).sum(axis=1)
    enough = [at for at in range(len(names)) if read[at] >= NEARLY_AS_STEADY * read.max()]
    return min(enough, key=lambda at: (LEADS_FOR_R.get(names[at], len(LEADS_FOR_R)), at))


def _on_reference(
    windows: Sequence[Window],
    read: BoolArray,
    near: IntArray,
    worth: IntArray,
    sampling_rate_hz: float,
) -> tuple[IntArray, IntArray, FloatArray]:
    """R of each beat in the lead where it is worth most, which lead, and its likeness there.

    Args:
        windows: Of the leads that were heard.
        read: Where each of them can be read, shape (leads, n).
        near: Middles of the beats, shape (k,).
        worth: Of each lead at each of them, shape (leads, k).
        sampling_rate_hz: Samples per second.
    """
    reach = (TO_ENERGY_S + TO_PEAK_S) * sampling_rate_hz
    at = np.zeros(worth.shape, dtype=np.int64)
    alike, found = np.zeros(worth.shape), np.zeros(worth.shape, dtype=bool)
    for row, window in enumerate(windows):
        if not window.beats.size:
            continue
        index = _nearest(near, window.beats)
        at[row], alike[row] = window.beats[index], window.likeness[index]
        found[row] = (np.abs(at[row] - near) <= reach) & read[row, at[row]]
    best = np.where(found, worth, -1).argmax(axis=0)
    column = np.flatnonzero(found.any(axis=0))
    order = column[np.argsort(at[best[column], column], kind="stable")]
    beats = at[best[order], order]
    apart = np.diff(beats, prepend=-(2**40)) >= REFRACTORY_S * sampling_rate_hz
    kept = order[apart]
    return beats[apart], best[kept], alike[best[kept], kept]


def _nearest(positions: IntArray, others: IntArray) -> IntArray:
    """The index of the one of the ascending ``others`` that is nearest to each position."""
    after = np.clip(np.searchsorted(others, positions), 0, len(others) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.abs(others[before] - positions) <= np.abs(others[after] - positions)
    return np.where(nearer, before, after)


def _rank(segment: Segment) -> int:
    return _WORST_FIRST.index(segment.grade)
