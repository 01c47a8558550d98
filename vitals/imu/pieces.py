"""What five minutes of motion hold, examined alone on the same grid as an ECG (vitals.ecg.grid)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from vitals.ecg import grid
from vitals.ecg.arrays import FloatArray, IntArray, Span, within
from vitals.imu import activity, steps
from vitals.imu.calibration import NONE, Calibration
from vitals.imu.falls import events
from vitals.imu.motion import Motion
from vitals.imu.orientation import gravity
from vitals.imu.resampling import RATE_HZ, at_50_hz

SEGMENTS_PER_MINUTE: Final = 6
LEAST_MEASURED: Final = 0.5  # of a stretch; with less nothing is said of it
DIGITS: Final = 5


@dataclass(frozen=True)
class Fall:
    """A possible fall. ``sample``: of the recording. The rest as ``falls.events.PossibleFall``."""

    sample: int
    confidence: float
    impact_g: float
    tilt_deg: float


@dataclass(frozen=True)
class Tens:
    """Each 10 s, raw as the device scaled it; zeros where too little was measured.

    Attributes:
        n: Samples that were measured, shape (w,).
        mean_g: Shape (w, 3).
        sd_g: Shape (w, 3).
        low_g: Smallest value, shape (w, 3).
        high_g: Largest, shape (w, 3).
        enmo_mg: Mean ENMO under the calibration of the findings, milli-g, shape (w,).
        up: Direction that points up, unit vectors, shape (w, 3).
        steps: Shape (w,).
    """

    n: IntArray
    mean_g: FloatArray
    sd_g: FloatArray
    low_g: FloatArray
    high_g: FloatArray
    enmo_mg: FloatArray
    up: FloatArray
    steps: IntArray

    def to_json(self) -> dict[str, Any]:
        """As plain lists."""
        return {name: np.round(getattr(self, name), DIGITS).tolist() for name in vars(self)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Tens:
        """Back from ``to_json``."""

        def vectors(name: str) -> FloatArray:
            return np.array(kept[name], dtype=np.float64).reshape(-1, 3)

        return cls(
            n=np.array(kept["n"], dtype=np.int64),
            mean_g=vectors("mean_g"),
            sd_g=vectors("sd_g"),
            low_g=vectors("low_g"),
            high_g=vectors("high_g"),
            enmo_mg=np.array(kept["enmo_mg"], dtype=np.float64),
            up=vectors("up"),
            steps=np.array(kept["steps"], dtype=np.int64),
        )


@dataclass(frozen=True)
class Findings:
    """What one piece holds. Positions are samples of the recording."""

    index: int
    core: Span
    calibration: Calibration
    tens: Tens
    falls: tuple[Fall, ...]

    def to_json(self) -> dict[str, Any]:
        """As kept beside the recording."""
        return {
            "piece": self.index,
            "core": list(self.core),
            "calibration": self.calibration.to_json(),
            "tens": self.tens.to_json(),
            "falls": [vars(fall) for fall in self.falls],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Findings:
        """Back from ``to_json``."""
        return cls(
            index=kept["piece"],
            core=Span(*kept["core"]),
            calibration=Calibration.from_json(kept["calibration"]),
            tens=Tens.from_json(kept["tens"]),
            falls=tuple(Fall(**fall) for fall in kept["falls"]),
        )


def examine(
    index: int, n_samples: int, motion: Motion, calibration: Calibration = NONE
) -> Findings:
    """Examine one piece.

    Args:
        index: Which piece.
        n_samples: Length of the recording so far.
        motion: The samples of ``grid.window_span``.
        calibration: Of the sensor.
    """
    rate = motion.sampling_rate_hz
    window, core = grid.window_span(index, n_samples, rate), grid.core_span(index, n_samples, rate)
    columns = [motion.acceleration_g]
    if motion.rotation_deg_per_s is not None:
        columns.append(motion.rotation_deg_per_s)
    even, sound = at_50_hz(np.hstack(columns), motion.missing, rate)
    acceleration = calibration.applied(even[:, :3])
    turning = even[:, 3:] if even.shape[1] > 3 else None
    up = gravity(acceleration, RATE_HZ, turning)
    step_samples = _samples(steps.find(acceleration, sound), window.start, rate)
    spans = grid.segments_of(index, n_samples, rate)
    tens = [
        _ten(motion, span, window.start, calibration) | _direction(up, span, window.start, rate)
        for span in spans
    ]
    counts = [len(within(step_samples, span)) for span in spans]
    return Findings(
        index=index,
        core=core,
        calibration=calibration,
        tens=_tens(tens, counts),
        falls=tuple(_falls(acceleration, sound, window, core, rate)),
    )


def _samples(at_50: IntArray, start: int, rate: float) -> IntArray:
    return np.asarray(np.round(at_50 * (rate / RATE_HZ)).astype(np.int64) + start)


def _falls(
    acceleration_g: FloatArray, sound: Any, window: Span, core: Span, rate: float
) -> list[Fall]:
    found = []
    for fall in events.find(acceleration_g, sound):
        sample = window.start + round(fall.at * rate / RATE_HZ)
        if core.start <= sample < core.end:
            told = (round(fall.confidence, 3), round(fall.impact_g, 2), round(fall.tilt_deg, 0))
            found.append(Fall(sample, *told))
    return found


def _ten(motion: Motion, span: Span, start: int, calibration: Calibration) -> dict[str, Any]:
    part = motion.part(Span(span.start - start, span.end - start))
    raw = part.acceleration_g[~part.missing]
    nothing = np.zeros(3)
    if len(raw) < LEAST_MEASURED * span.length or not len(raw):
        zeros = dict.fromkeys(("mean_g", "sd_g", "low_g", "high_g"), nothing)
        return {"n": 0, "enmo_mg": 0.0} | zeros
    enmo = activity.enmo(calibration.applied(raw))
    return {
        "n": len(raw),
        "mean_g": raw.mean(axis=0),
        "sd_g": raw.std(axis=0),
        "low_g": raw.min(axis=0),
        "high_g": raw.max(axis=0),
        "enmo_mg": 1000 * float(enmo.mean()),
    }


def _direction(up: FloatArray, span: Span, start: int, rate: float) -> dict[str, Any]:
    first, end = (round((at - start) * RATE_HZ / rate) for at in span)
    mean = up[first : max(end, first + 1)].sum(axis=0)
    length = float(np.linalg.norm(mean))
    return {"up": mean / length if length else np.zeros(3)}


def _tens(rows: list[dict[str, Any]], counts: list[int]) -> Tens:
    columns = {name: np.array([row[name] for row in rows], dtype=np.float64) for name in rows[0]}
    columns["up"] = np.where(columns["n"][:, None] > 0, columns["up"], 0.0)
    return Tens(
        **{name: column for name, column in columns.items() if name != "n"},
        n=columns["n"].astype(np.int64),
        steps=np.array(counts, dtype=np.int64),
    )
