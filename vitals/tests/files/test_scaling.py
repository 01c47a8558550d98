"""One step for channels of different gains: no reading is lost, and what is rounded is said."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.files.found import Channel
from vitals.files.leads import channel_name, distinct, kind_of, lead_of
from vitals.files.refusals import Unreadable
from vitals.files.scaling import to_steps


def channel(values, scale, offset=0, missing=None):
    digital = np.array(values, np.int32)
    mask = None if missing is None else np.array(missing, bool)
    return Channel("f", "II", "uV", 250.0, digital, Fraction(scale), Fraction(offset), mask)


values = st.lists(st.integers(-600, 600), min_size=1, max_size=30)
gains = st.fractions(Fraction(1, 5), 5, max_denominator=2000)


@given(values, gains)
def test_one_gain_is_kept_exactly(numbers, scale):
    steps, step, notes = to_steps([channel(numbers, scale)], Fraction(1))
    assert step == scale
    assert steps[:, 0].tolist() == numbers
    assert notes == []


@given(values, gains, gains, st.fractions(-100, 100, max_denominator=7))
def test_no_two_readings_become_one_and_none_moves_more_than_half_a_step(numbers, one, other, off):
    channels = [channel(numbers, one), channel(numbers, other, off)]
    steps, step, _ = to_steps(channels, Fraction(1))
    for k, each in enumerate(channels):
        true = [each.scale * number + each.offset for number in numbers]
        kept = [int(whole) * step for whole in steps[:, k]]
        # half a step, and what a double cannot hold
        assert all(
            abs(t - got) <= step / 2 + Fraction(1, 10**9) for t, got in zip(true, kept, strict=True)
        )
        assert len(set(numbers)) == len(set(steps[:, k].tolist()))


@pytest.mark.parametrize(
    ("one", "other", "step"),
    [("1/200", "1/500", "1/1000"), ("5", "2.5", "2.5"), ("1/3", "1/2", "1/6")],
)
def test_gains_with_a_common_step_lose_nothing(one, other, step):
    channels = [channel([1, -7, 300], one), channel([1, -7, 300], other)]
    steps, found, notes = to_steps(channels, Fraction(1))
    assert found == Fraction(step)
    assert notes == []
    assert (steps[:, 0] * found == np.array([1, -7, 300]) * Fraction(one)).all()


def test_what_is_rounded_is_said():
    channels = [channel([20_000], "1/807"), channel([20_000], "1/718")]
    assert "different gains" in to_steps(channels, Fraction(1))[2][0].text


def test_missing_readings_stay_missing_whatever_the_gain():
    steps, _, _ = to_steps([channel([0, 5], 7, 3, [True, False])], Fraction(1))
    assert steps[0, 0] == -32768
    assert steps[1, 0] != -32768


def test_a_reading_at_the_lowest_rail_is_not_taken_for_a_missing_one():
    steps, _, notes = to_steps([channel([-32768, 0], 1)], Fraction(1))
    assert steps[:, 0].tolist() == [-32767, 0]
    assert notes[0].given["count"] == 1


def test_what_16_bits_cannot_hold_is_refused():
    with pytest.raises(Unreadable) as no:
        to_steps([channel([1, 8_000_000], 1)], Fraction(1))
    assert no.value.code == "amplitude-range"


@pytest.mark.parametrize(
    ("label", "lead"),
    [
        ("i", "I"), ("II", "II"), ("avr", "aVR"), ("AVL", "aVL"), ("v6", "V6"), ("MLII", "MLII"),
        ("ECG II", "II"), ("EKG V1", "V1"), ("ECG", "ECG"), ("EKG1", "ECG1"),
        ("ECG aVF-ref", "aVF"),
        ("Lead I (Einthoven)", "I"), ("MDC_ECG_LEAD_AVR", "aVR"), ("vx", "VX"), ("V", "V"),
        ("EEG Fpz", ""), ("EMG chin", ""), ("ABP", ""), ("Resp", ""), ("1", ""), ("", ""),
    ],
)  # fmt: skip
def test_leads_are_known_by_many_names(label, lead):
    assert lead_of(label) == lead


@pytest.mark.parametrize(
    ("label", "unit", "kind"),
    [
        ("II", "mV", "ecg"), ("II", "µV", "ecg"), ("II", "mmHg", None), ("Acc x", "m/s^2", "imu"),
        ("Gyro z", "deg/s", "imu"), ("Gyro z", "rad/s", None), ("PLETH", "NU", "ppg"),
        ("EEG C3", "uV", None), ("Resp", "mV", None),
    ],
)  # fmt: skip
def test_name_and_unit_tell_the_kind(label, unit, kind):
    found = kind_of(label, unit)
    assert (found[0] if found else None) == kind


@given(st.text(max_size=40))
def test_every_label_gives_a_name_that_recordings_take(label):
    from vitals.acts.recording import CHANNEL

    assert CHANNEL.fullmatch(channel_name("imu", label))


@given(st.lists(st.sampled_from(["ECG", "II", "a name of 16 ch."]), max_size=9))
def test_names_are_never_the_same(names):
    assert len(set(distinct(names))) == len(names)
