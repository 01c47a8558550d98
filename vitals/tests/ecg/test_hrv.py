"""Variability is that of normal beats in a row, and of a day what all its parts say."""

import json

import neurokit2
import numpy as np
import pytest

from vitals.ecg import hrv
from vitals.ecg.arrays import Span
from vitals.ecg.beats.classes import NORMAL, VENTRICULAR
from vitals.ecg.hrv import PieceHrv, of_piece, over_day

RATE_HZ = 1000.0
CORE = Span(0, 300_000)


def beats_of(rr_ms, start=0):
    return start + np.concatenate([[0], np.cumsum(np.round(rr_ms))]).astype(np.int64)


def breathing(seconds=300, seed=1, mean_ms=850.0):
    """RR with a breath every 4 s and some noise."""
    random = np.random.default_rng(seed)
    n = round(1000 * seconds / mean_ms)
    swing = 25 * np.sin(2 * np.pi * np.arange(n) * mean_ms / 4000)
    return mean_ms + swing + random.normal(scale=12, size=n)


def piece(rr_ms, classes=None, rejected=()):
    beats = beats_of(rr_ms)
    kinds = np.full(len(beats), NORMAL, dtype=np.uint8) if classes is None else classes
    return of_piece(beats, kinds, rejected, CORE, RATE_HZ)


def test_the_times_are_those_of_the_intervals():
    rr = np.round(breathing())
    found = piece(rr)
    assert found.sdnn_ms == pytest.approx(rr.std(ddof=1))
    assert found.rmssd_ms == pytest.approx(np.sqrt(np.mean(np.diff(rr) ** 2)))
    assert found.pnn50 == pytest.approx(100 * np.sum(np.abs(np.diff(rr)) > 50) / len(rr))
    assert found.mean_ms == pytest.approx(rr.mean())


def test_a_breath_every_four_seconds_is_high_frequency():
    assert piece(breathing()).lf_hf < 0.2


@pytest.mark.parametrize("seed", range(3))
def test_ventricular_beats_do_not_count(seed):
    rr = breathing(seed=seed)
    beats = beats_of(rr)
    kinds = np.full(len(beats), NORMAL, dtype=np.uint8)
    ectopic = np.arange(20, len(beats) - 2, 25)
    beats[ectopic] -= 300  # early, with the pause that follows
    kinds[ectopic] = VENTRICULAR
    found = of_piece(beats, kinds, (), CORE, RATE_HZ)
    assert found.sdnn_ms == pytest.approx(piece(rr).sdnn_ms, rel=0.1)
    assert found.rmssd_ms == pytest.approx(piece(rr).rmssd_ms, rel=0.1)


def test_no_interval_crosses_rejected_time():
    rr = np.full(350, 800.0)
    rr[100] = 1590.0
    beats = beats_of(rr)
    gap = (Span(int(beats[100]) + 10, int(beats[101]) - 10),)
    found = piece(rr, rejected=gap)
    assert (found.intervals, found.sdnn_ms) == (349, 0.0)


def test_a_missed_beat_is_no_interval():
    rr = breathing()
    missed = np.delete(beats_of(rr), [50, 90, 130])
    found = of_piece(missed, np.zeros(len(missed), dtype=np.uint8), (), CORE, RATE_HZ)
    assert found.sdnn_ms == pytest.approx(piece(rr).sdnn_ms, rel=0.05)


def test_the_spectrum_of_a_series_full_of_holes_is_not_told():
    rr = breathing()
    missed = np.delete(beats_of(rr), np.arange(10, 330, 8))
    found = of_piece(missed, np.zeros(len(missed), dtype=np.uint8), (), CORE, RATE_HZ)
    assert found.lf_hf is None


@pytest.mark.parametrize("n", [0, 1, 2, 59])
def test_too_few_beats_have_no_variability(n):
    beats = np.arange(n) * 800
    assert of_piece(beats, np.zeros(n, dtype=np.uint8), (), CORE, RATE_HZ) is None


def test_a_piece_comes_back_from_json():
    kept = json.loads(json.dumps(piece(breathing()).to_json()))
    assert PieceHrv.from_json(kept) == piece(breathing())


def day(n_pieces):
    """Pieces whose mean grows, and all their intervals."""
    rrs = [np.round(breathing(seed=at, mean_ms=800 + 10 * at)) for at in range(n_pieces)]
    return rrs, [piece(rr) for rr in rrs]


def test_a_day_in_pieces_has_the_spread_of_all_its_intervals():
    rrs, pieces = day(14)
    everything = np.concatenate(rrs)
    found = over_day(pieces)
    assert found["sdnn_ms"] == pytest.approx(everything.std(ddof=1), abs=0.06)
    assert found["sdann_ms"] == pytest.approx(np.std([r.mean() for r in rrs], ddof=1), abs=0.06)
    steps = np.concatenate([np.diff(rr) for rr in rrs])
    assert found["rmssd_ms"] == pytest.approx(np.sqrt(np.mean(steps**2)), abs=0.06)


def test_the_triangular_index_is_that_of_neurokit2():
    rrs, pieces = day(14)
    whole = neurokit2.hrv_time({"RRI": np.concatenate(rrs)})
    assert over_day(pieces)["triangular_index"] == pytest.approx(whole["HRV_HTI"][0], abs=0.06)


def test_a_short_recording_has_no_sdann():
    assert over_day(day(3)[1])["sdann_ms"] is None


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"paced": True}, hrv.PACED_PATIENT),
        ({"possible_af": [CORE]}, hrv.MAYBE_AF),
    ],
)
def test_why_variability_is_withheld(known, reason):
    found = over_day([piece(breathing())], **known)
    assert (found["withheld"], found["sdnn_ms"]) == (reason, None)


def test_nothing_has_no_variability():
    assert over_day([])["withheld"] == hrv.TOO_FEW
