"""Blocks of samples as bytes, and back without losing one (int16, FLAC or delta + zstd).

Two codecs, because neither wins everywhere (``docs/adr/0004-waveform-storage.md`` has the figures):
delta + zstd is three times faster and as small as FLAC on one ECG lead, FLAC is smaller where
several channels move together. ``encode`` tries both and keeps the smaller; the codec's name is
stored beside the bytes, so a block can always be read whichever rule chose it.
"""

from __future__ import annotations

import io
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import soundfile
import zstandard

Int16Array: TypeAlias = npt.NDArray[np.int16]
CodecName: TypeAlias = Literal["flac", "delta2-zstd"]

MISSING: Final = -32768
"""The int16 value that stands for a sample that was not measured."""

FLAC: Final = "flac"
DELTA_ZSTD: Final = "delta2-zstd"

FLAC_MAX_CHANNELS: Final = 8  # RFC 9639, section 9.1.3
# A FLAC header must name a rate; the recording's own (maybe 249.7 Hz) is kept in its row instead.
FLAC_NOMINAL_RATE_HZ: Final = 1000
FLAC_COMPRESSION: Final = 0.5  # the most (1.0) saves 1 % more at twice the time
ZSTD_LEVEL: Final = 3  # level 9 saves 1 % more at twice the time


class CodecError(ValueError):
    """These bytes are not a block of this codec and this shape."""


class Encoded(NamedTuple):
    """A block of samples as stored: the name of its codec, and its bytes."""

    codec: CodecName
    payload: bytes


def encode(samples: Int16Array, codec: CodecName | None = None) -> Encoded:
    """Pack a block of samples.

    Args:
        samples: Digital values, shape (n, channels), int16; ``MISSING`` where not measured.
        codec: Which codec to use; None keeps the smaller of the two.

    Returns:
        The codec's name and the bytes.

    Raises:
        CodecError: The array is not int16 of shape (n, channels), or FLAC cannot hold it.
    """
    if samples.dtype != np.int16 or samples.ndim != 2 or samples.shape[1] == 0:
        raise CodecError("A block is int16 of shape (n, channels) with at least one channel.")
    if codec == FLAC:
        return Encoded(FLAC, _to_flac(samples))
    packed = Encoded(DELTA_ZSTD, _to_delta_zstd(samples))
    if codec == DELTA_ZSTD or not _flac_can_hold(samples):
        return packed
    return min(Encoded(FLAC, _to_flac(samples)), packed, key=lambda block: len(block.payload))


def decode(payload: bytes, codec: str, *, n_samples: int, n_channels: int) -> Int16Array:
    """Unpack a block of samples.

    Args:
        payload: The bytes that ``encode`` made.
        codec: The name that ``encode`` gave.
        n_samples: How many samples per channel the block holds.
        n_channels: How many channels it holds.

    Returns:
        Digital values, shape (n_samples, n_channels), int16.

    Raises:
        CodecError: Unknown codec, damaged bytes, or another shape than the row says.
    """
    if codec == FLAC:
        samples = _from_flac(payload)
    elif codec == DELTA_ZSTD:
        samples = _from_delta_zstd(payload, n_samples, n_channels)
    else:
        raise CodecError(f"No codec is named {codec!r}.")
    if samples.shape != (n_samples, n_channels):
        raise CodecError(f"The block holds {samples.shape}, not {(n_samples, n_channels)}.")
    return samples


def _flac_can_hold(samples: Int16Array) -> bool:
    n_samples, n_channels = samples.shape
    return bool(n_samples > 0 and n_channels <= FLAC_MAX_CHANNELS)


def _to_flac(samples: Int16Array) -> bytes:
    if not _flac_can_hold(samples):
        raise CodecError(f"FLAC holds 1 to {FLAC_MAX_CHANNELS} channels of at least one sample.")
    target = io.BytesIO()
    soundfile.write(
        target,
        samples,
        FLAC_NOMINAL_RATE_HZ,
        format="FLAC",
        subtype="PCM_16",
        compression_level=FLAC_COMPRESSION,
    )
    return target.getvalue()


def _from_flac(payload: bytes) -> Int16Array:
    try:
        samples, _rate = soundfile.read(io.BytesIO(payload), dtype="int16", always_2d=True)
    except (soundfile.SoundFileError, ValueError) as error:
        raise CodecError(f"Not a FLAC block: {error}") from error
    return np.asarray(samples, dtype=np.int16)


def _to_delta_zstd(samples: Int16Array) -> bytes:
    """Second differences modulo 2¹⁶, zigzag, low bytes before high bytes, channel by channel.

    Small numbers of either sign have a zero high byte after the zigzag, so half of the bytes are
    nearly constant and cost nearly nothing.
    """
    start = np.zeros((2, samples.shape[1]), dtype=np.int16)
    bends = np.diff(np.concatenate([start, samples]), n=2, axis=0)
    zigzag = ((bends << 1) ^ (bends >> 15)).view(np.uint16).T
    planes = np.concatenate([(zigzag & 0xFF).ravel(), (zigzag >> 8).ravel()]).astype(np.uint8)
    return zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True).compress(
        planes.tobytes()
    )


def _from_delta_zstd(payload: bytes, n_samples: int, n_channels: int) -> Int16Array:
    size = 2 * n_samples * n_channels
    try:
        if zstandard.frame_content_size(payload) != size:  # looked at before memory is taken
            raise CodecError(f"The block does not hold {n_samples} × {n_channels} samples.")
        raw = zstandard.ZstdDecompressor().decompress(payload, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise CodecError(f"Not a zstd block: {error}") from error
    low, high = np.frombuffer(raw, dtype=np.uint8).reshape(2, n_channels, n_samples)
    zigzag = low.astype(np.uint16) | (high.astype(np.uint16) << 8)
    bends = (zigzag >> 1).view(np.int16) ^ -(zigzag & 1).view(np.int16)
    slopes = np.cumsum(bends, axis=1, dtype=np.int16)
    return np.ascontiguousarray(np.cumsum(slopes, axis=1, dtype=np.int16).T)
