"""Trees in our own file say what scikit-learn says."""

import numpy as np
import pytest

from vitals.ecg.beats import features
from vitals.ecg.beats.classify import model
from vitals.ecg.beats.trees import Trees, from_scikit_learn

ensemble = pytest.importorskip("sklearn.ensemble")


@pytest.fixture(scope="module")
def some_rows():
    random = np.random.default_rng(1)
    rows = random.normal(size=(600, 4))
    rows[random.random(rows.shape) < 0.1] = np.nan
    truth = np.nan_to_num(rows[:, 0]) + np.nan_to_num(rows[:, 1]) ** 2 > 1
    return rows, truth


@pytest.fixture(scope="module")
def fitted(some_rows):
    classifier = ensemble.HistGradientBoostingClassifier(max_iter=20, random_state=0)
    return classifier.fit(*some_rows)


@pytest.fixture(scope="module")
def trees(fitted):
    return from_scikit_learn(fitted, ("a", "b", "c", "d"))


def test_the_log_odds_are_those_of_scikit_learn(fitted, trees, some_rows):
    expected = fitted.decision_function(some_rows[0])
    np.testing.assert_allclose(trees.log_odds(some_rows[0]), expected, atol=1e-9)


def test_what_is_unknown_goes_the_way_scikit_learn_sends_it(fitted, trees):
    unknown = np.full((1, 4), np.nan)
    np.testing.assert_allclose(trees.log_odds(unknown), fitted.decision_function(unknown))


def test_no_beats_have_no_odds(trees):
    assert trees.log_odds(np.zeros((0, 4))).shape == (0,)


def test_what_is_saved_is_read_back(trees, some_rows, tmp_path):
    trees.save(tmp_path / "model.npz")
    kept = Trees.load(tmp_path / "model.npz")
    assert (kept.log_odds(some_rows[0]) == trees.log_odds(some_rows[0])).all()


def test_the_same_trees_are_the_same_bytes(trees, tmp_path):
    for name in ("a.npz", "b.npz"):
        trees.save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_file_with_code_in_it_is_refused(tmp_path):
    np.savez(tmp_path / "bad.npz", **dict.fromkeys(Trees.__dataclass_fields__, np.array([{}])))
    with pytest.raises(ValueError, match="pickle"):
        Trees.load(tmp_path / "bad.npz")


def test_the_model_in_use_knows_the_features_by_name():
    assert tuple(model().names) == features.NAMES
