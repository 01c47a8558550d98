"""When the sensor was not worn: it lay still for an hour.

Source: van Hees et al. 2013, PLoS ONE 8:e61691 (hour-long windows, moved by 15 minutes). Both of
its signs are asked for, so that somebody who lies still in bed is not taken for a sensor on a
table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray

BLOCK_MIN: Final = 15  # van Hees 2013
WINDOW_MIN: Final = 60  # van Hees 2013
STILL_SD_G: Final = 0.013  # van Hees 2013
STILL_RANGE_G: Final = 0.050  # van Hees 2013
STILL_AXES: Final = 2  # van Hees 2013: of three
LEAST_DATA: Final = 0.5  # our choice: an hour of which less was measured says nothing


@dataclass(frozen=True)
class Minutes:
    """Each minute of a recording, axis by axis; NaN where nothing was measured.

    Attributes:
        n: How many samples were measured, shape (m,).
        mean_g: Shape (m, 3).
        sd_g: Shape (m, 3).
        low_g: Shape (m, 3).
        high_g: Shape (m, 3).
    """

    n: IntArray
    mean_g: FloatArray
    sd_g: FloatArray
    low_g: FloatArray
    high_g: FloatArray

    def part(self, first: int, end: int) -> Minutes:
        """Minutes ``first`` up to ``end``."""
        cut = slice(max(first, 0), max(end, 0))
        return Minutes(
            self.n[cut], self.mean_g[cut], self.sd_g[cut], self.low_g[cut], self.high_g[cut]
        )


def worn(minutes: Minutes, samples_per_minute: float) -> list[bool | None]:
    """Whether the sensor was worn, for each 15 minutes.

    Args:
        minutes: All of the recording.
        samples_per_minute: How many a minute without gaps has.

    Returns:
        True, False, or None where too little was measured to say; the whole list None in a
        recording shorter than an hour.
    """
    n_minutes = len(minutes.n)
    blocks = range(0, n_minutes, BLOCK_MIN)
    if n_minutes < WINDOW_MIN:
        return [None for _ in blocks]
    return [_block(minutes, first, n_minutes, samples_per_minute) for first in blocks]


def _block(minutes: Minutes, first: int, n_minutes: int, per_minute: float) -> bool | None:
    # The hour around the block, moved inside at both ends of the recording.
    start = first - (WINDOW_MIN - BLOCK_MIN) // 2
    start = min(max(start, 0), n_minutes - WINDOW_MIN)
    hour = minutes.part(start, start + WINDOW_MIN)
    if hour.n.sum() < LEAST_DATA * WINDOW_MIN * per_minute:
        return None
    if not minutes.part(first, first + BLOCK_MIN).n.sum():
        return None
    return not is_still(hour)


def is_still(minutes: Minutes) -> bool:
    """Whether at least two axes stood still in all of these minutes."""
    some: BoolArray = minutes.n > 0
    n = minutes.n[some][:, None]
    total = n.sum()
    mean = (n * minutes.mean_g[some]).sum(axis=0) / total
    within = minutes.sd_g[some] ** 2 + (minutes.mean_g[some] - mean) ** 2
    sd = np.sqrt((n * within).sum(axis=0) / total)
    span = minutes.high_g[some].max(axis=0) - minutes.low_g[some].min(axis=0)
    still = (sd < STILL_SD_G) & (span < STILL_RANGE_G)
    return bool(still.sum() >= STILL_AXES)
