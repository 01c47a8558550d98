"""Motion as the components of an Observation."""

import numpy as np
import pytest

from vitals.acts.motion_components import motion_components
from vitals.imu.reading import read
from vitals.imu.sites import Site
from vitals.imu.summary import NotAnalysable, Wearing
from vitals.tests.imu.made import RATE, fallen, loader, motion, resting, walking


def told(site):
    parts = [resting(30), walking(90), resting(20), fallen(), resting(60, (0.1, 0.05, 1))]
    whole = motion(np.concatenate(parts))
    return motion_components(read(loader(whole), len(whole), RATE, Wearing(site, 50)).to_json())


def named(components):
    return {each["code"]["coding"][0]["code"]: each for each in components}


def test_steps_carry_their_loinc_code():
    steps = named(told(Site.WRIST))["steps"]
    assert [coding["code"] for coding in steps["code"]["coding"]] == ["steps", "55423-8"]
    assert abs(steps["valueQuantity"]["value"] - 90) <= 3


def test_falls_are_possible():
    fall = named(told(Site.WAIST))["possible-falls"]
    assert (fall["code"]["text"], fall["valueQuantity"]["value"]) == ("Possible falls", 1)


@pytest.mark.parametrize("site", list(Site))
def test_what_is_withheld_is_a_reason_and_no_number(site):
    found = named(told(site))
    assert ("possible-falls" in found) != ("falls-withheld" in found)
    assert any(code.startswith("activity-") for code in found)


def test_what_cannot_be_read_says_why():
    why, made_by = motion_components(NotAnalysable("its axes have different units").to_json())
    assert why["valueString"] == "its axes have different units"
    assert made_by["valueString"] == "chartwave-imu 1"
