"""Bringing channels of different gains to one step without losing a reading.

Exact rational arithmetic, so that 1/807 mV is not rounded before it has to be. Plain numpy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor, gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitals.files.found import BoolArray, Channel, Note
from vitals.files.refusals import Unreadable, gettext_noop

MISSING = -32768
LARGEST = 32767


def to_steps(
    channels: Sequence[Channel], factor: Fraction
) -> tuple[NDArray[np.int16], Fraction, list[Note]]:
    """All channels as multiples of one step.

    The step is, in this order: the recorder's own; the greatest one that divides all gains and
    offsets; the finest one that fits, where every reading is rounded to the nearest step and two
    different readings of one channel stay different (it is never coarser than the finest gain).

    Args:
        channels: Of one length and one unit.
        factor: Units of the recording in one unit of the file.

    Returns:
        int16, shape (n, channels), −32768 where missing; units per step; what has to be said.

    Raises:
        Unreadable: 16 bits cannot hold the readings without losing digits.

    >>> a = Channel("f", "I", "mV", 250, np.array([0, 1], np.int16), Fraction(1, 200))
    >>> b = Channel("f", "II", "mV", 250, np.array([0, 1], np.int16), Fraction(1, 500))
    >>> steps, step, _ = to_steps([a, b], Fraction(1000))
    >>> (steps * float(step)).tolist()
    [[0.0, 0.0], [5.0, 2.0]]
    """
    lines = [_line(channel, factor) for channel in channels]
    out = np.empty((len(channels[0].digital), len(channels)), np.int16)
    for step in _exact_steps(lines):
        if all(_fits(line, step) for line in lines):
            notes: list[Note] = []
            for k, line in enumerate(lines):
                out[:, k], railed = line.exactly(step)
                notes += [_railed(line.label, railed)] if railed else []
            return out, step, notes
    step = _finest(lines)
    for k, line in enumerate(lines):
        out[:, k] = line.nearest(step)
    return out, step, [_rounded(step)]


class _line:  # noqa: N801 -- a straight line: units of a digital value
    """Units of the recording = scale × digital + offset."""

    def __init__(self, channel: Channel, factor: Fraction) -> None:
        self.file, self.label = channel.file, channel.label
        self.scale, self.offset = channel.scale * factor, channel.offset * factor
        self.digital, self.missing = channel.digital, channel.missing
        measured = _measured(channel)
        self.lowest, self.highest = (
            (int(measured.min()), int(measured.max())) if len(measured) else (0, 0)
        )

    def reach(self) -> Fraction:
        """Largest deflection, in units."""
        return max(abs(self.scale * end + self.offset) for end in (self.lowest, self.highest))

    def exactly(self, step: Fraction) -> tuple[NDArray[np.int16], int]:
        """Whole steps, and how many readings at the lowest rail were moved up by one."""
        factor, shift = self.scale / step, self.offset / step
        whole = self.digital.astype(np.int64) * int(factor) + int(shift)
        railed = whole == MISSING
        if self.missing is not None:
            railed &= ~self.missing
        whole[railed] = MISSING + 1
        return self._kept(whole), int(railed.sum())

    def nearest(self, step: Fraction) -> NDArray[np.int16]:
        """Nearest steps, halves upwards: different readings stay different if step ≤ scale."""
        values = self.digital * float(self.scale / step) + float(self.offset / step)
        return self._kept(np.floor(values + 0.5).astype(np.int64))

    def _kept(self, whole: NDArray[np.int64]) -> NDArray[np.int16]:
        if self.missing is not None:
            whole[self.missing] = MISSING
        return whole.astype(np.int16)


def _measured(channel: Channel) -> Any:
    missing: BoolArray | None = channel.missing
    return channel.digital if missing is None else channel.digital[~missing]


def _exact_steps(lines: Sequence[_line]) -> Iterator[Fraction]:
    """Steps that lose nothing: the recorder's own first, if it is one."""
    own = {abs(line.scale) for line in lines}
    if len(own) == 1:
        (only,) = own
        if all((line.offset / only).denominator == 1 for line in lines):
            yield only
    parts = [abs(part) for line in lines for part in (line.scale, line.offset) if part]
    below = lcm(*(part.denominator for part in parts))
    yield Fraction(gcd(*(int(part * below) for part in parts)), below)


def _fits(line: _line, step: Fraction) -> bool:
    ends = [(line.scale * end + line.offset) / step for end in (line.lowest, line.highest)]
    return min(ends) >= MISSING and max(ends) <= LARGEST


def _finest(lines: Sequence[_line]) -> Fraction:
    coarsest = min(abs(line.scale) for line in lines)
    widest = max(lines, key=lambda line: line.reach())
    parts = floor(LARGEST * coarsest / widest.reach())
    if parts < 1:
        raise Unreadable(
            "amplitude-range", widest.file, gettext_noop("amplitude of %(label)s"),
            gettext_noop("it reaches %(reach)s in steps of %(step)s: more than 16 bits hold"),
            gettext_noop(
                "Export it with 16 bits, import the channels with other gains in a file of their "
                "own, or, for a table, state the step of the recorder."
            ),
            label=widest.label, reach=f"{float(widest.reach()):g}", step=f"{float(coarsest):g}",
        )  # fmt: skip
    return coarsest / parts


def _rounded(step: Fraction) -> Note:
    text = gettext_noop(
        "The channels have different gains: readings are kept in steps of %(step)s, at most half "
        "a step from the original. Different readings stay different; the file is kept as it was."
    )
    return Note(text, {"step": f"{float(step):.4g}"})


def _railed(label: str, count: int) -> Note:
    text = gettext_noop(
        "%(label)s: %(count)s readings at the lowest value of the recorder are kept one step "
        "higher."
    )
    return Note(text, {"label": label, "count": count})
