"""Trains the model that tells ventricular beats, and scores it on patients it has not seen.

``python -m vitals.ecg.beats.train SIGNALS`` reads ``SIGNALS/mitdb`` (MIT-BIH Arrhythmia Database,
Moody & Mark 2001, PhysioNet, ODC-By 1.0) and writes ``model.npz`` and ``scores.json`` beside this
file, the same bytes each time. It needs scikit-learn, wfdb and soundfile; the model does not.

Trained on the 22 records of DS1 (de Chazal, O'Dwyer & Reilly 2004), none of them paced, at their
annotated beats, V and E against all others that are classified. Each record is seen with both its
leads and with each alone, so that one lead is enough. The score beside the model is of each record
by a model that was trained on the other 21.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vitals.ecg import grid
from vitals.ecg.arrays import BoolArray, FloatArray, IntArray
from vitals.ecg.beats import features
from vitals.ecg.beats.classify import MODEL, in_order
from vitals.ecg.beats.shapes import Lead
from vitals.ecg.beats.trees import Trees, from_scikit_learn

DS1: Final = (
    *("101", "106", "108", "109", "112", "114", "115", "116", "118", "119", "122"),
    *("124", "201", "203", "205", "207", "208", "209", "215", "220", "223", "230"),
)
BEATS: Final = frozenset("NLRBAaJSVrFejnE/fQ?")  # WFDB annotation codes that are beats
VENTRICULAR: Final = ("V", "E")
UNKNOWN: Final = ("Q", "?", "/", "f")
COMMON: Final = ("N", "L", "R")
KEPT_OF_COMMON: Final = 8  # one in eight, weighing eight: they are much the same
USUAL_BURDEN: Final = 300  # V beats of a record, beyond which more of them count less each
ONE_LEAD_WEIGHT: Final = 0.5

SEED: Final = 0
SETTINGS: Final[Mapping[str, Any]] = {
    "max_iter": 100,
    "learning_rate": 0.1,
    "max_leaf_nodes": 15,
    "max_depth": 6,
    "min_samples_leaf": 40,
    "l2_regularization": 1.0,
    "max_features": 0.3,
    "early_stopping": False,
    "random_state": SEED,
}
# What physiology knows is not left to 22 patients: wider or less like the usual beat is never less
# ventricular, nor is a T wave that turns against the QRS.
NEVER_LESS: Final = frozenset(
    {
        *("residue", "width_s", "width_to_usual", "outer_width_s", "outer_width_to_usual"),
        *("blunt_s", "blunt_to_usual", "slowness_to_usual"),
    }
)
NEVER_MORE: Final = frozenset(
    {"likeness_to_usual", "likeness_to_usual_wide", "p_likeness", "t_wave_from_usual"}
)


@dataclass(frozen=True)
class Annotated:
    """A record: microvolts, shape (n, leads), and its annotated beats with their WFDB codes."""

    name: str
    microvolts: FloatArray
    leads: tuple[str, ...]
    sampling_rate_hz: float
    beats: IntArray
    symbols: npt.NDArray[np.str_]


@dataclass(frozen=True)
class Measured:
    """The beats of a record, measured on both leads and on each alone.

    ``views``: shape (m, features) each. ``symbols``: shape (m,).
    """

    views: tuple[FloatArray, ...]
    symbols: npt.NDArray[np.str_]

    @property
    def ventricular(self) -> BoolArray:
        """Which are V or E."""
        return np.isin(self.symbols, VENTRICULAR)


def read(signals: Path, name: str) -> Annotated:
    """A record of the MIT-BIH Arrhythmia Database, kept as FLAC beside its WFDB header."""
    import soundfile
    import wfdb

    path = signals / "mitdb" / name
    steps, rate = soundfile.read(path.with_suffix(".flac"), dtype="int16", always_2d=True)
    header = wfdb.rdheader(str(path))
    microvolts = 1000 * (steps - np.array(header.baseline)) / np.array(header.adc_gain)
    notes = wfdb.rdann(str(path), "atr")
    symbols = np.array(notes.symbol)
    beat = np.isin(symbols, sorted(BEATS))
    at = np.asarray(notes.sample, dtype=np.int64)[beat]
    return Annotated(name, microvolts, tuple(header.sig_name), float(rate), at, symbols[beat])


def measured(record: Annotated) -> Measured:
    """Measure the annotated beats of a record, piece by piece as a recording is read."""
    pieces = range(grid.count(len(record.microvolts), record.sampling_rate_hz))
    found = [_of_piece(record, index) for index in pieces]
    views = tuple(np.concatenate(each) for each in zip(*(views for views, _ in found), strict=True))
    return Measured(views, np.concatenate([symbols for _, symbols in found]))


def fitted(training: Sequence[Measured]) -> Any:
    """The classifier of scikit-learn, trained on these records."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows, truth, weight = (np.concatenate(each) for each in zip(*_rows(training), strict=True))
    directions = [_direction(name) for name in features.NAMES]
    classifier = HistGradientBoostingClassifier(monotonic_cst=directions, **SETTINGS)
    return classifier.fit(rows, truth, sample_weight=weight)


def trained(training: Sequence[Measured]) -> Trees:
    """The model of these records in our own form."""
    return from_scikit_learn(fitted(training), features.NAMES)


def main(signals: Path, folder: Path) -> None:
    """Train on all records and write model and scores."""
    known = {name: measured(read(signals, name)) for name in DS1}
    trained(list(known.values())).save(folder / MODEL.name)
    (folder / "scores.json").write_text(json.dumps(_scores(known), indent=1) + "\n")


def _of_piece(record: Annotated, index: int) -> tuple[tuple[FloatArray, ...], npt.NDArray[np.str_]]:
    n, rate = len(record.microvolts), record.sampling_rate_hz
    window, core = grid.window_span(index, n, rate), grid.core_span(index, n, rate)
    near = (record.beats >= window.start) & (record.beats < window.end)
    beats = record.beats[near]
    inside = (beats >= core.start) & (beats < core.end)
    everywhere = np.ones(window.length, dtype=bool)
    leads = [
        Lead(record.microvolts[window.start : window.end, at], everywhere)
        for at in in_order(record.leads)
    ]
    views = (leads, *([lead] for lead in leads))
    taken = tuple(
        features.measure(view, beats - window.start, rate).values[inside] for view in views
    )
    return taken, record.symbols[near][inside]


def _rows(training: Sequence[Measured]) -> list[tuple[FloatArray, BoolArray, FloatArray]]:
    random = np.random.default_rng(SEED)
    result = []
    for record in training:
        common = np.isin(record.symbols, COMMON)
        weight = np.where(common, float(KEPT_OF_COMMON), 1.0)
        burden = max(int(record.ventricular.sum()), USUAL_BURDEN // 10)
        weight[record.ventricular] = np.sqrt(USUAL_BURDEN / burden)
        for view, share in zip(record.views, (1.0, *[ONE_LEAD_WEIGHT] * 2), strict=True):
            kept = ~common | (random.random(len(common)) < 1 / KEPT_OF_COMMON)
            kept &= ~np.isin(record.symbols, UNKNOWN)
            result.append((view[kept], record.ventricular[kept], share * weight[kept]))
    return result


def _direction(name: str) -> int:
    kind = name.split("_", 2)[2] if name.startswith("lead_") else name
    return int(kind in NEVER_LESS) - int(kind in NEVER_MORE)


def _scores(known: Mapping[str, Measured]) -> dict[str, Any]:
    counts = {name: _counts(name, known) for name in known}
    total = np.sum(list(counts.values()), axis=0)
    return {
        "what": "V and E against all other classified beats, at annotated beats, both leads",
        "how": "each record by a model trained on the other 21 of DS1",
        "seed": SEED,
        "f1": _f1(total),
        "records": {
            name: {"hit": int(hit), "missed": int(missed), "false": int(false)}
            for name, (hit, missed, false) in counts.items()
        },
    }


def _counts(name: str, known: Mapping[str, Measured]) -> IntArray:
    record = known[name]
    model = trained([other for key, other in known.items() if key != name])
    claimed = model.log_odds(record.views[0]) > 0
    claimed, truth = (
        each[~np.isin(record.symbols, UNKNOWN)] for each in (claimed, record.ventricular)
    )
    pairs = (claimed & truth, ~claimed & truth, claimed & ~truth)
    return np.array([int(each.sum()) for each in pairs], dtype=np.int64)


def _f1(counts: IntArray) -> float:
    hit, missed, false = (float(count) for count in counts)
    return round(200 * hit / (2 * hit + missed + false), 2)


if __name__ == "__main__":
    main(Path(sys.argv[1]), MODEL.parent)
