"""PR, QRS, QT and P waves on LUDB, beside neurokit2's own ``dwt`` and ``cwt`` in the same run.

Run: ``python benchmarks/intervals.py [--quick] [--json]``.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.figures import RESAMPLES, SEED, Figure, Report, Table, main
from benchmarks.ludb import Strip, names, strip
from benchmarks.records import signals_folder
from vitals.ecg.arrays import FloatArray, IntArray, Span
from vitals.ecg.beats.classes import NORMAL
from vitals.ecg.beats.classify import classify
from vitals.ecg.delineation import delineate
from vitals.ecg.fusion import Fused, fuse
from vitals.ecg.intervals import is_irregular, measure, typical_beat

QUICK_EVERY: Final = 5
INTERVALS: Final = ("PR", "QRS", "QT")
GOALS_MS: Final = {"QT": 7.0, "QRS": 7.0, "PR": 6.0}  # DESIGN 9
LEAD_II: Final = 1
P_BEFORE_S: Final = 0.4  # a claimed P belongs to the marked beat whose QRS begins within this
# Where from R each of neurokit2's places can be: its lists leave out what it did not find.
WAVE_SIDES_S: Final = {
    "ECG_P_Onsets": (-0.45, -0.04),
    "ECG_P_Peaks": (-0.4, -0.03),
    "ECG_R_Onsets": (-0.25, 0.0),
    "ECG_R_Offsets": (0.0, 0.25),
    "ECG_T_Offsets": (0.15, 0.75),
}
P_TOLERANCE_S: Final = 0.025  # … and is right when its top lies in the marked P, give or take this

PROTOCOL: Final = (
    "Intervals in 12-lead strips of 10 s, Lobachevsky University ECG Database (ODC-By 1.0).",
    "Reference: the cardiologists' marks, median over the beats of a lead, then over the 12 leads.",
    "Error: |measured - reference|, ms, median over records, 95 % bootstrap interval over records.",
    "Nothing was trained on LUDB and no constant was fitted to its marks; widths of search windows",
    "were chosen on these records in the middle of a range in which the error hardly changes. No",
    "bias is corrected; the last columns say what a constant correction would give, each record",
    "corrected by the median bias of the others. neurokit2 gets the same beats, lead by lead, on",
    "ecg_clean('neurokit'), and its intervals are taken by the same medians as the reference.",
    "P waves: of each marked beat and lead, whether a P is claimed, and whether its top lies in a",
    "marked P (± 25 ms); not of the first marked beat, whose P is not marked. Records without",
    "P: fibrillation, flutter, pacing, block.",
)


@dataclass(frozen=True)
class Outcome:
    """What one method made of one strip.

    ``intervals_ms``: PR, QRS, QT, NaN where not told. ``p_tops``: of each lead, samples. ``has_p``:
    what it says of the strip as a whole.
    """

    intervals_ms: FloatArray
    p_tops: tuple[FloatArray, ...]
    has_p: bool


@dataclass(frozen=True)
class Waves:
    """P waves of some strips: right, claimed wrongly, missed."""

    right: int = 0
    false: int = 0
    missed: int = 0

    def plus(self, other: Waves) -> Waves:
        """Both together."""
        return Waves(self.right + other.right, self.false + other.false, self.missed + other.missed)

    @property
    def ppv(self) -> float:
        """Per cent of the claimed that are right; 100 when none is claimed."""
        claimed = self.right + self.false
        return 100 * self.right / claimed if claimed else 100.0

    @property
    def sensitivity(self) -> float:
        """Per cent of the marked that are found; 100 when none is marked."""
        marked = self.right + self.missed
        return 100 * self.right / marked if marked else 100.0


def measure_all(quick: bool) -> Report:  # noqa: FBT001 - the shape that every benchmark has
    """Intervals and P waves against the marks of cardiologists."""
    signals = signals_folder()
    if signals is None or not (signals / "ludb").is_dir():
        open_figures = [_figure(name, None, quick=True) for name in GOALS_MS]
        return Report(
            ("skipped: no ../shared/data (CHARTWAVE_SHARED_DATA may name it)",), (), open_figures
        )
    warnings.simplefilter("ignore")  # neurokit2 and what it imports
    chosen = names(signals)[:: QUICK_EVERY if quick else 1]
    outcomes: dict[str, list[Outcome]] = {label: [] for label in METHODS}
    cpu_s = dict.fromkeys(METHODS, 0.0)
    strips = [strip(signals, name) for name in chosen]
    for one in strips:
        fused = fuse(one.ecg)
        for label, method in METHODS.items():
            started = time.process_time()
            outcomes[label].append(method(one, fused))
            cpu_s[label] += time.process_time() - started
    references = np.array([one.intervals_ms() for one in strips])
    errors = {
        label: np.array([outcome.intervals_ms for outcome in found]) - references
        for label, found in outcomes.items()
    }
    waves = {label: _waves(strips, found) for label, found in outcomes.items()}
    tables = (
        _intervals_table(errors, cpu_s),
        _waves_table(strips, outcomes, waves),
        _worst_table(strips, references, errors[OURS]),
    )
    return Report(PROTOCOL, tables, _figures(errors, waves, quick=quick))


def ours(one: Strip, fused: Fused) -> Outcome:
    """What the product measures."""
    classes, core = classify(fused), Span(0, one.ecg.n_samples)
    found = measure(fused, classes, core)
    told = [found.pr_ms, found.qrs_ms, found.qt_ms]
    beat = typical_beat(fused, classes, core)
    none = np.zeros(0)
    tops = [none] * len(one.beats)
    if beat is not None and delineate(beat).has_p(irregular=is_irregular(fused, core)):
        r_peaks = fused.beats[classes == NORMAL] / 1.0
        step = one.ecg.sampling_rate_hz / 500
        tops = [r_peaks + step * (at - beat.r_at) for at in delineate(beat).p_peak]
    values = np.array([np.nan if each is None else each for each in told])
    return Outcome(values, tuple(tops), bool(found.p_present))


def ours_lead_ii(one: Strip, fused: Fused) -> Outcome:
    """What the product measures when lead II is all there is."""
    ecg = one.ecg
    columns = slice(LEAD_II, LEAD_II + 1)
    alone = type(ecg)(
        ecg.microvolts[:, columns], ecg.missing[:, columns], ecg.sampling_rate_hz, ("II",)
    )
    found = ours(Strip(one.name, alone, one.beats[columns]), fuse(alone))
    del fused
    return Outcome(found.intervals_ms, found.p_tops, found.has_p)


def theirs(method: str) -> Callable[[Strip, Fused], Outcome]:
    """neurokit2's delineator on each lead."""

    def delineated(one: Strip, fused: Fused) -> Outcome:
        leads = [_delineated(lead, fused.beats, one, method) for lead in one.ecg.microvolts.T]
        each = np.array([_nan_medians(durations) for durations, _ in leads])
        tops = tuple(tops[np.isfinite(tops)] for _, tops in leads)
        n_claims, n_beats = sum(map(len, tops)), len(fused.beats) * len(leads)
        return Outcome(_nan_medians(each), tops, n_claims > n_beats / 2)

    return delineated


OURS: Final = "this product, 12 leads"
METHODS: Final[dict[str, Callable[[Strip, Fused], Outcome]]] = {
    OURS: ours,
    "this product, lead II alone": ours_lead_ii,
    "neurokit2 dwt": theirs("dwt"),
    "neurokit2 cwt": theirs("cwt"),
}


def _delineated(
    lead: FloatArray, beats: IntArray, one: Strip, method: str
) -> tuple[FloatArray, FloatArray]:
    """PR, QRS, QT in ms of each beat, shape (m, 3), and the tops of P, shape (m,)."""
    import neurokit2

    rate = round(one.ecg.sampling_rate_hz)
    nothing = np.full((len(beats), 3), np.nan), np.full(len(beats), np.nan)
    try:
        cleaned = neurokit2.ecg_clean(lead, sampling_rate=rate, method="neurokit")
        _, waves = neurokit2.ecg_delineate(cleaned, beats, sampling_rate=rate, method=method)
    except (ValueError, IndexError, KeyError):  # it stumbles over some strips
        return nothing
    at = {name: np.asarray(waves[name], dtype=np.float64) for name in WAVE_SIDES_S}
    near = {name: _nearest_to(beats, at[name], rate, sides) for name, sides in WAVE_SIDES_S.items()}
    durations = np.stack(
        [
            near["ECG_R_Onsets"] - near["ECG_P_Onsets"],
            near["ECG_R_Offsets"] - near["ECG_R_Onsets"],
            near["ECG_T_Offsets"] - near["ECG_R_Onsets"],
        ],
        axis=1,
    )
    return 1000 / rate * durations, near["ECG_P_Peaks"]


def _nearest_to(
    beats: IntArray, places: FloatArray, rate: float, sides_s: tuple[float, float]
) -> FloatArray:
    """Of each beat the place nearest to R on the side where it can be, NaN without, shape (m,)."""
    found = np.full(len(beats), np.nan)
    for at, beat in enumerate(beats.tolist()):
        away = places - beat
        there = away[(away >= sides_s[0] * rate) & (away <= sides_s[1] * rate)]
        if there.size:
            found[at] = beat + there[np.argmin(np.abs(there))]
    return found


def _nan_medians(rows: FloatArray) -> FloatArray:
    known = [column[np.isfinite(column)] for column in rows.T]
    return np.array([np.median(column) if column.size else np.nan for column in known])


def _waves(strips: Sequence[Strip], found: Sequence[Outcome]) -> Waves:
    total = Waves()
    for one, outcome in zip(strips, found, strict=True):
        for beats, tops in zip(one.beats, outcome.p_tops, strict=False):
            total = total.plus(_waves_of_lead(beats[1:], tops, one.ecg.sampling_rate_hz))
    return total


def _waves_of_lead(beats: Sequence[Any], tops: FloatArray, rate: float) -> Waves:
    """Each marked beat with the claimed P that lies at most 400 ms before its QRS."""
    right = false = missed = 0
    for beat in beats:
        tops_before = tops[(tops > beat.qrs_on - P_BEFORE_S * rate) & (tops < beat.qrs_on)]
        marked = np.isfinite(beat.p_on)
        margin = P_TOLERANCE_S * rate
        hit = marked and bool(
            ((tops_before >= beat.p_on - margin) & (tops_before <= beat.p_off + margin)).any()
        )
        right += hit
        missed += marked and not hit
        false += bool(tops_before.size) and not hit
    return Waves(right, false, missed)


def _median_interval(values: FloatArray) -> tuple[float, float]:
    """95 % bootstrap interval of the median over records."""
    drawn = np.random.default_rng(SEED).choice(values, (RESAMPLES, len(values)))
    low, high = np.percentile(np.median(drawn, axis=1), [2.5, 97.5])
    return float(low), float(high)


def _median_error(errors: FloatArray) -> str:
    size = np.abs(errors)
    low, high = _median_interval(size)
    return f"{np.median(size):.1f} ({low:.1f}–{high:.1f})"


def _corrected_by_others(errors: FloatArray) -> FloatArray:
    """Each error less the median of all others."""
    return np.array(
        [error - np.median(np.delete(errors, at)) for at, error in enumerate(errors.tolist())]
    )


def _intervals_table(errors: dict[str, FloatArray], cpu_s: dict[str, float]) -> Table:
    rows = []
    for label, found in errors.items():
        for at, name in enumerate(INTERVALS):
            known = found[np.isfinite(found[:, at]), at]
            corrected = np.median(np.abs(_corrected_by_others(known)))
            rows.append(
                [
                    label,
                    name,
                    str(len(known)),
                    _median_error(known),
                    f"{np.median(known):+.1f}",
                    f"{np.percentile(np.abs(known), 90):.0f}",
                    f"{corrected:.1f}",
                    f"{1000 * cpu_s[label] / len(found):.0f}",
                ]
            )
    header = ["method", "interval", "n records", "median error ms", "bias", "90th percentile"]
    header += ["if bias corrected", "CPU ms a strip"]
    return Table("Intervals against the cardiologists' marks", header, rows)


def _waves_table(
    strips: Sequence[Strip], outcomes: dict[str, list[Outcome]], waves: dict[str, Waves]
) -> Table:
    rows = []
    for label, found in outcomes.items():
        wave = waves[label]
        truth = [one.has_p for one in strips]
        said = [outcome.has_p for outcome in found]
        records = Waves(
            right=sum(a and b for a, b in zip(truth, said, strict=True)),
            false=sum(b and not a for a, b in zip(truth, said, strict=True)),
            missed=sum(a and not b for a, b in zip(truth, said, strict=True)),
        )
        rows.append(
            [
                label,
                str(wave.right + wave.missed),
                f"{wave.ppv:.1f}",
                f"{wave.sensitivity:.1f}",
                f"{records.right + records.missed} of {len(strips)}",
                f"{records.ppv:.1f}",
                f"{records.sensitivity:.1f}",
            ]
        )
    header = ["method", "n waves", "PPV %", "sensitivity %", "records with P", "PPV %"]
    return Table("P waves: by beat and lead, and by record", [*header, "sensitivity %"], rows)


def _worst_table(strips: Sequence[Strip], references: FloatArray, errors: FloatArray) -> Table:
    largest = np.nanmax(np.abs(errors), axis=1)
    rows = []
    for at in np.argsort(-largest)[:8]:
        cells = [f"{errors[at, k]:+.0f} of {references[at, k]:.0f}" for k in range(3)]
        rows.append([strips[at].name, *("–" if "nan" in cell else cell for cell in cells)])
    return Table("The eight worst records, ms", ["record", *INTERVALS], rows)


def _figures(
    errors: dict[str, FloatArray], waves: dict[str, Waves], *, quick: bool
) -> list[Figure]:
    figures = []
    for name in GOALS_MS:
        column = errors[OURS][:, INTERVALS.index(name)]
        figures.append(_figure(name, float(np.nanmedian(np.abs(column))), quick=quick))
    wave, dwt = waves[OURS], waves["neurokit2 dwt"]
    return [
        *figures,
        Figure("p_wave_ppv", wave.ppv, "%", "above dwt", None if quick else wave.ppv > dwt.ppv),
        Figure("p_wave_sensitivity", wave.sensitivity, "%", "none", None),
        Figure("p_wave_ppv_dwt", dwt.ppv, "%", "none", None),
        Figure("p_wave_ppv_cwt", waves["neurokit2 cwt"].ppv, "%", "none", None),
    ]


def _figure(name: str, value: float | None, *, quick: bool) -> Figure:
    goal = GOALS_MS[name]
    kept = None if quick or value is None else value <= goal  # a part of the records cannot decide
    return Figure(f"{name.lower()}_median_error", value, "ms", f"<= {goal:g} (goal)", kept)


if __name__ == "__main__":
    sys.exit(main(measure_all))
