"""Each hour counts what lies in it, and nothing twice."""

from dataclasses import replace

import numpy as np
import pytest

from vitals.ecg.arrays import Span
from vitals.ecg.beats.classes import NORMAL, VENTRICULAR
from vitals.ecg.hourly import Course, table
from vitals.ecg.rhythm import Pause

RATE_HZ = 100.0
HOUR = 360_000


def course(hours, **changes):
    """A beat each second from the first half second on."""
    beats = np.arange(50, round(hours * HOUR), 100)
    classes = np.full(len(beats), NORMAL, dtype=np.uint8)
    usual = Course(round(hours * HOUR), RATE_HZ, beats, classes, (), (), ())
    return replace(usual, **changes)


@pytest.mark.parametrize(("hours", "rows"), [(0.1, 1), (1, 1), (1.5, 2), (24, 24)])
def test_every_hour_begun_has_a_row(hours, rows):
    assert [hour.number for hour in table(course(hours))] == list(range(rows))


def test_beats_of_all_hours_are_all_beats():
    assert sum(hour.beats for hour in table(course(2.5))) == 9000


def test_the_rate_is_that_of_the_hour():
    first = np.arange(50, HOUR, 100)
    second = np.arange(HOUR + 25, 2 * HOUR, 50)
    beats = np.concatenate([first, second])
    hours = table(course(2, beats=beats, classes=np.zeros(len(beats), dtype=np.uint8)))
    assert [round(hour.rate.mean_per_min) for hour in hours] == [60, 120]


def test_the_share_of_a_broken_hour_is_of_what_it_has():
    hours = table(course(1.5, rejected=(Span(HOUR - 1000, HOUR + 90_000),)))
    assert hours[0].analysable_share == pytest.approx(1 - 1000 / HOUR)
    assert hours[1].analysable_share == pytest.approx(0.5)


def test_an_hour_that_was_not_read_has_no_rate():
    whole = Span(0, HOUR)
    none = np.zeros(0, dtype=np.int64)
    hour = table(course(1, beats=none, classes=none.astype(np.uint8), rejected=(whole,)))[0]
    assert (hour.rate, hour.analysable_share, hour.beats) == (None, 0.0, 0)


def test_ventricular_beats_are_counted_where_they_are():
    plain = course(2)
    classes = plain.classes.copy()
    classes[[10, 11, 4000]] = VENTRICULAR
    assert [hour.ventricular for hour in table(replace(plain, classes=classes))] == [2, 1]


def test_pauses_are_counted_where_they_begin():
    pauses = (Pause(HOUR - 100, 3.0), Pause(HOUR + 100, 2.5))
    assert [hour.pauses for hour in table(course(2, pauses=pauses))] == [1, 1]


def test_an_episode_over_the_border_is_shared():
    af = (Span(HOUR - 6000, HOUR + 3000),)
    assert [hour.possible_af_s for hour in table(course(2, possible_af=af))] == [60.0, 30.0]


def test_what_is_withheld_has_no_number():
    hour = table(course(1, possible_af=None, ventricular_withheld=True))[0]
    assert (hour.ventricular, hour.possible_af_s) == (None, None)


def test_nothing_recorded_has_no_row():
    assert table(course(0)) == []
