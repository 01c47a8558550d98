"""Episodes and counts are those of the beats, and are withheld where the words are not earned."""

import json

import numpy as np
import pytest

from vitals.ecg.arrays import Span
from vitals.ecg.beats.classes import codes
from vitals.ecg.episodes import (
    CHILD_REASON,
    PACED_REASON,
    UNKNOWN_REASON,
    Course,
    atrial_fibrillation,
    episodes,
    ventricular,
)
from vitals.tests.ecg.test_af import chaotic
from vitals.tests.ecg.test_af import steady as steady_intervals

RATE_HZ = 250.0


def course(kept, intervals_s=None, rejected=(), pauses_after=(), **known):
    """Beats by their letters, 0.8 s apart unless told, of a patient without a pacemaker."""
    intervals = np.full(len(kept) - 1, 0.8) if intervals_s is None else intervals_s
    beats = np.round(np.cumsum([1.0, *intervals]) * RATE_HZ).astype(np.int64)
    n_samples = int(beats[-1] + RATE_HZ)
    after = beats[np.array(pauses_after, dtype=np.int64)]
    told = {"paced": False, **known}
    return Course(beats, codes(kept), rejected, n_samples, RATE_HZ, after, **told)


def kinds(of):
    return [each.kind for each in episodes(of)]


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ("NNNNNNNN", []),
        ("NNNVNNNN", []),
        ("NNVVNNNN", ["ventricular-couplet"]),
        ("NNVVVNNN", ["ventricular-run"]),
        ("NVVVVVVN", ["ventricular-run"]),
        ("NVQVNNNN", []),
        ("NVNVNVNN", ["bigeminy"]),
        ("NVNVNNNN", []),
        ("NNVNNVNNVN", ["trigeminy"]),
        ("NNVNNVNNNV", []),
        ("NVVNNVVN", ["ventricular-couplet", "ventricular-couplet"]),
        ("QQQQQQQQ", []),
    ],
)
def test_ventricular_beats_make_episodes_by_how_they_follow(kept, expected):
    assert kinds(course(kept)) == expected


def test_a_run_says_its_beats_its_rate_and_its_length():
    intervals = [0.8, 0.5, 0.4, 0.4, 0.4, 0.9]
    (run,) = episodes(course("NNVVVVN", intervals))
    assert run.detail == {"beats": 4, "seconds": 1.2, "rate_per_min": 150.0}


def test_rejected_time_ends_a_run():
    whole = course("NNVVVVNN")
    gap = Span(int(whole.beats[3]) + 1, int(whole.beats[4]))
    cut = course("NNVVVVNN", rejected=[gap])
    assert kinds(cut) == ["ventricular-couplet", "ventricular-couplet"]


def test_ventricular_beats_are_counted_once_each():
    found = ventricular(course("NVNNVVNNVVVNNN"))
    assert (found["beats"], found["isolated"], found["couplets"], found["runs"]) == (6, 1, 1, 1)
    assert found["share"] == pytest.approx(6 / 14, abs=1e-4)
    assert found["longest_run"] == 3
    assert found["withheld"] is None


def test_bigeminy_is_measured_in_seconds():
    found = ventricular(course("NNN" + "NV" * 5 + "NNN"))
    assert found["bigeminy_s"] == pytest.approx(9 * 0.8, abs=0.1)


def test_where_a_pacemaker_is_unknown_runs_are_withheld_and_single_beats_not():
    unknown = course("NNVVVNNVVN", paced=None)
    found = ventricular(unknown)
    assert kinds(unknown) == ["ventricular-couplet"]
    assert (found["runs"], found["longest_run"]) == (None, None)
    assert (found["beats"], found["couplets"]) == (5, 1)
    assert found["withheld"] == UNKNOWN_REASON


@pytest.mark.parametrize(
    ("known", "reason"),
    [({"paced": True}, PACED_REASON), ({"paced": False, "age_years": 9.0}, CHILD_REASON)],
)
def test_of_the_paced_and_of_children_nothing_ventricular_is_said(known, reason):
    withheld = course("NNVVVNNVNVNVN", **known)
    found = ventricular(withheld)
    assert kinds(withheld) == []
    assert found.pop("withheld") == reason
    assert set(found.values()) == {None}


@pytest.mark.parametrize(
    ("known", "reason"),
    [({"paced": True}, PACED_REASON), ({"age_years": 15.0}, CHILD_REASON)],
)
def test_atrial_fibrillation_is_withheld_where_intervals_do_not_tell_it(known, reason):
    of = course("N" * 301, chaotic(300), **known)
    assert "possible-af" not in kinds(of)
    assert atrial_fibrillation(of) == {
        "burden": None,
        "longest_s": None,
        "episodes": None,
        "withheld": reason,
    }


def test_the_burden_is_a_share_of_the_time_that_was_read():
    intervals = np.concatenate([steady_intervals(300), chaotic(300)])
    of = course("N" * 601, intervals)
    found = atrial_fibrillation(of)
    assert found["episodes"] == 1
    assert found["burden"] == pytest.approx(intervals[300:].sum() / intervals.sum(), abs=0.04)


def test_an_ecg_without_it_has_no_burden():
    found = atrial_fibrillation(course("N" * 200, steady_intervals(199)))
    assert (found["burden"], found["episodes"], found["longest_s"]) == (0.0, 0, 0.0)


@pytest.mark.parametrize(
    ("rate_per_min", "expected"),
    [(42, ["bradycardia"]), (49, ["bradycardia"]), (51, []), (99, []), (102, ["tachycardia"])],
)
def test_slow_and_fast_begin_at_fifty_and_a_hundred(rate_per_min, expected):
    assert kinds(course("N" * 80, np.full(79, 60 / rate_per_min))) == expected


def test_ten_fast_seconds_are_no_episode():
    intervals = np.concatenate([np.full(50, 0.8), np.full(20, 0.5), np.full(50, 0.8)])
    assert kinds(course("N" * 121, intervals)) == []


def test_a_child_has_no_slow_or_fast_rate_by_adult_limits():
    assert kinds(course("N" * 200, np.full(199, 0.45), age_years=1.0)) == []


def test_a_pause_is_an_episode_with_its_length():
    intervals = np.array([0.8, 0.8, 2.6, 0.8, 0.8])
    (pause,) = episodes(course("NNNNNN", intervals, pauses_after=[2]))
    assert (pause.kind, pause.detail["seconds"]) == ("pause", 2.6)
    assert (pause.end_sample - pause.start_sample) / RATE_HZ == pytest.approx(2.6)


def test_episodes_come_in_order_of_time_and_are_plain_json():
    kept = "NVVNNNVNVNVNNN" + "N" * 200
    found = episodes(course(kept, np.full(len(kept) - 1, 0.5)))
    starts = [each.start_sample for each in found]
    assert starts == sorted(starts)
    assert json.loads(json.dumps([each.to_json() for each in found]))


def test_without_beats_nothing_is_counted():
    none = np.zeros(0, dtype=np.int64)
    empty = Course(none, none.astype(np.uint8), [Span(0, 5000)], 5000, RATE_HZ, paced=False)
    assert episodes(empty) == ()
    assert ventricular(empty)["beats"] is None
    assert atrial_fibrillation(empty)["burden"] is None
