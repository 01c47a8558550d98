"""However the samples come, the reading is that of the samples."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitals.ecg.analysis import NotAnalysable, analyse
from vitals.ecg.arrays import Span
from vitals.ecg.findings import Findings
from vitals.ecg.grid import core_span, count, window_span
from vitals.ecg.incremental import advance
from vitals.ecg.signal import Ecg
from vitals.tests.ecg.beats import beat_train, steady

RATE_HZ = 100.0  # the slowest that is read, so that the tests are quick
LENGTH = 70_000  # 11 min 40 s: two whole pieces and a part


def made():
    random = np.random.default_rng(5)
    intervals = 0.8 + 0.15 * random.random(1000)
    times = np.cumsum(intervals)
    signal = beat_train(times[times < LENGTH / RATE_HZ], LENGTH / RATE_HZ, RATE_HZ)
    signal[20_000:21_500] = random.normal(scale=500, size=1500)
    missing = np.zeros(LENGTH, dtype=bool)
    missing[29_500:30_700] = True  # over the border of two pieces
    signal[missing] = 0.0
    return Ecg(signal[:, None], missing[:, None], RATE_HZ, ("II",))


MADE = made()


def kept(finished):
    """Findings as they are after a stay in the database, by index."""
    texts = [json.dumps(each.to_json()) for each in finished]
    return {each.index: each for each in map(Findings.from_json, map(json.loads, texts))}


def up_to(n_samples, finished=None, load=MADE.part, *, closed=False):
    return advance(finished or {}, replace(MADE.outline, n_samples=n_samples), load, closed=closed)


def grown(ends, *, closed=True):
    """The reading after samples up to each of ``ends``, with all kept as text in between."""
    finished = {}
    for end in ends:
        growth = up_to(end, finished, closed=closed and end == ends[-1])
        finished |= kept(growth.finished)
    return growth.reading


@pytest.fixture(scope="module")
def whole():
    return analyse(MADE)


def same(reading, other):
    return (
        reading.to_json() == other.to_json()
        and np.array_equal(reading.r_peaks, other.r_peaks)
        and reading.pauses == other.pauses
    )


@pytest.mark.parametrize("chunk_s", [30, 61, 300, 330, 700])
def test_chunks_of_any_length_end_in_the_same_reading(whole, chunk_s):
    ends = [*range(round(chunk_s * RATE_HZ), LENGTH, round(chunk_s * RATE_HZ)), LENGTH]
    assert same(grown(ends), whole)


@settings(deadline=None, max_examples=4)
@given(st.lists(st.integers(1, LENGTH - 1), max_size=5, unique=True))
def test_any_split_ends_in_the_same_reading(cuts):
    assert same(grown([*sorted(cuts), LENGTH]), analyse(MADE))


def test_an_open_recording_reads_as_if_it_had_ended_now(whole):
    assert same(grown([33_000, LENGTH], closed=False), whole)


@pytest.mark.parametrize("length", [1200, 30_001, 36_000])
def test_every_moment_on_the_way_has_the_reading_of_its_samples(length):
    reading = grown([1000, length], closed=False)
    assert same(reading, analyse(MADE.part(Span(0, length))))


def test_before_ten_seconds_there_is_no_reading():
    assert isinstance(up_to(900).reading, NotAnalysable)


def test_finished_pieces_are_not_read_again():
    finished = kept(up_to(66_000).finished)
    asked = []

    def watched(span):
        asked.append(span)
        return MADE.part(span)

    up_to(LENGTH, finished, watched, closed=True)
    assert asked == [Span(57_000, LENGTH)]


@pytest.mark.parametrize(
    ("n_samples", "closed", "finished"),
    [(32_999, False, []), (33_000, False, [0]), (33_000, True, [0, 1]), (63_000, False, [0, 1])],
)
def test_a_piece_is_finished_when_its_overlap_has_come(n_samples, closed, finished):
    assert [each.index for each in up_to(n_samples, closed=closed).finished] == finished


def test_findings_survive_being_kept_as_text():
    found = up_to(40_000).finished[0]
    again = kept([found])[0]
    assert np.array_equal(again.beats, found.beats)
    assert again.to_json() == found.to_json()


@settings(max_examples=60)
@given(
    n_samples=st.integers(1, 10**8),
    rate=st.sampled_from([100.0, 128.0, 249.7, 250.0, 333.3333, 360.0, 2000.0]),
)
def test_the_pieces_cover_every_sample_once(n_samples, rate):
    n_pieces = count(n_samples, rate)
    edges = [core_span(index, n_samples, rate) for index in (0, n_pieces // 2, n_pieces - 1)]
    assert edges[0].start == 0
    assert edges[-1].end == n_samples
    middle = n_pieces // 2
    for before, after in itertools.pairwise(range(max(0, middle - 1), min(n_pieces, middle + 2))):
        first, second = (core_span(index, n_samples, rate) for index in (before, after))
        assert first.end == second.start


def test_a_window_reaches_thirty_seconds_to_both_sides():
    assert window_span(1, LENGTH, RATE_HZ) == Span(27_000, 63_000)


def test_a_steady_heart_has_no_beat_doubled_or_lost_at_the_border_of_pieces():
    seconds = 400
    signal = beat_train(steady(60, seconds), seconds, RATE_HZ)
    reading = analyse(Ecg.of_lead(signal, RATE_HZ))
    assert set(np.diff(reading.r_peaks)) <= {99, 100, 101}
    assert len(reading.r_peaks) == seconds
