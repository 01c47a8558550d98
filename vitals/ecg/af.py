"""Where the rhythm is irregular in the way of atrial fibrillation, told from RR intervals alone.

Ventricular and unclassified beats go first, with the intervals on both sides of them. An interval
is "possible AF" when two published measures agree: the coefficient of sample entropy of the 30
intervals around it (does an interval foretell the next?) and the symbolic entropy of the 127 around
it (how many different rates follow each other?). The first tells ectopic rhythms apart, the second
breathing. Flutter with irregular conduction looks the same; flutter 2:1 is not seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import log2
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import median_filter

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span, Uint8Array, true_spans
from vitals.ecg.beats.classes import NORMAL

# Coefficient of sample entropy: Lake & Moorman, Am J Physiol Heart Circ Physiol 2011; 300: H319.
ENTROPY_INTERVALS: Final = 30
LEAST_TOLERANCE_S: Final = 0.03
LEAST_MATCHES: Final = 5
# Theirs is -1.4 over 12 beats; over 30 that takes in atrial ectopy, and AF stays above -0.7.
LEAST_ENTROPY: Final = -1.0
STEADIED_OVER: Final = 15  # entropies, whose median counts

# Symbolic dynamics: Zhou et al., BioMedical Engineering OnLine 2014; 13: 18.
WORDS: Final = 127
RATE_STEP_PER_MIN: Final = 5.0
HIGHEST_SYMBOL: Final = 63
LEAST_COMPLEXITY: Final = 0.639

SHORTEST_S: Final = 30.0  # the least that counts as an episode (ESC 2020)
BRIDGED_INTERVALS: Final = 8  # a few regular intervals do not end an episode
LONGEST_BREAK_S: Final = 10.0  # nor does a short loss of signal
FORGOTTEN_S: Final = 60.0  # after that long without intervals the measures begin anew

_BLOCK: Final = 4096


def possible(
    beats: IntArray, classes: Uint8Array, rejected: Sequence[Span], sampling_rate_hz: float
) -> list[Span]:
    """Spans of 30 s or more of possible atrial fibrillation.

    Args:
        beats: Samples of R, shape (m,), ascending, none in rejected time.
        classes: Of each beat, shape (m,).
        rejected: Spans in order, of which nothing is known.
        sampling_rate_hz: Samples per second.

    Returns:
        In order, from an R peak to an R peak; short rejected time may lie in them.
    """
    starts, ends = _usable_intervals(beats, classes, rejected)
    away = np.flatnonzero(starts[1:] - ends[:-1] > FORGOTTEN_S * sampling_rate_hz) + 1
    found: list[Span] = []
    for first, last in zip([0, *away], [*away, len(starts)], strict=True):
        part = slice(first, last)
        found += _episodes(starts[part], ends[part], sampling_rate_hz)
    return found


def irregular(intervals_s: FloatArray) -> BoolArray:
    """Which intervals lie in an irregularity like that of atrial fibrillation.

    Args:
        intervals_s: Between beats that are neither ventricular nor unclassified, shape (n,).

    Returns:
        Shape (n,); all false when there are fewer than 30.
    """
    if len(intervals_s) < ENTROPY_INTERVALS:
        return np.zeros(len(intervals_s), dtype=bool)
    entropy = coefficient_of_sample_entropy(intervals_s)
    size = min(STEADIED_OVER, len(entropy))
    steadied = median_filter(entropy, size, mode="nearest")
    chaotic = (steadied > LEAST_ENTROPY) & (complexity(intervals_s) > LEAST_COMPLEXITY)
    for gap in true_spans(~chaotic):
        inside = gap.start > 0 and gap.end < len(chaotic)
        if inside and gap.length <= BRIDGED_INTERVALS:
            chaotic[gap.start : gap.end] = True
    result: BoolArray = chaotic
    return result


def coefficient_of_sample_entropy(intervals_s: FloatArray) -> FloatArray:
    """How little an interval foretells the next, around each interval.

    Args:
        intervals_s: Shape (n,), 30 or more.

    Returns:
        Natural units, shape (n,), each of the 30 intervals around it (at the ends the nearest 30).
    Source: Lake & Moorman 2011, with m = 1 and the smallest tolerance that gives 5 matches.
    """
    n_windows, more = len(intervals_s) - ENTROPY_INTERVALS + 1, ENTROPY_INTERVALS - 1
    blocks = (intervals_s[at : at + _BLOCK + more] for at in range(0, n_windows, _BLOCK))
    values = np.concatenate([_known_entropies(block.tobytes()) for block in blocks])
    return values[_window_of_each(len(intervals_s), ENTROPY_INTERVALS)]


def complexity(intervals_s: FloatArray) -> FloatArray:
    """How many different sequences of three heart rates there are, around each interval.

    Args:
        intervals_s: Shape (n,), 3 or more.

    Returns:
        0 to 1, shape (n,), each of the 127 words around it, or of all when there are fewer.
    Source: Zhou et al. 2014.
    """
    symbols = np.minimum(60 / intervals_s // RATE_STEP_PER_MIN, HIGHEST_SYMBOL).astype(np.int64)
    base = HIGHEST_SYMBOL + 1
    words = (symbols[:-2] * base + symbols[1:-1]) * base + symbols[2:]
    size = min(WORDS, len(words))
    values = np.array(_rolling_complexity(words.tolist(), size))
    centred = np.clip(np.arange(len(intervals_s)) - 1, 0, len(words) - 1)
    return values[_window_of_each(len(words), size)[centred]]


def _usable_intervals(
    beats: IntArray, classes: Uint8Array, rejected: Sequence[Span]
) -> tuple[IntArray, IntArray]:
    """First and second beat of each interval between two normal beats with nothing unknown."""
    starts_of_rejected = np.array([span.start for span in rejected], dtype=np.int64)
    stretch = np.searchsorted(starts_of_rejected, beats)
    normal = classes == NORMAL
    usable = normal[:-1] & normal[1:] & (stretch[:-1] == stretch[1:])
    return beats[:-1][usable], beats[1:][usable]


def _episodes(starts: IntArray, ends: IntArray, sampling_rate_hz: float) -> list[Span]:
    inside = irregular((ends - starts) / sampling_rate_hz)
    found: list[Span] = []
    for run in true_spans(inside):
        # Between two intervals of a run lie the beats that went first, or rejected time.
        away = starts[run.start + 1 : run.end] - ends[run.start : run.end - 1]
        cuts = np.flatnonzero(away > LONGEST_BREAK_S * sampling_rate_hz) + run.start + 1
        edges = [run.start, *cuts.tolist(), run.end]
        found += [Span(int(starts[first]), int(ends[last - 1])) for first, last in pairwise(edges)]
    return [span for span in found if span.length >= SHORTEST_S * sampling_rate_hz]


@lru_cache(maxsize=128)
def _known_entropies(intervals_s: bytes) -> FloatArray:
    """Of a block of intervals: of a recording that grows only the last block is new."""
    return _entropies(sliding_window_view(np.frombuffer(intervals_s), ENTROPY_INTERVALS))


def _entropies(windows: FloatArray) -> FloatArray:
    first, second = np.triu_indices(ENTROPY_INTERVALS - 1, 1)
    now = np.abs(windows[:, first] - windows[:, second])
    both = np.maximum(now, np.abs(windows[:, first + 1] - windows[:, second + 1]))
    fifth = np.partition(both, LEAST_MATCHES - 1, axis=1)[:, LEAST_MATCHES - 1]
    tolerance = np.maximum(fifth, LEAST_TOLERANCE_S)
    followed = (both <= tolerance[:, None]).sum(axis=1)
    matched = (now <= tolerance[:, None]).sum(axis=1)
    conditional = np.log(matched / followed)
    return np.asarray(conditional + np.log(2 * tolerance) - np.log(windows.mean(axis=1)))


def _window_of_each(n: int, size: int) -> IntArray:
    """The index of the window of ``size`` that is centred on each of ``n``, or nearest to it."""
    return np.clip(np.arange(n) - size // 2, 0, n - size)


def _rolling_complexity(words: list[int], size: int) -> list[float]:
    counts = Counter(words[:size])
    spread = sum(n * log2(n) for n in counts.values())  # entropy is log2(size) - spread / size
    values = [_complexity(len(counts), spread, size)]
    for leaving, coming in zip(words, words[size:], strict=False):
        for word, step in ((leaving, -1), (coming, 1)):
            before = counts[word]
            counts[word] += step
            spread += _n_log_n(before + step) - _n_log_n(before)
            if not counts[word]:
                del counts[word]
        values.append(_complexity(len(counts), spread, size))
    return values


def _n_log_n(n: int) -> float:
    return n * log2(n) if n else 0.0


def _complexity(different: int, spread: float, size: int) -> float:
    if size < 2:
        return 0.0
    entropy = log2(size) - spread / size
    return different / (size * log2(size)) * entropy
