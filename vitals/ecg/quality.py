"""How far each 10 s can be believed, and what is noise.

Noise is told by beats that do not look alike: a heart repeats itself, also with ectopic beats,
which look like each other; noise does not. A wave that repeats but never stands out (mains hum, a
swinging cable) is noise too. Where beats look alike but the detectors disagree, quality is poor.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span, within
from vitals.ecg.peaks import SAME_BEAT_S, alone

SEGMENT_S: Final = 10.0

BEFORE_R_S: Final = 0.2  # what of a beat is compared: P–R to the middle of ST
AFTER_R_S: Final = 0.3
# A beat is held against the few others most alike, so that a short run of V beats passes: against
# 8, in a short recording against a quarter of all. With fewer than 3 nothing is said to repeat.
COMPANIONS: Final = 8
COMPANION_SHARE: Final = 4
FEWEST_COMPANIONS: Final = 3

# All measured, see docs/adr/0005-first-ecg-analysis.md. Likeness: 24 MIT-BIH records never fall
# below 0.87 outside flutter; white, pink and brown noise never rise above 0.74.
LEAST_LIKENESS: Final = 0.80
GOOD_LIKENESS: Final = 0.90
LEAST_PROMINENCE: Final = 2.0  # a sine wave has √2
LEAST_AGREEMENT: Final = 0.50
GOOD_AGREEMENT: Final = 0.90
# Electrode motion makes waves like a QRS (NSTDB 118e00): unclear, and some of them unlike the rest.
CLEAR_PROMINENCE: Final = 5.0
LEAST_MEAN_LIKENESS: Final = 0.90
CERTAIN_LIKENESS: Final = 0.95  # half of the beats are the same; electrode motion stays below 0.92
QRS_HALF_S: Final = 0.1  # within this of R the signal counts as beat, outside as background


class Grade(StrEnum):
    """What 10 s are worth. The first two are analysed, the others rejected."""

    GOOD = "good"
    POOR = "poor"
    NOISE = "noise"
    NO_BEATS = "no beats found"
    NO_SIGNAL = "no signal"

    @property
    def analysed(self) -> bool:
        """Whether beats may be claimed here."""
        return self in {Grade.GOOD, Grade.POOR}


@dataclass(frozen=True)
class Evidence:
    """What a grade rests on, for one stretch.

    ``n_beats``; ``agreement`` of the two fast detectors, 0 to 1; ``likeness`` of the beats to
    their companions, -1 to 1, as median and ``mean_likeness``; ``prominence`` of R over the
    background, ≥ 0.
    """

    n_beats: int
    agreement: float
    likeness: float
    mean_likeness: float
    prominence: float


def grade(evidence: Evidence) -> Grade:
    """The grade that this evidence earns."""
    if evidence.n_beats == 0:
        return Grade.NO_BEATS
    if _is_noise(evidence):
        return Grade.NOISE
    if evidence.likeness < GOOD_LIKENESS or evidence.agreement < GOOD_AGREEMENT:
        return Grade.POOR
    return Grade.GOOD


def _is_noise(evidence: Evidence) -> bool:
    return (
        evidence.likeness < LEAST_LIKENESS
        or evidence.prominence < LEAST_PROMINENCE
        or _is_disputed(evidence)
        or _is_unclear(evidence)
    )


def _is_disputed(evidence: Evidence) -> bool:
    """The fast detectors differ, and what the arbiters made of it is not of one kind either."""
    alike = min(evidence.likeness, evidence.mean_likeness) >= GOOD_LIKENESS
    return evidence.agreement < LEAST_AGREEMENT and not alike


def _is_unclear(evidence: Evidence) -> bool:
    """Little stands out, and some of it is unlike the rest without being a beat of another kind."""
    certain = evidence.agreement >= GOOD_AGREEMENT and evidence.likeness >= CERTAIN_LIKENESS
    odd = evidence.prominence < CLEAR_PROMINENCE and evidence.mean_likeness < LEAST_MEAN_LIKENESS
    return odd and not certain


def cut_beats(shape_uv: FloatArray, beats: IntArray, sampling_rate_hz: float) -> FloatArray:
    """The beats cut out of a run, each of mean 0 and length 1.

    Args:
        shape_uv: The band-passed run, shape (n,).
        beats: Samples of R, shape (m,).
        sampling_rate_hz: Samples per second.

    Returns:
        Shape (m, w).
    """
    offsets = np.arange(-round(BEFORE_R_S * sampling_rate_hz), round(AFTER_R_S * sampling_rate_hz))
    cut = shape_uv[np.clip(beats[:, None] + offsets, 0, len(shape_uv) - 1)]
    cut = cut - cut.mean(axis=1, keepdims=True)
    size = np.linalg.norm(cut, axis=1, keepdims=True)
    return np.asarray(cut / np.where(size > 0, size, 1.0), dtype=np.float64)


def likeness(cut: FloatArray) -> FloatArray:
    """How much each beat resembles its companions.

    Args:
        cut: Beats as ``cut_beats`` gives them, shape (m, w).

    Returns:
        Mean correlation with the 3 to 8 most alike others, shape (m,); 0 with fewer than 3 others.
    """
    return resemblance(cut, cut, ~np.eye(len(cut), dtype=bool))


def resemblance(cut: FloatArray, others: FloatArray, apart: BoolArray) -> FloatArray:
    """How much each beat resembles those of ``others`` that are most like it.

    Args:
        cut: Beats as ``cut_beats`` gives them, shape (k, w).
        others: The same of other beats, shape (m, w).
        apart: False where one is the other, shape (k, m).

    Returns:
        As ``likeness``, shape (k,); 0 with fewer than 4 others.
    """
    if len(others) <= FEWEST_COMPANIONS or not len(cut):
        return np.zeros(len(cut))
    companions = min(COMPANIONS, max(FEWEST_COMPANIONS, len(others) // COMPANION_SHARE))
    correlation = np.where(apart, cut @ others.T, -1.0)
    closest = np.partition(correlation, -companions, axis=1)[:, -companions:]
    return np.asarray(closest.mean(axis=1), dtype=np.float64)


def agreement(first: IntArray, second: IntArray, span: Span, sampling_rate_hz: float) -> float:
    """Share of two detectors' beats in ``span`` that the other has too; 0 without any."""
    inside = within(first, span), within(second, span)
    total = len(inside[0]) + len(inside[1])
    if not total:
        return 0.0
    tolerance = SAME_BEAT_S * sampling_rate_hz
    single = len(alone(inside[0], second, tolerance)) + len(alone(inside[1], first, tolerance))
    return 1.0 - single / total


def prominence(
    height_uv: FloatArray, beats: IntArray, considered: BoolArray, sampling_rate_hz: float
) -> float:
    """How far R stands out of what lies between the beats.

    Args:
        height_uv: Size of the band-passed signal, shape (n,).
        beats: Samples of R in it.
        considered: Which samples count, shape (n,).
        sampling_rate_hz: Samples per second.

    Returns:
        Median height of R over the root mean square of the background; 0 without beats.
    """
    if not beats.size:
        return 0.0
    background = considered.copy()
    reach = round(QRS_HALF_S * sampling_rate_hz)
    for beat in beats.tolist():
        background[max(0, beat - reach) : beat + reach + 1] = False
    between = height_uv[background]
    if not between.size:
        return 0.0
    level = float(np.sqrt(np.mean(between**2)))
    return float(np.median(height_uv[beats])) / level if level > 0 else float("inf")
