"""Units and axes are never guessed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.imu.motion import STANDARD_GRAVITY, Unreadable, layout
from vitals.imu.sites import Site, site_of

MISSING = -32768
ONE_G = {"g": 1.0, "m/s2": STANDARD_GRAVITY}


@pytest.mark.parametrize("unit", ["g", "m/s2"])
def test_one_g_is_one_g_in_any_unit(unit):
    axes = layout(["x", "y", "z"], unit, ONE_G[unit] / 1000)
    found = axes.motion(np.array([[0, 1000, 0]], np.int16), MISSING, 50.0)
    assert found.acceleration_g.tolist() == [[0, pytest.approx(1), 0]]


@pytest.mark.parametrize(
    ("channels", "columns"),
    [
        (["x", "y", "z"], (0, 1, 2)),
        (["az", "ay", "ax"], (2, 1, 0)),
        (["acc_Y", "acc_X", "acc_Z"], (1, 0, 2)),
        (["a1", "a2", "a3"], (0, 1, 2)),
    ],
)
def test_the_axes_are_found_by_their_names(channels, columns):
    assert layout(channels, "g", 0.001).acceleration.columns == columns


MIXED = ["ax g", "ay g", "az g", "gx deg/s", "gy deg/s", "gz deg/s"]


def test_channels_of_different_units_say_which():
    axes = layout(MIXED, "mixed", 0.5)
    found = axes.motion(np.array([[2, 0, 0, 0, 0, 90]], np.int16), MISSING, 50.0)
    assert found.acceleration_g.tolist() == [[1, 0, 0]]
    assert found.rotation_deg_per_s.tolist() == [[0, 0, 45]]


def test_radians_become_degrees():
    names = [name.replace("deg/s", "rad/s") for name in MIXED]
    rotation = layout(names, "mixed", 1.0).rotation
    assert rotation.per_step == pytest.approx(57.29578)


@pytest.mark.parametrize(
    ("channels", "unit", "words"),
    [
        (["ax", "ay", "az", "gx", "gy", "gz"], "mixed", "do not say which"),
        (["ax g", "ay m/s2", "az g"], "mixed", "different units"),
        (["x", "y", "z"], "deg/s", "no acceleration"),
        (["x", "y"], "g", "told apart"),
        (["x"], "g", "told apart"),
        (["x", "y", "y2"], "g", "told apart"),
        (["a", "b", "c", "d"], "g", "told apart"),
        (["gx deg/s", "gy deg/s", "gz deg/s"], "mixed", "no acceleration"),
    ],
)
def test_what_is_not_said_is_refused_in_words(channels, unit, words):
    with pytest.raises(Unreadable, match=words):
        layout(channels, unit, 0.001)


def test_a_missing_axis_makes_the_sample_missing():
    steps = np.array([[1, MISSING, 1], [1, 2, 3]], np.int16)
    found = layout(["x", "y", "z"], "g", 1.0).motion(steps, MISSING, 50.0)
    assert found.missing.tolist() == [True, False]
    assert found.acceleration_g[0].tolist() == [0, 0, 0]


@given(st.permutations(MIXED), st.floats(1e-4, 1))
def test_the_order_of_the_channels_does_not_matter(channels, per_step):
    values = dict(zip(MIXED, [1, 2, 3, 4, 5, 6], strict=True))
    row = np.array([[values[name] for name in channels]], np.int16)
    found = layout(channels, "mixed", per_step).motion(row, MISSING, 50.0)
    assert np.allclose(found.acceleration_g, np.array([[1, 2, 3]]) * per_step)
    assert np.allclose(found.rotation_deg_per_s, np.array([[4, 5, 6]]) * per_step)


@pytest.mark.parametrize(
    ("words", "site"),
    [
        ("chest", Site.CHEST), ("left chest", Site.CHEST), ("Left wrist", Site.WRIST),
        ("lower back", Site.WAIST), ("right hip", Site.WAIST), ("ankle", Site.ANKLE),
        ("upper arm", Site.UPPER_ARM), ("other", Site.OTHER), ("", Site.UNKNOWN),
        ("  ", Site.UNKNOWN), ("forehead", Site.OTHER),
    ],
)  # fmt: skip
def test_the_wear_site_is_what_was_written_down(words, site):
    assert site_of(words) is site
