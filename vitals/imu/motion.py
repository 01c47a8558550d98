"""What a motion sensor measured, in g and degrees per second, whatever unit it came in."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray, Span

STANDARD_GRAVITY: Final = 9.80665  # m/s2; CGPM 1901
G_PER: Final = {"g": 1.0, "m/s2": 1 / STANDARD_GRAVITY}
DEG_PER_S_PER: Final = {"deg/s": 1.0, "rad/s": math.degrees(1.0)}
MIXED: Final = "mixed"
AXES: Final = "xyz"
# "ax g", "gyro_y deg/s": the name of a channel, the axis at its end, and the unit.
NAMED: Final = re.compile(r"(?P<name>.*?(?P<axis>[xyz]?))(?: (?P<unit>g|m/s2|deg/s|rad/s))?")


class Unreadable(ValueError):
    """It cannot be told what the channels hold; says why in plain words."""


@dataclass(frozen=True)
class Axes:
    """Columns of x, y and z among the channels, and what one step of the integers means."""

    columns: tuple[int, ...]
    per_step: float


@dataclass(frozen=True)
class Motion:
    """A stretch of motion.

    Attributes:
        acceleration_g: Shape (n, 3), gravity included; what is missing holds 0.
        missing: True where any axis of the acceleration was not measured, shape (n,).
        rotation_deg_per_s: Shape (n, 3), 0 where missing; None without a gyroscope.
        sampling_rate_hz: Samples per second.
    """

    acceleration_g: FloatArray
    missing: BoolArray
    sampling_rate_hz: float
    rotation_deg_per_s: FloatArray | None = None

    def __len__(self) -> int:
        """How many samples it holds."""
        return len(self.missing)

    @property
    def seconds(self) -> float:
        """How long it is, gaps included."""
        return len(self) / self.sampling_rate_hz

    def part(self, span: Span) -> Motion:
        """The samples of ``span``."""
        cut = slice(span.start, span.end)
        rotation = self.rotation_deg_per_s
        return Motion(
            self.acceleration_g[cut],
            self.missing[cut],
            self.sampling_rate_hz,
            None if rotation is None else rotation[cut],
        )


@dataclass(frozen=True)
class Layout:
    """Where the axes lie among the channels, in g and in degrees per second."""

    acceleration: Axes
    rotation: Axes | None = None

    def motion(self, steps: np.ndarray, missing_step: int, sampling_rate_hz: float) -> Motion:
        """The stored integers as motion.

        Args:
            steps: Integers as stored, shape (n, channels).
            missing_step: What stands where nothing was measured.
            sampling_rate_hz: Samples per second.
        """
        columns = steps[:, list(self.acceleration.columns)]
        missing = np.asarray((columns == missing_step).any(axis=1))
        acceleration = columns * self.acceleration.per_step
        acceleration[missing] = 0.0
        rotation = None
        if self.rotation is not None:
            turned = steps[:, list(self.rotation.columns)]
            rotation = np.where(turned == missing_step, 0.0, turned * self.rotation.per_step)
        return Motion(acceleration, missing, sampling_rate_hz, rotation)


def layout(channels: Sequence[str], unit: str, units_per_step: float) -> Layout:
    """How the channels of a recording are to be read.

    Args:
        channels: Names as the device gave them. In a ``mixed`` recording each ends with its unit
            after a space: ``ax g``, ``gx deg/s`` (g, m/s2, deg/s, rad/s).
        unit: ``g``, ``m/s2``, ``deg/s`` or ``mixed``.
        units_per_step: What one step of the integers is, in the unit of each channel.

    Raises:
        Unreadable: There is no acceleration on three axes, or a unit is not said.
    """
    units = _units(channels, unit)
    acceleration = _axes(channels, units, G_PER, units_per_step)
    if acceleration is None:
        raise Unreadable("it holds no acceleration on three axes")
    rotation = _axes(channels, units, DEG_PER_S_PER, units_per_step)
    return Layout(acceleration, rotation)


def _units(channels: Sequence[str], unit: str) -> list[str]:
    if unit != MIXED:
        return [unit] * len(channels)
    named = [NAMED.fullmatch(channel.strip().lower()) for channel in channels]
    units = [match["unit"] if match and match["unit"] else "" for match in named]
    if not all(units):
        raise Unreadable("its channels have different units and do not say which")
    return units


def _axes(
    channels: Sequence[str], units: Sequence[str], factors: dict[str, float], per_step: float
) -> Axes | None:
    """The three columns whose unit is among ``factors``; None where there are not three."""
    columns = [index for index, unit in enumerate(units) if unit in factors]
    if not columns:
        return None
    if len({units[index] for index in columns}) > 1:
        raise Unreadable("its axes have different units")
    letters = [_letter(channels[index]) for index in columns]
    if sorted(letters) != list(AXES):
        if len(columns) != len(AXES) or any(letters):
            raise Unreadable("its channels cannot be told apart as x, y and z")
        letters = list(AXES)  # three channels without a letter are in order
    ordered = tuple(columns[letters.index(axis)] for axis in AXES)
    return Axes(ordered, per_step * factors[units[columns[0]]])


def _letter(channel: str) -> str:
    match = NAMED.fullmatch(channel.strip().lower())
    return match["axis"] if match else ""
