"""Heart rate variability over 5 minutes and over a day, from normal beats that follow each other.

neurokit2 computes the 5 minutes; only the worker may run that part. The day is put together from
the 5-minute pieces exactly, so nothing has to be kept but a few numbers of each.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.ndimage import median_filter

from vitals.ecg import rhythm
from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span, Uint8Array
from vitals.ecg.beats.classes import NORMAL

NN_RANGE_S: Final = (0.3, 2.0)  # 200 to 30 per minute; 2 s and more is a pause
FILTER_SHARE: Final = 0.20  # Task Force 1996: intervals that differ by more than 20 % are no NN
FILTER_AROUND: Final = 11  # … from the median of themselves and 5 on each side
FEWEST_NN: Final = 60  # our choice: a minute or so of the 5
LEAST_NN_S: Final = 120.0  # Task Force 1996: 2 min for the low frequencies
LEAST_NN_SHARE_SPECTRUM: Final = 0.90  # our choice: more gaps than that, and the spectrum is theirs
HISTOGRAM_BIN_S: Final = 1 / 128  # Task Force 1996, for the triangular index
FEWEST_FOR_SDANN: Final = 12  # our choice: an hour of 5-minute means
FEWEST_FOR_TRIANGLE: Final = 1000  # Task Force 1996: at least 20 min of NN

TOO_FEW: Final = "too few normal beats that follow each other"
MAYBE_AF: Final = "possible atrial fibrillation"
PACED_PATIENT: Final = "the patient has a pacemaker"


@dataclass(frozen=True)
class PieceHrv:
    """Variability of the NN intervals of 5 minutes.

    ``core`` in samples of the recording; ``intervals`` of any kind, of them ``nn`` are NN;
    ``pairs`` of NN that follow each other. Times in ms, ``pnn50`` in %. ``lf_hf`` is None where
    too much is missing. ``histogram``: NN per bin of 1/128 s.
    """

    core: Span
    intervals: int
    nn: int
    pairs: int
    mean_ms: float
    sdnn_ms: float
    rmssd_ms: float
    pnn50: float
    lf_hf: float | None
    histogram: Mapping[int, int]

    def to_json(self) -> dict[str, Any]:
        """As plain lists and numbers."""
        kept = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**kept, "core": list(self.core), "histogram": sorted(self.histogram.items())}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> PieceHrv:
        """Back from ``to_json``."""
        histogram = {int(at): int(count) for at, count in kept["histogram"]}
        return cls(**{**kept, "core": Span(*kept["core"]), "histogram": histogram})


def of_piece(
    beats: IntArray,
    classes: Uint8Array,
    rejected: Sequence[Span],
    core: Span,
    sampling_rate_hz: float,
) -> PieceHrv | None:
    """Variability of one piece.

    Args:
        beats: R peaks, samples of the recording, shape (m,), ascending.
        classes: Of each, shape (m,).
        rejected: Spans in order; no interval crosses one.
        core: The piece, samples of the recording.
        sampling_rate_hz: Samples per second.

    Returns:
        None when it has fewer than 60 NN intervals or less than 2 min of them.
    """
    ends_s, rr_s, normal = _intervals(beats, classes, rejected, sampling_rate_hz)
    nn = normal & _plausible(rr_s)
    if np.count_nonzero(nn) < FEWEST_NN or rr_s[nn].sum() < LEAST_NN_S:
        return None
    ends_s, nn_ms = ends_s[nn], 1000 * rr_s[nn]
    follows = np.abs(np.diff(ends_s) - nn_ms[1:] / 1000) < 0.5 / sampling_rate_hz
    steps = np.diff(nn_ms)[follows]
    if not steps.size:
        return None
    time, lf_hf = _neurokit(nn_ms, ends_s, whole=nn.mean() >= LEAST_NN_SHARE_SPECTRUM)
    return PieceHrv(
        core=core,
        intervals=len(rr_s),
        nn=len(nn_ms),
        pairs=len(steps),
        mean_ms=time["HRV_MeanNN"],
        sdnn_ms=time["HRV_SDNN"],
        rmssd_ms=time["HRV_RMSSD"],
        pnn50=time["HRV_pNN50"],
        lf_hf=lf_hf,
        histogram=dict(Counter((nn_ms / 1000 // HISTOGRAM_BIN_S).astype(int).tolist())),
    )


def over_day(
    pieces: Sequence[PieceHrv],
    *,
    paced: bool | None = None,
    possible_af: Sequence[Span] = (),
) -> dict[str, Any]:
    """Variability of a whole recording.

    Args:
        pieces: Of those pieces that have one, in order.
        paced: Whether the patient has a pacemaker.
        possible_af: Spans in which variability says nothing, samples of the recording.

    Returns:
        SDNN, SDANN, RMSSD (ms), pNN50 (%), LF/HF (median of the pieces), triangular index, the
        share of intervals that are NN, and why it is withheld.
    """
    steady = [piece for piece in pieces if not _touches(piece.core, possible_af)]
    withheld = _why_none(pieces, steady, paced=paced)
    if withheld:
        return {**dict.fromkeys(_KEYS), "withheld": withheld}
    nn = np.array([piece.nn for piece in steady], dtype=np.float64)
    pairs = np.array([piece.pairs for piece in steady], dtype=np.float64)
    means = np.array([piece.mean_ms for piece in steady])
    ratios = [piece.lf_hf for piece in steady if piece.lf_hf is not None]
    histogram = sum((Counter(piece.histogram) for piece in steady), Counter())
    squares = sum(pairs * [piece.rmssd_ms**2 for piece in steady])
    enough_for_triangle = nn.sum() >= FEWEST_FOR_TRIANGLE
    return {
        "sdnn_ms": round(_pooled_sd(nn, means, np.array([p.sdnn_ms for p in steady])), 1),
        "sdann_ms": round(float(means.std(ddof=1)), 1) if len(means) >= FEWEST_FOR_SDANN else None,
        "rmssd_ms": round(math.sqrt(squares / pairs.sum()), 1),
        "pnn50": round(float((nn * [piece.pnn50 for piece in steady]).sum() / nn.sum()), 2),
        "mean_nn_ms": round(float((nn * means).sum() / nn.sum()), 1),
        "lf_hf": round(float(np.median(ratios)), 2) if ratios else None,
        "triangular_index": round(float(nn.sum() / max(histogram.values())), 1)
        if enough_for_triangle
        else None,
        "nn_share": round(float(nn.sum() / sum(piece.intervals for piece in steady)), 4),
        "pieces": len(steady),
        "withheld": None,
    }


_KEYS: Final = (
    "sdnn_ms",
    "sdann_ms",
    "rmssd_ms",
    "pnn50",
    "mean_nn_ms",
    "lf_hf",
    "triangular_index",
    "nn_share",
    "pieces",
)


def _intervals(
    beats: IntArray, classes: Uint8Array, rejected: Sequence[Span], rate: float
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """When each interval ends, how long it is, both in s, and whether both ends are normal."""
    parts = rhythm.stretches(beats, rejected)
    normal = np.split(classes == NORMAL, np.cumsum([len(part) for part in parts])[:-1])
    if not parts:
        return np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool)
    ends = np.concatenate([part[1:] / rate for part in parts])
    lengths = np.concatenate([np.diff(part) / rate for part in parts])
    both = np.concatenate([kind[1:] & kind[:-1] for kind in normal])
    return ends, lengths, both


def _plausible(rr_s: FloatArray) -> BoolArray:
    """Intervals of a possible length that do not differ much from those around them."""
    shortest, longest = NN_RANGE_S
    around = median_filter(rr_s, min(FILTER_AROUND, max(1, len(rr_s))), mode="nearest")
    result: BoolArray = (rr_s >= shortest) & (rr_s < longest)
    result &= np.abs(rr_s - around) <= FILTER_SHARE * around
    return result


def _neurokit(
    nn_ms: FloatArray, ends_s: FloatArray, *, whole: bool
) -> tuple[dict[str, float], float | None]:
    """What ``hrv_time`` says, and LF/HF of ``hrv_frequency`` where the series is ``whole``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on import, and about bands that 5 min cannot show
        import neurokit2

        series = {"RRI": nn_ms, "RRI_Time": ends_s}
        time = neurokit2.hrv_time(series).iloc[0].to_dict()
        if not whole:
            return time, None
        ratio = float(neurokit2.hrv_frequency(series)["HRV_LFHF"].iloc[0])
    return time, ratio if math.isfinite(ratio) else None


def _pooled_sd(count: FloatArray, mean: FloatArray, spread: FloatArray) -> float:
    """The standard deviation of all values, from count, mean and standard deviation of parts."""
    total = count.sum()
    overall = (count * mean).sum() / total
    squares = ((count - 1) * spread**2 + count * (mean - overall) ** 2).sum()
    return math.sqrt(squares / (total - 1))


def _touches(core: Span, spans: Sequence[Span]) -> bool:
    return any(span.start < core.end and core.start < span.end for span in spans)


def _why_none(
    pieces: Sequence[PieceHrv], steady: Sequence[PieceHrv], *, paced: bool | None
) -> str | None:
    if paced:
        return PACED_PATIENT
    if not pieces:
        return TOO_FEW
    return None if steady else MAYBE_AF
