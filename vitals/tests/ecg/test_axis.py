"""Axes point where the voltages of leads I and aVF add up to."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.ecg.averaging import average
from vitals.ecg.axis import AVF_SCALE, angle, axes
from vitals.ecg.delineation import delineate
from vitals.ecg.leads import STANDARD
from vitals.tests.ecg.made_ecg import r_peaks, twelve_leads


@given(st.integers(-179, 180), st.floats(50, 3000))
def test_a_vector_is_found_from_its_shadows(degrees, size_uv):
    lead_i = size_uv * math.cos(math.radians(degrees))
    avf = size_uv * math.sin(math.radians(degrees)) / AVF_SCALE
    assert angle(lead_i, avf) == degrees


def test_a_vector_of_no_length_points_nowhere():
    assert angle(3.0, -4.0) is None


def test_all_three_axes_of_a_beat_whose_waves_point_the_same_way():
    beats = r_peaks(75, 20, 500)
    ecg = twelve_leads()
    beat = average(ecg.microvolts, ecg.missing, beats, np.full((len(beats), 2), 0.8), 500.0)
    found = axes(beat, delineate(beat), STANDARD)
    expected = pytest.approx(math.degrees(math.atan2(AVF_SCALE * 0.75, 0.5)), abs=4)
    assert (found.p, found.qrs, found.t) == (expected, expected, expected)
