"""Strips of 12 leads with the borders of their waves, where they stand beside the checkout.

Lobachevsky University Electrocardiography Database (Kalyakulina et al. 2020), PhysioNet, Open Data
Commons Attribution 1.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import wfdb

from vitals.ecg.arrays import FloatArray
from vitals.ecg.leads import STANDARD
from vitals.ecg.signal import Ecg

FILES: Final = ("limb", "chest")


@dataclass(frozen=True)
class Beat:
    """One annotated beat in one lead, samples; NaN where a wave or a border is not marked."""

    p_on: float
    p_off: float
    qrs_on: float
    qrs_off: float
    t_off: float


@dataclass(frozen=True)
class Strip:
    """10 s of 12 leads and, lead by lead, the beats that cardiologists marked."""

    name: str
    ecg: Ecg
    beats: tuple[tuple[Beat, ...], ...]

    def intervals_ms(self) -> FloatArray:
        """PR, QRS and QT: medians over beats, then over leads, shape (3,), NaN where none."""
        leads = np.array([_medians(_durations(beats)) for beats in self.beats])
        return 1000 / self.ecg.sampling_rate_hz * _medians(leads)

    @property
    def has_p(self) -> bool:
        """Whether most leads have a P wave marked."""
        marked = [any(np.isfinite(beat.p_on) for beat in beats) for beats in self.beats]
        return sum(marked) > len(marked) / 2


def names(signals: Path) -> list[str]:
    """The strips that are there, in order of their numbers."""
    return sorted((header.stem for header in (signals / "ludb").glob("*.hea")), key=int)


def strip(signals: Path, name: str) -> Strip:
    """One strip with its marks."""
    path = signals / "ludb" / name
    header = wfdb.rdheader(str(path))
    steps = np.hstack(
        [soundfile.read(f"{path}_{part}.flac", dtype="int16", always_2d=True)[0] for part in FILES]
    )
    microvolts = 1000 * (steps - np.array(header.baseline, dtype=float)) / header.adc_gain
    missing = np.zeros(microvolts.shape, dtype=bool)
    ecg = Ecg(microvolts, missing, float(header.fs), STANDARD)
    return Strip(name, ecg, tuple(_beats(path, lead.lower()) for lead in STANDARD))


def _beats(path: Path, lead: str) -> tuple[Beat, ...]:
    """The annotated beats of one lead: P before and T behind each QRS belong to it."""
    notes = wfdb.rdann(str(path), lead)
    marks = list(zip(notes.symbol, notes.sample.tolist(), strict=True))
    waves = [
        (symbol, _beside(marks, at - 1, "("), _beside(marks, at + 1, ")"))
        for at, (symbol, _) in enumerate(marks)
        if symbol in "pNt"
    ]
    found = []
    for at, (symbol, on, off) in enumerate(waves):
        if symbol == "N":
            p = waves[at - 1] if at and waves[at - 1][0] == "p" else (None, np.nan, np.nan)
            t = waves[at + 1] if waves[at + 1 :] and waves[at + 1][0] == "t" else (None, 0, np.nan)
            found.append(Beat(p[1], p[2], on, off, t[2]))
    return tuple(found)


def _beside(marks: list[tuple[str, int]], at: int, symbol: str) -> float:
    there = 0 <= at < len(marks) and marks[at][0] == symbol
    return float(marks[at][1]) if there else float("nan")


def _durations(beats: tuple[Beat, ...]) -> FloatArray:
    """PR, QRS and QT of each beat in samples, shape (beats, 3)."""
    rows = [
        (beat.qrs_on - beat.p_on, beat.qrs_off - beat.qrs_on, beat.t_off - beat.qrs_on)
        for beat in beats
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def _medians(rows: FloatArray) -> FloatArray:
    """Of each column what is known, NaN where nothing is."""
    known = [column[np.isfinite(column)] for column in rows.T]
    return np.array([np.median(column) if column.size else np.nan for column in known])
