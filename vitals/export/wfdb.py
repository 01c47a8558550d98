"""WFDB files: header, samples in format 16, and MIT annotations (PhysioNet WFDB 10.7, wag).

Format 16 has a sign for a sample that was not measured, −32768, which is ours as well. Pure
functions of arrays and numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np

from vitals.storage.codec import Int16Array

# ecgcodes.h; the letters are those of vitals.ecg.beats.classes.
BEATS: Final = {"N": 1, "V": 5, "P": 12, "Q": 13}
QUALITY: Final = 14
NOTE: Final = 22
FIRST_NOTE: Final = 1
"""Where the first note may stand: one at sample 0 would define what the file's codes mean."""
_SKIP, _AUX = 59, 63
_FARTHEST = 0x3FF  # an interval of ten bits
_LONGEST_TEXT = 255


class Annotation(NamedTuple):
    """One annotation: samples from the start of the file, its code, and words."""

    sample: int
    code: int
    text: str = ""


@dataclass(frozen=True)
class Signal:
    """One channel as the header describes it: ``unit_per_step`` is in ``unit``."""

    label: str
    unit: str
    unit_per_step: float


class Sums:
    """What the header wants to know of the samples: the first, and the sum modulo 2¹⁶."""

    def __init__(self, n_channels: int) -> None:
        self.first = [0] * n_channels
        self.sum = np.zeros(n_channels, dtype=np.int64)
        self.n_samples = 0

    def add(self, block: Int16Array) -> None:
        """Take in the next samples, int16 (n, channels)."""
        if not self.n_samples and len(block):
            self.first = block[0].tolist()
        self.sum += block.sum(axis=0, dtype=np.int64)
        self.n_samples += len(block)

    @property
    def checksums(self) -> list[int]:
        """One per channel, as a signed 16-bit number."""
        return [int(total) for total in (self.sum & 0xFFFF).astype(np.uint16).view(np.int16)]


def header(
    name: str,
    signals: Sequence[Signal],
    rate_hz: float,
    starts_at: datetime,
    sums: Sums,
    comments: Iterable[str] = (),
) -> str:
    """The text of the .hea file of a record whose samples are in ``name``.dat.

    Args:
        name: Letters, digits, hyphens and underscores.
        signals: One per channel.
        rate_hz: Samples per second.
        starts_at: Local time of the first sample.
        sums: Of all samples.
        comments: Lines for people.
    """
    clock = f"{starts_at:%H:%M:%S}.{starts_at.microsecond // 1000:03} {starts_at:%d/%m/%Y}"
    lines = [f"{name} {len(signals)} {rate_hz:.12g} {sums.n_samples} {clock}"]
    for signal, first, checksum in zip(signals, sums.first, sums.checksums, strict=True):
        gain = f"{1 / signal.unit_per_step:.12g}(0)/{signal.unit}"
        lines.append(f"{name}.dat 16 {gain} 16 0 {first} {checksum} 0 {signal.label}")
    lines += [f"# {' '.join(comment.split())}" for comment in comments]
    return "\n".join(lines) + "\n"


def samples(block: Int16Array) -> bytes:
    """Samples as the .dat file holds them: frame by frame, little-endian."""
    return block.astype("<i2").tobytes()


def annotation_file(items: Iterable[Annotation]) -> bytes:
    """The .atr file.

    Args:
        items: In order of time.
    """
    parts: list[bytes] = []
    before = 0
    for item in items:
        step, before = item.sample - before, item.sample
        if not 0 <= step <= _FARTHEST:
            # A long interval: its high half before its low half, each little-endian.
            parts.append(struct.pack("<HHH", _SKIP << 10, (step >> 16) & 0xFFFF, step & 0xFFFF))
            step = 0
        parts.append(struct.pack("<H", item.code << 10 | step))
        if item.text:
            text = item.text.encode("ascii", "replace")[:_LONGEST_TEXT]
            parts.append(struct.pack("<H", _AUX << 10 | len(text)) + text + b"\0" * (len(text) % 2))
    return b"".join(parts) + b"\0\0"
