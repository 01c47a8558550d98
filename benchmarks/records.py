"""Annotated recordings from PhysioNet, where they stand beside the checkout.

MIT-BIH Arrhythmia Database (Moody & Mark 2001) and MIT-BIH Noise Stress Test Database (Moody,
Muldrow & Mark 1984), PhysioNet (Goldberger et al. 2000), Open Data Commons Attribution 1.0.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import wfdb

from vitals.ecg.arrays import FloatArray, IntArray, Span
from vitals.ecg.signal import Ecg

BEAT_SYMBOLS: Final = frozenset("NLRBAaJSVrFejnE/fQ?")  # WFDB annotation codes that are beats
FLUTTER_BEGINS, FLUTTER_ENDS = "[", "]"

# Where the excerpts of the noise records lie in record 118, found by correlation with it.
NOISE_EXCERPTS: Final = {"118e24": 160_000, "118e00": 180_000}


@dataclass(frozen=True)
class Record:
    """One lead with its annotated beats.

    ``signal_uv``: microvolts, shape (n,). ``beats``: samples. ``flutter``: ventricular flutter, in
    which single beats are not annotated.
    """

    name: str
    signal_uv: FloatArray
    sampling_rate_hz: float
    beats: IntArray
    flutter: tuple[Span, ...]

    def first(self, seconds: float) -> Record:
        """Only its beginning."""
        n = min(len(self.signal_uv), round(seconds * self.sampling_rate_hz))
        flutter = tuple(span.clipped(0, n) for span in self.flutter if span.start < n)
        beats = self.beats[self.beats < n]
        return Record(self.name, self.signal_uv[:n], self.sampling_rate_hz, beats, flutter)


def signals_folder() -> Path | None:
    """The folder of shared signals, or None where it is not."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("CHARTWAVE_SHARED_DATA", beside)) / "signals"
    return folder if (folder / "mitdb").is_dir() else None


def mitdb_names(signals: Path) -> list[str]:
    """The records that are there, in order."""
    return sorted(header.stem for header in (signals / "mitdb").glob("*.hea"))


def mitdb(signals: Path, name: str, lead: int = 0) -> Record:
    """One lead of a record of the arrhythmia database."""
    path = signals / "mitdb" / name
    steps, rate = soundfile.read(path.with_suffix(".flac"), dtype="int16", always_2d=True)
    header = wfdb.rdheader(str(path))
    millivolts = (steps[:, lead] - float(header.baseline[lead])) / header.adc_gain[lead]
    notes = wfdb.rdann(str(path), "atr")
    marks = list(zip(notes.sample.tolist(), notes.symbol, strict=True))
    begins = [at for at, symbol in marks if symbol == FLUTTER_BEGINS]
    ends = [at for at, symbol in marks if symbol == FLUTTER_ENDS]
    return Record(
        name,
        1000 * millivolts,
        float(rate),
        np.array([at for at, symbol in marks if symbol in BEAT_SYMBOLS], dtype=np.int64),
        tuple(Span(start, end + 1) for start, end in zip(begins, ends, strict=True)),
    )


def mitdb_ecg(signals: Path, name: str) -> Ecg:
    """Both leads of a record of the arrhythmia database, with their names."""
    both = [mitdb(signals, name, lead) for lead in (0, 1)]
    microvolts = np.stack([record.signal_uv for record in both], axis=1)
    names = wfdb.rdheader(str(signals / "mitdb" / name)).sig_name
    nothing = np.zeros(microvolts.shape, dtype=bool)
    return Ecg(microvolts, nothing, both[0].sampling_rate_hz, tuple(names))


def noise_excerpt(signals: Path, name: str) -> Record:
    """Two minutes of record 118 with noise added, and the beats that are under it."""
    clean = mitdb(signals, "118")
    signal_uv = 1000 * np.loadtxt(signals / "nstdb" / f"{name}.csv.gz")
    beats = clean.beats - NOISE_EXCERPTS[name]
    beats = beats[(beats >= 0) & (beats < len(signal_uv))]
    return Record(name, signal_uv, clean.sampling_rate_hz, beats, ())
