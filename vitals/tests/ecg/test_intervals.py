"""Intervals are those of the beats, and are withheld where they were not earned."""

import json
from dataclasses import replace

import numpy as np
import pytest

from vitals.ecg import intervals
from vitals.ecg.arrays import Span
from vitals.ecg.axis import Axes
from vitals.ecg.beats.classes import NORMAL, PACED, VENTRICULAR
from vitals.ecg.fusion import fuse
from vitals.ecg.intervals import PieceIntervals, measure, summarise
from vitals.ecg.signal import Ecg
from vitals.ecg.st import Level
from vitals.tests.ecg.made_ecg import twelve_leads

DIAGNOSTIC = (0.05, 150.0)


@pytest.fixture(scope="module")
def window():
    return fuse(twelve_leads(bandwidth_hz=DIAGNOSTIC))


def measured(fused, kind=NORMAL, **known):
    classes = np.full(len(fused.beats), kind, dtype=np.uint8)
    return measure(fused, classes, Span(0, fused.ecg.n_samples), **known)


def piece(**values):
    usual = PieceIntervals(
        core=Span(0, 150_000),
        beats=300,
        rr_ms=1000.0,
        pr_ms=160.0,
        qrs_ms=90.0,
        qt_ms=400.0,
        p_present=True,
        leads_used=("II",),
        no_axis="only from the 12 standard leads",
    )
    return replace(usual, **values)


def told(*pieces, **known):
    return summarise(pieces, **{"paced": False, "age_years": 50.0, **known})["intervals"]


def test_the_intervals_of_known_waves(window):
    found = measured(window)
    # Gaussian waves, 2 to 3 widths to each side: P from -211 ms, QRS from -51 to 56, T to 370.
    assert found.pr_ms == pytest.approx(160, abs=12)
    assert found.qrs_ms == pytest.approx(107, abs=14)
    assert found.qt_ms == pytest.approx(421, abs=16)
    assert found.rr_ms == pytest.approx(800, abs=1)
    assert found.p_present
    assert found.leads_used == window.ecg.leads


@pytest.mark.parametrize("rate_hz", [100.0, 249.7, 1000.0])
def test_the_sampling_rate_does_not_matter(window, rate_hz):
    other, usual = measured(fuse(twelve_leads(rate_hz=rate_hz))), measured(window)
    assert other.qt_ms == pytest.approx(usual.qt_ms, abs=8)
    assert other.qrs_ms == pytest.approx(usual.qrs_ms, abs=8)
    assert other.pr_ms == pytest.approx(usual.pr_ms, abs=8)


def test_where_the_window_begins_is_added(window):
    assert measured(window, start=5000).core == Span(5000, 5000 + window.ecg.n_samples)


def test_axes_and_st_come_with_a_declared_bandwidth(window):
    found = measured(window)
    assert found.axis.qrs == pytest.approx(60, abs=5)
    assert set(found.st) == set(window.ecg.leads)
    assert found.no_axis is None


def test_axes_and_st_are_not_told_without_it(window):
    plain = replace(window, ecg=replace(window.ecg, bandwidth_hz=None))
    found = measured(plain)
    assert (found.axis, found.st) == (None, {})
    assert found.no_axis == "the recorder does not declare its bandwidth"


def test_ventricular_beats_are_not_averaged(window):
    assert measured(window, VENTRICULAR).beats == 0


def test_paced_beats_are_measured_as_such(window):
    assert measured(window, PACED).paced


def test_beats_beside_rejected_time_are_not_averaged(window):
    rejected = window.rejected.copy()
    rejected[window.beats[10] + 100] = True
    spoilt = replace(window, rejected=rejected)
    assert measured(spoilt).beats < measured(window).beats


def test_no_signal_has_no_intervals():
    ecg = twelve_leads()
    silent = replace(ecg, microvolts=np.zeros_like(ecg.microvolts), missing=~ecg.missing)
    found = measured(fuse(silent))
    assert (found.beats, found.qt_ms, found.pr_ms) == (0, None, None)


def spoilt(kind):
    """What is no ECG, or hardly one."""
    ecg, random = twelve_leads(), np.random.default_rng(5)
    t = np.arange(ecg.n_samples) / 500
    if kind == "noise":
        return replace(ecg, microvolts=random.normal(scale=300, size=ecg.microvolts.shape))
    if kind == "hum":
        hum = 2000 * np.sin(2 * np.pi * 50 * t)
        return replace(ecg, microvolts=ecg.microvolts + hum[:, None])
    if kind == "one lead":
        return Ecg(ecg.microvolts[:, :1], ecg.missing[:, :1], 500.0, ("patch",))
    if kind == "gaps":
        missing = random.random(ecg.n_samples // 50).repeat(50) < 0.3
        gone = np.repeat(missing[:, None], 12, axis=1)
        return replace(ecg, microvolts=np.where(gone, 0.0, ecg.microvolts), missing=gone)
    return replace(ecg, microvolts=np.clip(ecg.microvolts * 20, -5000, 5000))


@pytest.mark.parametrize("kind", ["noise", "hum", "one lead", "gaps", "rails"])
def test_nothing_that_is_sent_stops_the_measurement(kind):
    found = measured(fuse(spoilt(kind)))
    told = summarise([found], paced=False, age_years=None)["intervals"]
    assert all(told[f"{name}_ms"] is not None or told["withheld"][name] for name in ("pr", "qt"))


def test_noise_has_no_intervals():
    assert measured(fuse(spoilt("noise"))).beats == 0


def test_a_qrs_without_clear_borders_gives_no_interval():
    found = told(piece(qrs_ms=None, pr_ms=None, qt_ms=None))
    assert set(found["withheld"].values()) == {intervals.UNCLEAR_QRS}


@pytest.mark.parametrize("found", ["window", "empty", "full"])
def test_a_piece_comes_back_from_json(found, window):
    examples = {
        "window": measured(window),
        "empty": PieceIntervals(Span(0, 10)),
        "full": piece(
            axis=Axes(40, -30, None), st={"I": Level(10.0, -20.5), "V1": None}, no_axis=None
        ),
    }
    one = examples[found]
    assert PieceIntervals.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_qt_is_corrected_by_the_cube_root_and_the_square_root():
    found = told(piece(rr_ms=729.0, qt_ms=360.0))
    assert found["qtc_fridericia_ms"] == pytest.approx(360 / 0.9, abs=0.06)
    assert found["qtc_bazett_ms"] == pytest.approx(360 / 0.729**0.5, abs=0.06)


def test_the_recording_has_the_medians_of_its_pieces():
    found = told(piece(qt_ms=390.0), piece(qt_ms=400.0), piece(qt_ms=460.0, qrs_ms=100.0))
    assert (found["qt_ms"], found["qrs_ms"]) == (400.0, 90.0)


@pytest.mark.parametrize(
    ("values", "known", "reason"),
    [
        ({}, {"paced": True}, intervals.PACED_PATIENT),
        ({"paced": True}, {}, intervals.PACED_PATIENT),
        ({}, {"paced": None}, intervals.MAYBE_PACED),
        ({}, {"possible_af": [Span(100, 200)]}, intervals.MAYBE_AF),
        ({"qrs_ms": 120.0}, {}, intervals.WIDE_QRS),
        ({"qrs_ms": None}, {}, intervals.UNCLEAR_QRS),
        ({"rr_ms": 1201.0}, {}, intervals.OFF_RATE),
        ({"rr_ms": 545.0}, {}, intervals.OFF_RATE),
        ({"qt_ms": None}, {}, intervals.POOR_T),
        ({}, {"age_years": 15.9}, intervals.NOT_ADULT),
        ({"beats": 0}, {}, intervals.NO_BEATS),
    ],
)
def test_why_qtc_is_withheld(values, known, reason):
    found = told(piece(**values), **known)
    assert found["withheld"]["qtc"] == reason
    assert (found["qtc_fridericia_ms"], found["qtc_bazett_ms"]) == (None, None)


@pytest.mark.parametrize(
    ("values", "known"),
    [
        ({"qrs_ms": 119.0}, {}),
        ({"rr_ms": 1200.0}, {}),
        ({"rr_ms": 546.0}, {}),
        ({}, {"age_years": 16}),
    ],
)
def test_qtc_is_told_up_to_the_limits(values, known):
    found = told(piece(**values), **known)
    assert found["withheld"]["qtc"] is None
    assert found["qtc_fridericia_ms"] > 0


def test_only_the_pieces_at_a_fit_rate_are_corrected():
    slow = piece(rr_ms=1500.0, qt_ms=480.0)
    assert told(piece(), slow)["qtc_fridericia_ms"] == 400.0


@pytest.mark.parametrize("age_years", [None, 16.0, 90.0])
def test_an_unknown_age_is_taken_for_an_adult(age_years):
    assert told(piece(), age_years=age_years)["pr_ms"] == 160.0


def test_without_p_there_is_no_pr():
    found = told(piece(p_present=False, pr_ms=None), piece(p_present=False, pr_ms=None), piece())
    assert (found["pr_ms"], found["p_present"]) == (None, False)
    assert found["withheld"]["pr"] == intervals.NO_P


def test_nothing_examined_has_no_intervals():
    assert told()["withheld"]["qrs"] == intervals.NO_BEATS


def test_axes_across_the_back_are_not_averaged_to_the_front():
    both = [piece(axis=Axes(None, degrees, 30), no_axis=None) for degrees in (170, -170)]
    assert abs(summarise(both, paced=False, age_years=50)["axis"]["qrs"]) == 180


def test_st_is_the_median_of_the_pieces():
    pieces = [piece(st={"V2": Level(uv, uv)}, no_axis=None) for uv in (0.0, 50.0, 400.0)]
    found = summarise(pieces, paced=False, age_years=50)["st"]
    assert found["V2"] == {"j_uv": 50.0, "j60_uv": 50.0}


def test_a_lead_without_st_says_why():
    found = summarise([piece(st={"V2": None}, no_axis=None)], paced=False, age_years=50)
    assert found["st"]["V2"] == {"withheld": "too noisy"}


def test_why_there_are_no_axes_and_no_st_is_said():
    found = summarise([piece()], paced=False, age_years=50)
    assert found["st"]["withheld"] == found["axis"]["withheld"] == piece().no_axis
