"""PR, QRS, QT and QTc of one piece of a recording, and of the whole, with what is withheld and why.

Everything is measured on average beats. A value that was not earned is not there, and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from vitals.ecg import leads, rhythm, st
from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span, Uint8Array, true_spans, within
from vitals.ecg.averaging import AFTER_R_S, AVERAGE_RATE_HZ, BEFORE_R_S, AverageBeat, average
from vitals.ecg.axis import Axes, axes
from vitals.ecg.beats.classes import NORMAL, PACED
from vitals.ecg.delineation import delineate
from vitals.ecg.fusion import Fused
from vitals.ecg.st import Level

YOUNGEST_YEARS: Final = 16.0  # below, the limits of adults do not hold (DESIGN 5)
LONGEST_QRS_MS: Final = 200.0  # our choice: beyond, it is a pacing spike or a T wave that counts in
WIDE_QRS_MS: Final = 120.0  # AHA/ACC/HRS 2009 (part III): a wide QRS lengthens QT by itself
QTC_RATES_PER_MIN: Final = (50.0, 110.0)  # outside, no formula corrects well (DESIGN 5)

NOT_ADULT: Final = "the patient is under 16: the limits of adults do not apply"
NO_BEATS: Final = "too few beats alike in the time that could be read"
UNCLEAR_QRS: Final = "where QRS begins and ends is not clear"
NO_P: Final = "no P wave that goes before each QRS was found"
POOR_T: Final = "the end of the T wave is not clear"
MAYBE_AF: Final = "possible atrial fibrillation"
PACED_PATIENT: Final = "the patient has a pacemaker"
MAYBE_PACED: Final = "it is not known whether the patient has a pacemaker"
WIDE_QRS: Final = f"QRS lasts {WIDE_QRS_MS:g} ms or more"
OFF_RATE: Final = "the rate is below {:g} or above {:g} per minute".format(*QTC_RATES_PER_MIN)


@dataclass(frozen=True)
class PieceIntervals:
    """What the average beat of one piece shows. ``core`` in samples of the recording.

    ``beats``: how many were averaged at most in a lead; 0 when there is no average beat, and then
    all else is empty. Times in ms; ``pr_ms`` None without P, ``qt_ms`` None without a clear T.
    ``paced``: the averaged beats are paced. ``no_axis``: why ``axis`` and ``st`` are not told.
    """

    core: Span
    beats: int = 0
    rr_ms: float | None = None
    pr_ms: float | None = None
    qrs_ms: float | None = None
    qt_ms: float | None = None
    p_present: bool | None = None
    paced: bool = False
    leads_used: tuple[str, ...] = ()
    axis: Axes | None = None
    st: Mapping[str, Level | None] = field(default_factory=dict)
    no_axis: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain lists and numbers."""
        return {
            "core": list(self.core),
            "beats": self.beats,
            "rr_ms": self.rr_ms,
            "pr_ms": self.pr_ms,
            "qrs_ms": self.qrs_ms,
            "qt_ms": self.qt_ms,
            "p_present": self.p_present,
            "paced": self.paced,
            "leads_used": list(self.leads_used),
            "axis": None if self.axis is None else self.axis.to_json(),
            "st": {
                lead: None if level is None else [level.j_uv, level.j60_uv]
                for lead, level in self.st.items()
            },
            "no_axis": self.no_axis,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> PieceIntervals:
        """Back from ``to_json``."""
        levels = {
            lead: None if level is None else Level(*level) for lead, level in kept["st"].items()
        }
        return cls(
            **{
                **kept,
                "core": Span(*kept["core"]),
                "leads_used": tuple(kept["leads_used"]),
                "axis": None if kept["axis"] is None else Axes(**kept["axis"]),
                "st": levels,
            }
        )


def measure(fused: Fused, classes: Uint8Array, core: Span, start: int = 0) -> PieceIntervals:
    """Measure the average beat of one piece.

    Args:
        fused: The window of the piece.
        classes: Of ``fused.beats``, shape (m,).
        core: The piece without its overlap, in samples of the window.
        start: Where in the recording the window begins.

    Returns:
        Never raises for what the samples hold.
    """
    placed = Span(core.start + start, core.end + start)
    no_axis = st.refusal(fused.ecg)
    paced, beats = _to_average(fused, classes, core)
    beat = _average_of(fused, beats)
    if beat is None:
        return PieceIntervals(placed, no_axis=no_axis)
    irregular = is_irregular(fused, core)
    names = _names(fused.ecg.leads)
    return _measured(placed, beat, names, no_axis, irregular=irregular, paced=paced)


def typical_beat(fused: Fused, classes: Uint8Array, core: Span) -> AverageBeat | None:
    """The average beat that ``measure`` measures; None when there is none."""
    return _average_of(fused, _to_average(fused, classes, core)[1])


def is_irregular(fused: Fused, core: Span) -> bool:
    """Whether the beats of ``core``, samples of the window, are irregular (``rhythm``)."""
    parts = rhythm.stretches(within(fused.beats, core), true_spans(fused.rejected))
    uneven = rhythm.uneven_share(parts, fused.ecg.sampling_rate_hz)
    return rhythm.regularity(uneven) == "irregular"


def summarise(
    pieces: Iterable[PieceIntervals],
    *,
    paced: bool | None,
    age_years: float | None,
    possible_af: Sequence[Span] = (),
) -> dict[str, Any]:
    """The intervals, axes and ST of a whole recording: medians over its pieces.

    Args:
        pieces: Of each piece once.
        paced: Whether the patient has a pacemaker; None unknown.
        age_years: Of the patient; None unknown.
        possible_af: Where atrial fibrillation is possible, samples of the recording.

    Returns:
        ``intervals``, ``axis`` and ``st``, each with what is withheld and why.
    """
    told = [piece for piece in pieces if piece.beats]
    steady = [piece for piece in told if not _touches(piece.core, possible_af)]
    if age_years is not None and age_years < YOUNGEST_YEARS:
        return _nothing(NOT_ADULT)
    if not told:
        return _nothing(NO_BEATS)
    withheld = _withheld(told, steady, paced=paced)
    for_qtc = [piece for piece in steady if _corrects(piece)]
    qt = [piece for piece in told if piece.qt_ms is not None]
    return {
        "intervals": {
            "pr_ms": None if withheld["pr"] else _median(steady, lambda piece: piece.pr_ms),
            "qrs_ms": _median(told, lambda piece: piece.qrs_ms),
            "qt_ms": _median(qt, lambda piece: piece.qt_ms),
            "qtc_fridericia_ms": None if withheld["qtc"] else _median(for_qtc, fridericia_ms),
            "qtc_bazett_ms": None if withheld["qtc"] else _median(for_qtc, bazett_ms),
            "rr_ms": _median(told, lambda piece: piece.rr_ms),
            "p_present": _p_present(steady or told),
            "leads_used": list(dict.fromkeys(lead for piece in told for lead in piece.leads_used)),
            "withheld": withheld,
        },
        "axis": _axis_of(told, p_withheld=withheld["pr"]),
        "st": _st_of(told),
    }


def fridericia_ms(piece: PieceIntervals) -> float | None:
    """QT over the cube root of RR in seconds (Fridericia 1920)."""
    return _corrected(piece, 1 / 3)


def bazett_ms(piece: PieceIntervals) -> float | None:
    """QT over the square root of RR in seconds (Bazett 1920)."""
    return _corrected(piece, 1 / 2)


def _corrected(piece: PieceIntervals, power: float) -> float | None:
    if piece.qt_ms is None or not piece.rr_ms:
        return None
    return float(piece.qt_ms / (piece.rr_ms / 1000) ** power)


def _names(recorded: Sequence[str]) -> tuple[str, ...]:
    return tuple(leads.canonical(name) for name in recorded)


def _to_average(fused: Fused, classes: Uint8Array, core: Span) -> tuple[bool, IntArray]:
    """The beats of the kind that there are most of, normal or paced, with nothing rejected near."""
    inside = np.isin(fused.beats, within(fused.beats, core))
    normal, paced = (fused.beats[inside & (classes == kind)] for kind in (NORMAL, PACED))
    are_paced = len(paced) > len(normal)
    rate = fused.ecg.sampling_rate_hz
    rejected = np.concatenate([[0], np.cumsum(fused.rejected)])
    beats = paced if are_paced else normal
    first = np.clip(beats - round(BEFORE_R_S * rate), 0, fused.ecg.n_samples)
    end = np.clip(beats + round(AFTER_R_S * rate), 0, fused.ecg.n_samples)
    return are_paced, beats[rejected[end] == rejected[first]]


def _around(fused: Fused, beats: IntArray) -> FloatArray:
    """The intervals before and after each of ``beats``, seconds, NaN at rejected time, (m, 2)."""
    known: FloatArray = np.full(len(fused.beats) + 1, np.nan)
    rejected = np.concatenate([[0], np.cumsum(fused.rejected)])
    clear: BoolArray = np.diff(rejected[fused.beats]) == 0
    known[1:-1] = np.where(clear, np.diff(fused.beats) / fused.ecg.sampling_rate_hz, np.nan)
    at = np.searchsorted(fused.beats, beats)
    return np.stack([known[at], known[at + 1]], axis=1)


def _average_of(fused: Fused, beats: IntArray) -> AverageBeat | None:
    ecg = fused.ecg
    unreadable = np.stack([~window.readable for window in fused.windows], axis=1)
    return average(
        ecg.microvolts,
        ecg.missing | unreadable,
        beats,
        _around(fused, beats),
        ecg.sampling_rate_hz,
    )


def _measured(
    core: Span,
    beat: AverageBeat,
    names: tuple[str, ...],
    no_axis: str | None,
    *,
    irregular: bool,
    paced: bool,
) -> PieceIntervals:
    borders = delineate(beat)
    first, last = borders.qrs
    has_p = borders.has_p(irregular=irregular)
    qrs_ms = _ms(last - first)
    clear = qrs_ms <= LONGEST_QRS_MS
    begins = np.full(1, first)
    diagnostic = no_axis is None and bool(beat.used.all())
    axis = axes(beat, borders, names) if diagnostic else None
    return PieceIntervals(
        core=core,
        beats=int(beat.beats.max()),
        rr_ms=None if np.isnan(beat.rr_s) else round(1000 * beat.rr_s, 1),
        pr_ms=_between(borders.p_on, begins) if has_p and clear else None,
        qrs_ms=qrs_ms if clear else None,
        qt_ms=_between(begins, borders.t_end) if borders.has_clear_t and clear else None,
        p_present=has_p,
        paced=paced,
        leads_used=tuple(name for name, used in zip(names, beat.used, strict=True) if used),
        axis=axis if axis is None or has_p else Axes(None, axis.qrs, axis.t),
        st=st.levels(beat, borders.qrs, names) if no_axis is None else {},
        no_axis=no_axis or (None if diagnostic else "not every lead could be read"),
    )


def _between(starts: FloatArray | IntArray, ends: FloatArray | IntArray) -> float:
    """From the median start to the median end over the leads, ms."""
    return _ms(float(np.nanmedian(ends) - np.nanmedian(starts)))


def _ms(samples: float) -> float:
    return round(1000 * samples / AVERAGE_RATE_HZ, 1)


def _touches(core: Span, spans: Sequence[Span]) -> bool:
    return any(span.start < core.end and core.start < span.end for span in spans)


def _withheld(
    told: Sequence[PieceIntervals], steady: Sequence[PieceIntervals], *, paced: bool | None
) -> dict[str, str | None]:
    """By interval, why it is withheld; None when it is not."""
    no_qrs = None if any(piece.qrs_ms is not None for piece in told) else UNCLEAR_QRS
    no_pr = no_qrs or (None if _p_present(steady) else NO_P)
    no_qt = no_qrs or (None if any(piece.qt_ms is not None for piece in told) else POOR_T)
    return {
        "pr": no_pr if steady else MAYBE_AF,
        "qrs": no_qrs,
        "qt": no_qt,
        "qtc": _no_qtc(told, steady, paced=paced) or no_qt,
    }


def _no_qtc(
    told: Sequence[PieceIntervals], steady: Sequence[PieceIntervals], *, paced: bool | None
) -> str | None:
    if paced or any(piece.paced for piece in told):
        return PACED_PATIENT
    if paced is None:
        return MAYBE_PACED
    if not steady:
        return MAYBE_AF
    qrs_ms = _median(told, lambda piece: piece.qrs_ms)
    if qrs_ms is None or qrs_ms >= WIDE_QRS_MS:
        return UNCLEAR_QRS if qrs_ms is None else WIDE_QRS
    clear = [piece for piece in steady if piece.qt_ms is not None]
    if not clear:
        return POOR_T
    return None if any(_corrects(piece) for piece in clear) else OFF_RATE


def _corrects(piece: PieceIntervals) -> bool:
    """Whether QT of this piece may be corrected for the rate."""
    if piece.qt_ms is None or not piece.rr_ms:
        return False
    slowest, fastest = QTC_RATES_PER_MIN
    return slowest <= 60_000 / piece.rr_ms <= fastest


def _p_present(pieces: Sequence[PieceIntervals]) -> bool:
    """Whether at least half of the pieces show P."""
    return 2 * sum(bool(piece.p_present) for piece in pieces) >= max(1, len(pieces))


def _median(
    pieces: Sequence[PieceIntervals], value: Callable[[PieceIntervals], float | None]
) -> float | None:
    known = [each for each in map(value, pieces) if each is not None]
    return round(float(np.median(known)), 1) if known else None


def _axis_of(told: Sequence[PieceIntervals], p_withheld: str | None) -> dict[str, Any]:
    found = [piece.axis for piece in told if piece.axis is not None]
    if not found:
        return {"p": None, "qrs": None, "t": None, "withheld": told[0].no_axis}
    result = {
        "p": _mean_angle([each.p for each in found]),
        "qrs": _mean_angle([each.qrs for each in found]),
        "t": _mean_angle([each.t for each in found]),
    }
    return {**result, "withheld": {"p": p_withheld} if p_withheld else None}


def _mean_angle(degrees: Sequence[int | None]) -> int | None:
    """The direction in the middle, across ±180 too; None where most pieces have none."""
    known = np.radians([each for each in degrees if each is not None])
    if len(known) < len(degrees) / 2:
        return None
    mean = np.degrees(np.arctan2(np.sin(known).mean(), np.cos(known).mean()))
    return round(float(mean))


def _st_of(told: Sequence[PieceIntervals]) -> dict[str, Any]:
    found = [piece.st for piece in told if piece.st]
    if not found:
        return {"withheld": told[0].no_axis}
    levels: dict[str, Any] = {"withheld": None}
    for lead in found[0]:
        known = [level for piece in found if (level := piece.get(lead)) is not None]
        levels[lead] = (
            {
                "j_uv": round(float(np.median([each.j_uv for each in known])), 1),
                "j60_uv": round(float(np.median([each.j60_uv for each in known])), 1),
            }
            if known
            else {"withheld": "too noisy"}
        )
    return levels


def _nothing(reason: str) -> dict[str, Any]:
    names = ("pr_ms", "qrs_ms", "qt_ms", "qtc_fridericia_ms", "qtc_bazett_ms", "rr_ms")
    return {
        "intervals": {
            **dict.fromkeys(names),
            "p_present": None,
            "leads_used": [],
            "withheld": dict.fromkeys(("pr", "qrs", "qt", "qtc"), reason),
        },
        "axis": {"p": None, "qrs": None, "t": None, "withheld": reason},
        "st": {"withheld": reason},
    }
