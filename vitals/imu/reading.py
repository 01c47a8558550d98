"""Reading a recording of motion, in pieces, while it grows: the memory it takes does not grow.

Preliminary and unreviewed, always; a fall is possible, never certain, and nobody is notified.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from vitals.ecg import grid
from vitals.ecg.arrays import Span
from vitals.imu import calibration
from vitals.imu.calibration import NONE, Calibration
from vitals.imu.motion import Motion
from vitals.imu.pieces import Findings, examine
from vitals.imu.summary import NotAnalysable, Reading, Wearing, put_together

LOWEST_RATE_HZ: Final = 20.0  # our choice: steps have power up to 3.5 Hz, with room for filters
HIGHEST_RATE_HZ: Final = 2000.0
SHORTEST_S: Final = 10.0
# At rest an accelerometer measures 1 g; none is so faulty that it measures less or more than this.
GRAVITY_G: Final = (0.7, 1.3)
NOT_YET: Final = Calibration(withheld="it is fitted when the recording has ended")

Load: TypeAlias = Callable[[Span], Motion]


@dataclass(frozen=True)
class Growth:
    """What is read by now: pieces that nothing can change any more, and the reading of all."""

    finished: tuple[Findings, ...]
    reading: Reading


def read(load: Load, n_samples: int, sampling_rate_hz: float, wearing: Wearing) -> Reading:
    """Read a recording that has ended, from beginning to end.

    Args:
        load: Gives the motion of a span of samples; asked for some minutes at a time.
        n_samples: Length of the recording.
        sampling_rate_hz: Samples per second.
        wearing: Where it was worn, and by whom.

    Returns:
        A summary, or why there is none. Never raises for what the samples hold.
    """
    return advance({}, n_samples, sampling_rate_hz, load, wearing, closed=True).reading


def advance(
    known: Mapping[int, Findings],
    n_samples: int,
    sampling_rate_hz: float,
    load: Load,
    wearing: Wearing,
    *,
    closed: bool,
) -> Growth:
    """Examine what is new and put all of it together.

    Args:
        known: Finished pieces from before.
        n_samples: Length of the recording so far.
        sampling_rate_hz: Samples per second.
        load: Gives the motion of a span of samples.
        wearing: Where it is worn, and by whom.
        closed: Whether nothing more will come. Only then the sensor is calibrated.
    """
    reason = refusal(n_samples, sampling_rate_hz)
    if reason is not None:
        return Growth((), NotAnalysable(reason))

    def look(index: int, scale: Calibration) -> Findings:
        window = grid.window_span(index, n_samples, sampling_rate_hz)
        return examine(index, n_samples, load(window), scale)

    n_pieces = grid.count(n_samples, sampling_rate_hz)
    n_whole = grid.n_whole(n_samples, sampling_rate_hz, closed=closed)
    found = [
        known[index] if index in known and index < n_whole else look(index, NONE)
        for index in range(n_pieces)
    ]
    scale = NOT_YET
    if closed:
        scale = fitted(found)
        found = [
            piece if _same(piece.calibration, scale) else look(piece.index, scale)
            for piece in found
        ]
    fresh = tuple(piece for piece in found[:n_whole] if known.get(piece.index) is not piece)
    wrong = implausible(found)
    if wrong is not None:
        return Growth(fresh, NotAnalysable(wrong))
    return Growth(fresh, put_together(found, n_samples, sampling_rate_hz, wearing, scale))


def refusal(n_samples: int, sampling_rate_hz: float) -> str | None:
    """Why a recording cannot be read whatever its samples are, in plain words, or None."""
    if not math.isfinite(sampling_rate_hz) or sampling_rate_hz <= 0:
        return "the sampling rate is not a positive number"
    if not LOWEST_RATE_HZ <= sampling_rate_hz <= HIGHEST_RATE_HZ:
        return (
            f"the sampling rate is {sampling_rate_hz:g} Hz; "
            f"{LOWEST_RATE_HZ:g} to {HIGHEST_RATE_HZ:g} Hz can be read"
        )
    if n_samples < SHORTEST_S * sampling_rate_hz:
        return f"it is shorter than {SHORTEST_S:g} s"
    return None


def implausible(found: Iterable[Findings]) -> str | None:
    """Why what was measured cannot be the acceleration of a worn sensor, or None."""
    means = np.concatenate([piece.tens.mean_g for piece in found])
    measured = np.concatenate([piece.tens.n for piece in found]) > 0
    if not measured.any():
        return "nothing was measured for 10 s on end"
    usual = float(np.median(np.linalg.norm(means[measured], axis=1)))
    if not GRAVITY_G[0] <= usual <= GRAVITY_G[1]:
        return f"it usually measures {usual:.2f} g; at rest that is 1 g, so unit or scale is wrong"
    return None


def fitted(found: Iterable[Findings]) -> Calibration:
    """The calibration of the sensor by all of a recording."""
    tens = [piece.tens for piece in found]
    means = np.concatenate([ten.mean_g for ten in tens])
    deviations = np.concatenate([ten.sd_g for ten in tens])
    return calibration.calibrate(calibration.resting(means, deviations))


def _same(first: Calibration, second: Calibration) -> bool:
    return (first.offset_g, first.gain) == (second.offset_g, second.gain)
