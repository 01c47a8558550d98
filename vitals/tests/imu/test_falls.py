"""Possible falls, and the model that tells them."""

import json

import numpy as np
import pytest

from vitals.imu.falls import events, sisfall, train
from vitals.imu.falls.candidates import FEATURES, features, impacts, limited, size
from vitals.imu.falls.events import PossibleFall, apart, find
from vitals.imu.falls.model import FILE, Trees, trained
from vitals.imu.sites import Site
from vitals.tests.imu.made import fallen, resting, walking


def found(acceleration):
    return find(acceleration, np.ones(len(acceleration), dtype=bool))


def test_a_fall_is_found_where_it_hit():
    (fall,) = found(fallen())
    assert abs(fall.at - 8.5 * 50) < 10
    assert fall.confidence >= 0.5


@pytest.mark.parametrize("turn", [[1, 2, 0], [2, 0, 1]])
def test_it_does_not_matter_how_the_sensor_is_turned(turn):
    assert found(fallen()[:, turn]) == pytest.approx(found(fallen()))


@pytest.mark.parametrize(
    "acceleration",
    [resting(60), walking(100), np.zeros((3000, 3)), resting(0.5), np.zeros((0, 3))],
    ids=["rest", "walking", "nothing", "a moment", "empty"],
)
def test_what_is_no_fall_is_not_listed(acceleration):
    assert found(acceleration) == []


def test_nothing_is_claimed_where_too_little_was_measured():
    acceleration = fallen()
    sound = np.ones(len(acceleration), dtype=bool)
    sound[440:560] = False
    assert find(acceleration, sound) == []


def test_who_falls_twice_within_ten_seconds_is_listed_once():
    listed = [PossibleFall(0, 0.6, 3, 80), PossibleFall(300, 0.9, 3, 80)]
    assert apart(listed) == [listed[1]]


@pytest.mark.parametrize("site", list(Site))
def test_falls_are_looked_for_on_the_trunk_only(site):
    assert (events.withheld(site, 50.0) == "") == site.on_trunk


def test_a_slow_recording_has_no_falls():
    assert "samples a second" in events.withheld(Site.WAIST, 25.0)


def test_elsewhere_than_at_the_waist_it_says_that_it_is_not_proven():
    assert "not known" in events.remark(Site.CHEST)
    assert events.remark(Site.WAIST) == ""


def test_a_sensor_of_small_range_gives_the_same_features():
    strong = fallen() * 2.0
    wide, narrow = limited(strong), limited(np.clip(strong, -4, 4))
    at = int(impacts(size(wide), np.ones(len(wide), dtype=bool))[0])
    assert np.array_equal(features(wide, size(wide), at), features(narrow, size(narrow), at))


def test_every_feature_is_a_number_even_at_the_ends():
    acceleration = limited(fallen())
    rows = [features(acceleration, size(acceleration), at) for at in (0, 5, len(acceleration) - 1)]
    assert np.isfinite(rows).all()
    assert len(rows[0]) == len(FEATURES)


def test_the_file_of_the_model_is_what_is_evaluated():
    assert json.loads(FILE.read_text()) == trained().to_json()


def test_a_model_of_other_features_is_refused():
    kept = json.loads(FILE.read_text()) | {"features": ["impact_g"]}
    with pytest.raises(ValueError, match="other features"):
        Trees.from_json(kept)


def made_examples(n=300):
    random = np.random.default_rng(5)
    told = random.standard_normal((n, len(FEATURES)))
    return train.Examples(told, told[:, 0] + told[:, 3] > 0.5, np.array(["A", "B"] * (n // 2)))


def test_our_trees_say_what_scikit_learn_says():
    from sklearn.ensemble import HistGradientBoostingClassifier

    learnt = made_examples()
    theirs = HistGradientBoostingClassifier(**train.SETTINGS).fit(learnt.told, learnt.is_fall)
    others = np.random.default_rng(6).standard_normal((500, len(FEATURES)))
    ours = train.fit(learnt).probability(others)
    assert np.allclose(ours, theirs.predict_proba(others)[:, 1], atol=1e-4)


def test_training_twice_gives_the_same_model():
    learnt = made_examples()
    assert train.fit(learnt).to_json() == train.fit(learnt).to_json()


def test_a_person_is_judged_by_a_model_that_has_not_seen_them(monkeypatch):
    seen = []
    monkeypatch.setattr(train, "fit", lambda learnt: seen.append(set(learnt.subject)))
    monkeypatch.setattr(train, "judged", lambda trial, trees: None)
    trials = [sisfall.Trial(s, "F01", f"{s}_F01_R01", fallen()) for s in ("SA", "SB", "SC")]
    train.left_out(trials)
    assert seen == [{"SB", "SC"}, {"SA", "SC"}, {"SA", "SB"}]


def test_scores_count_trials():
    outcomes = [
        train.Outcome("a", "S", is_fall=True, falls=1, hours=1),
        train.Outcome("b", "S", is_fall=True, falls=0, hours=1),
        train.Outcome("c", "S", is_fall=False, falls=2, hours=1),
        train.Outcome("d", "S", is_fall=False, falls=0, hours=1),
    ]
    told = train.scores(outcomes)
    assert (told["sensitivity"], told["specificity"], told["f1"]) == (50, 50, 50)
    assert (told["false_falls"], told["hours_without_falls"]) == (2, 2)


@pytest.mark.needs("shared_data")
def test_what_is_kept_is_what_training_gives(shared_data, tmp_path, monkeypatch):
    kept = FILE.read_text()
    learnt = train.examples(list(sisfall.trials(shared_data / "signals" / "sisfall")))
    assert json.dumps(train.fit(learnt).to_json(), separators=(",", ":")) + "\n" == kept
