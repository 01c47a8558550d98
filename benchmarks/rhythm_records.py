"""Records of the MIT-BIH Arrhythmia Database with both leads, beat codes and rhythms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import wfdb

from benchmarks.records import mitdb
from vitals.ecg.arrays import IntArray, Span
from vitals.ecg.beats.train import Annotated, read
from vitals.ecg.signal import Ecg

PACED: Final = ("102", "104")
FIBRILLATION, FLUTTER = "(AFIB", "(AFL"


@dataclass(frozen=True)
class RhythmRecord:
    """What cardiologists said of a record. Positions are samples."""

    annotated: Annotated
    ventricular_flutter: tuple[Span, ...]
    fibrillation: tuple[Span, ...]
    atrial_flutter: tuple[Span, ...]

    @property
    def name(self) -> str:
        return self.annotated.name

    @property
    def rate_hz(self) -> float:
        return self.annotated.sampling_rate_hz

    @property
    def n_samples(self) -> int:
        return len(self.annotated.microvolts)

    def beats(self, *symbols: str) -> IntArray:
        """Annotated beats of these WFDB codes; all when none is named."""
        known = self.annotated
        return known.beats[np.isin(known.symbols, symbols)] if symbols else known.beats

    def ecg(self, *, paced: bool | None) -> Ecg:
        """As a recorder would have sent it."""
        uv = self.annotated.microvolts
        none = np.zeros(uv.shape, dtype=bool)
        return Ecg(uv, none, self.rate_hz, self.annotated.leads, paced=paced)


def rhythm_record(signals: Path, name: str, seconds: float | None = None) -> RhythmRecord:
    """A record, or its first ``seconds``."""
    known = read(signals, name)
    n = len(known.microvolts)
    n = n if seconds is None else min(n, round(seconds * known.sampling_rate_hz))
    inside = known.beats < n
    cut = Annotated(
        name,
        known.microvolts[:n],
        known.leads,
        known.sampling_rate_hz,
        known.beats[inside],
        known.symbols[inside],
    )
    whole = tuple(span.clipped(0, n) for span in mitdb(signals, name).flutter)
    rhythms = _rhythms(signals / "mitdb" / name, n)
    return RhythmRecord(
        cut,
        tuple(span for span in whole if span.length),
        tuple(span for kind, span in rhythms if kind == FIBRILLATION),
        tuple(span for kind, span in rhythms if kind == FLUTTER),
    )


def _rhythms(path: Path, n_samples: int) -> list[tuple[str, Span]]:
    notes = wfdb.rdann(str(path), "atr")
    told = [
        (int(at), text.strip("\x00 "))
        for at, text in zip(notes.sample, notes.aux_note, strict=True)
        if text.startswith("(")
    ]
    ends = [at for at, _ in told[1:]] + [n_samples]
    spans = [
        (kind, Span(at, end).clipped(0, n_samples))
        for (at, kind), end in zip(told, ends, strict=True)
    ]
    return [(kind, span) for kind, span in spans if span.length]
