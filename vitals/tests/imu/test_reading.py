"""A whole recording of motion, read in pieces."""

import json
import tracemalloc

import numpy as np
import pytest

from vitals.ecg.arrays import Span
from vitals.imu.motion import Motion
from vitals.imu.pieces import Findings
from vitals.imu.reading import advance, read
from vitals.imu.sites import Site
from vitals.imu.summary import NotAnalysable, Wearing
from vitals.tests.imu.made import RATE, fallen, loader, motion, resting, walking

WAIST = Wearing(Site.WAIST, 50)


def result(whole, wearing=WAIST):
    found = read(loader(whole), len(whole), whole.sampling_rate_hz, wearing).to_json()
    return json.loads(json.dumps(found))


@pytest.fixture(scope="module")
def morning():
    """A little over twelve minutes: rest, a walk across a border of pieces, a fall, lying."""
    parts = [resting(240), walking(216, 1.8), resting(30), fallen(), resting(324, (0.1, 0.05, 1))]
    return motion(np.concatenate(parts))


def test_steps_falls_and_posture_of_a_morning(morning):
    found = result(morning)
    assert abs(found["steps"]["total"] - 216) <= 4
    assert len(found["falls"]["events"]) == 1
    assert found["posture"]["minutes"]["lying"] == pytest.approx(5.5, abs=0.4)


def test_a_fall_has_a_time_and_a_confidence(morning):
    (fall,) = result(morning)["falls"]["events"]
    assert fall["at_s"] == pytest.approx(240 + 120 + 30 + 8.5, abs=0.5)
    assert 0.5 <= fall["confidence"] <= 1


def test_the_words_are_possible_and_nobody_is_notified(morning):
    text = result(morning)["text"]
    assert "1 possible fall" in text
    assert any("Nobody is notified" in line for line in text)


def test_every_minute_has_its_activity(morning):
    found = result(morning)
    assert len(found["activity_by_minute"]) == 13
    assert found["activity_by_minute"][5] > 50 > found["activity_by_minute"][1]


@pytest.mark.parametrize(
    ("site", "withheld"),
    [
        (Site.UNKNOWN, {"activity", "posture", "falls"}),
        (Site.OTHER, {"activity", "posture", "falls"}),
        (Site.WRIST, {"posture", "falls"}),
        (Site.CHEST, {"activity"}),
        (Site.WAIST, set()),
    ],
)
def test_what_depends_on_the_wear_site_is_withheld_with_words(morning, site, withheld):
    found = result(morning, Wearing(site, 50))
    assert {
        name for name in ("activity", "posture", "falls") if found[name]["withheld"]
    } == withheld
    assert found["steps"]["total"] > 0


def test_withheld_falls_are_not_listed(morning):
    assert result(morning, Wearing())["falls"]["events"] == []


def test_a_childs_activity_is_withheld(morning):
    assert "adults" in result(morning, Wearing(Site.WAIST, 8))["activity"]["withheld"]


def test_read_bit_by_bit_it_ends_like_read_at_once(morning):
    known: dict[int, Findings] = {}
    for n in (10_000, 17_000, 30_000):
        part = motion(morning.acceleration_g[:n])
        grown = advance(known, n, RATE, loader(part), WAIST, closed=False)
        kept = json.loads(json.dumps([piece.to_json() for piece in grown.finished]))
        known |= {piece["piece"]: Findings.from_json(piece) for piece in kept}
    n = len(morning)
    ended = advance(known, n, RATE, loader(morning), WAIST, closed=True).reading.to_json()
    assert known
    assert ended == read(loader(morning), n, RATE, WAIST).to_json()


def test_what_is_finished_is_not_looked_at_again(morning):
    n, asked = len(morning), []
    first = advance({}, n, RATE, loader(morning), WAIST, closed=False)

    def load(span: Span) -> Motion:
        asked.append(span.start)
        return morning.part(span)

    known = {piece.index: piece for piece in first.finished}
    advance(known, n, RATE, load, WAIST, closed=False)
    assert len(asked) == 3 - len(known) < 3


def test_a_wrong_sensor_is_put_right_when_the_recording_ends():
    sides = np.random.default_rng(2).standard_normal((40, 3))
    true = np.concatenate([resting(20, side) for side in sides])
    found = result(motion(true * [1.06, 1.0, 0.95] + [0.04, 0, 0]))
    assert found["calibration"]["withheld"] is None
    assert found["calibration"]["error_after_g"] < 0.005
    assert found["activity"]["mean_enmo_mg"] < 6


def test_a_sensor_on_a_table_was_not_worn():
    found = result(motion(resting(2 * 3600, rate=20), rate=20))
    assert found["wear"]["not_worn_min"] == 120
    assert set(found["activity_by_minute"]) == {None}


NOTHING = np.zeros((3000, 3))


@pytest.mark.parametrize(
    ("whole", "words"),
    [
        (motion(NOTHING, missing=np.ones(3000, dtype=bool)), "nothing was measured"),
        (motion(resting(5)), "shorter than 10 s"),
        (motion(resting(60), rate=5.0), "5 Hz"),
        (motion(resting(60), rate=float("nan")), "positive number"),
        (motion(resting(60) * 9.81), "unit or scale is wrong"),
        (motion(NOTHING), "unit or scale is wrong"),
        (motion(resting(60) / 1000), "unit or scale is wrong"),
    ],
    ids=["missing", "short", "slow", "no rate", "m/s2 said to be g", "zeros", "no gravity"],
)
def test_what_cannot_be_read_is_refused_in_words(whole, words):
    found = read(loader(whole), len(whole), whole.sampling_rate_hz, WAIST)
    assert isinstance(found, NotAnalysable)
    assert words in found.reason


@pytest.mark.parametrize("rate", [20.0, 49.9, 100.0, 249.7, 2000.0])
def test_any_usual_rate_is_read(rate):
    walk = np.concatenate([resting(10, rate=rate), walking(40, rate=rate), resting(10, rate=rate)])
    assert abs(result(motion(walk, rate))["steps"]["total"] - 40) <= 3


def test_a_long_gap_is_a_gap(morning):
    gap = np.zeros(len(morning), dtype=bool)
    gap[2000:12_000] = True
    holed = motion(np.where(gap[:, None], 0, morning.acceleration_g), missing=gap)
    found = result(holed)
    assert found["measured_share"] == pytest.approx(1 - 10_000 / len(morning), abs=0.02)
    assert found["activity_by_minute"][2] is None


def test_every_tenth_sample_missing_changes_little(morning):
    gap = np.random.default_rng(0).random(len(morning)) < 0.1
    holed = motion(np.where(gap[:, None], 0, morning.acceleration_g), missing=gap)
    assert abs(result(holed)["steps"]["total"] - 216) <= 5


def test_noise_raises_nothing():
    noise = np.random.default_rng(0).normal(0, 8, (20_000, 3))
    read(loader(motion(noise)), 20_000, RATE, WAIST)


def test_memory_does_not_grow_with_length():
    def made(span: Span) -> Motion:
        return motion(resting(span.length / 100, rate=100)[: span.length], 100.0)

    peaks = []
    for hours in (0.5, 2):
        tracemalloc.start()
        read(made, round(hours * 360_000), 100.0, WAIST)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
