"""The pyramid and the viewport tell the same as the samples themselves."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitals.storage.codec import MISSING
from vitals.storage.pyramid import (
    LEVELS,
    MAX_WIDTH_PX,
    POINTS_PER_PIECE,
    Piece,
    PieceKey,
    update,
    viewport,
)


class Shelf:
    """Samples and pieces kept in memory, as bytes, the way the database keeps them."""

    def __init__(self, n_samples, channels=1):
        self.samples = np.full((n_samples, channels), MISSING, dtype=np.int16)
        self.pieces = {}

    def take(self, first, samples):
        self.samples[first : first + len(samples)] = samples
        for key, piece in update(first, samples, self.piece).items():
            self.pieces[key] = piece.to_bytes()

    def piece(self, key):
        payload = self.pieces.get(key)
        return payload and Piece.from_bytes(payload)

    def view(self, first, end, width, channel=0):
        def load_samples(start, stop):
            found = np.full(stop - start, MISSING, dtype=np.int16)
            there = self.samples[start:stop, channel]
            found[: len(there)] = there
            return found

        def load_pieces(level, indexes):
            keys = {index: PieceKey(channel, level, index) for index in indexes}
            return {index: self.piece(key) for index, key in keys.items() if key in self.pieces}

        return viewport(first, end, width, load_samples=load_samples, load_pieces=load_pieces)


def brute_force(samples, first, size, n_buckets):
    pairs = np.full((n_buckets, 2), MISSING, dtype=np.int16)
    for i in range(n_buckets):
        bucket = samples[first + i * size : first + (i + 1) * size]
        bucket = bucket[bucket != MISSING]
        if bucket.size:
            pairs[i] = bucket.min(), bucket.max()
    return pairs


def noisy(n_samples, channels=1, seed=1):
    rng = np.random.default_rng(seed)
    samples = rng.integers(-2000, 2000, (n_samples, channels)).astype(np.int16)
    samples[rng.random((n_samples, channels)) < 0.1] = MISSING
    return samples


@settings(deadline=None, max_examples=25)
@given(
    cuts=st.lists(st.integers(1, 69_999), max_size=8, unique=True),
    order=st.randoms(use_true_random=False),
    repeated=st.booleans(),
)
def test_any_order_of_chunks_ends_in_the_same_pyramid(cuts, order, repeated):
    samples = noisy(70_000, channels=2)
    whole, late = Shelf(70_000, 2), Shelf(70_000, 2)
    whole.take(0, samples)
    edges = [0, *sorted(cuts), 70_000]
    chunks = [(a, samples[a:b]) for a, b in itertools.pairwise(edges)]
    chunks += chunks[:2] if repeated else []
    order.shuffle(chunks)
    for first, chunk in chunks:
        late.take(first, chunk)
    assert late.pieces == whole.pieces


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_the_viewport_equals_brute_force(data):
    shelf = _filled_shelf()
    first = data.draw(st.integers(0, 199_999))
    end = data.draw(st.integers(first + 1, 220_000))
    width = data.draw(st.integers(1, 2000))
    view = shelf.view(first, end, width)
    size = view.samples_per_bucket
    expected = brute_force(shelf.samples[:, 0], view.first_sample, size, len(view.pairs))
    assert np.array_equal(view.pairs, expected)


@settings(deadline=None, max_examples=60)
@given(
    first=st.integers(0, 10**7),
    length=st.integers(1, 10**7),
    width=st.integers(1, MAX_WIDTH_PX),
)
def test_the_viewport_covers_the_range_in_at_most_two_pairs_a_pixel(first, length, width):
    view = Shelf(0).view(first, first + length, width)
    covered = view.first_sample + len(view.pairs) * view.samples_per_bucket
    assert view.first_sample <= first
    assert covered >= first + length
    assert len(view.pairs) <= 2 * width


_shelves = []


def _filled_shelf():
    if not _shelves:
        shelf = Shelf(200_000)
        samples = noisy(200_000)
        samples[50_000:90_000] = MISSING
        shelf.take(0, samples)
        _shelves.append(shelf)
    return _shelves[0]


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_holds_the_extremes_of_its_buckets(level):
    shelf = _filled_shelf()
    piece = shelf.piece(PieceKey(0, level, 0))
    n = min(POINTS_PER_PIECE, 200_000 // level)
    expected = brute_force(shelf.samples[:, 0], 0, level, n)
    filled = expected[:, 0] != MISSING
    assert np.array_equal(piece.maximum[:n], expected[:, 1])
    assert np.array_equal(piece.minimum[:n][filled], expected[:, 0][filled])


def test_a_close_view_gives_the_samples_themselves():
    shelf = _filled_shelf()
    view = shelf.view(1000, 1500, 1000)
    assert view.samples_per_bucket == 1
    assert np.array_equal(view.pairs[:, 0], shelf.samples[1000:1500, 0])


def test_a_gap_is_marked_as_missing():
    view = _filled_shelf().view(60_000, 80_000, 50)
    assert (view.pairs == MISSING).all()


def test_a_moved_view_shows_the_same_buckets():
    shelf = _filled_shelf()
    still, moved = shelf.view(0, 100_000, 400), shelf.view(12_345, 112_345, 400)
    shift = (moved.first_sample - still.first_sample) // still.samples_per_bucket
    assert np.array_equal(still.pairs[shift:], moved.pairs[: len(still.pairs) - shift])


def test_channels_do_not_mix():
    shelf = Shelf(40_000, 2)
    shelf.take(0, np.repeat(np.array([[100, -100]], dtype=np.int16), 40_000, axis=0))
    assert (shelf.view(0, 40_000, 100, channel=1).pairs == -100).all()


@pytest.mark.parametrize("value", [-32767, 0, 32767])
def test_extreme_values_are_not_taken_for_gaps(value):
    shelf = Shelf(20_000)
    shelf.take(0, np.full((20_000, 1), value, dtype=np.int16))
    assert (shelf.view(0, 20_000, 20).pairs == value).all()


def test_a_chunk_of_missing_samples_fills_no_bucket():
    shelf = Shelf(20_000)
    shelf.take(0, np.full((20_000, 1), MISSING, dtype=np.int16))
    assert {shelf.piece(key).n_filled for key in shelf.pieces} == {0}


def test_a_chunk_far_into_the_recording_touches_only_its_own_pieces():
    week = 7 * 86_400 * 250
    changed = update(week, np.zeros((2500, 1), dtype=np.int16), lambda key: None)
    assert {key.index for key in changed} == {week // level // POINTS_PER_PIECE for level in LEVELS}


def test_the_bytes_on_the_wire_are_little_endian_pairs():
    shelf = Shelf(4)
    shelf.take(0, np.array([[1], [2], [MISSING], [4]], dtype=np.int16))
    sent = np.frombuffer(shelf.view(0, 4, 4).to_bytes(), dtype="<i2")
    assert sent.tolist() == [1, 1, 2, 2, MISSING, MISSING, 4, 4]


@pytest.mark.parametrize(
    ("first", "end", "width"), [(-1, 5, 10), (5, 5, 10), (6, 5, 10), (0, 5, 0), (0, 5, 8193)]
)
def test_an_impossible_view_is_refused(first, end, width):
    with pytest.raises(ValueError, match="0 <= first < end"):
        Shelf(10).view(first, end, width)
