"""EDF+ files, read back by edfio: every sample, every gap said, nothing filled in silence."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import edfio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitals.ecg.arrays import Span, joined, true_spans
from vitals.export.edf.header import Person
from vitals.export.edf.layout import AFTER_THE_END, Remark, Signal, plan, record_size
from vitals.export.edf.numbers import number, scaled
from vitals.export.edf.records import stream

START = datetime(2026, 3, 1, 10, 0, 0, 250_000, tzinfo=UTC)
LEAD = Signal("ECG I", "uV", 1.0)


def two(*leads):
    return [Signal(f"ECG {name}", "uV", 1.0) for name in leads]


def written(values, runs, rate_hz=10, remarks=(), signals=None, person=None, at_once=64):
    """A file of ``values`` (n, channels), whose samples outside of ``runs`` nobody received."""
    everything = np.full((len(values) + 10_000, values.shape[1]), -32768, np.int16)
    for run in runs:
        everything[slice(*run)] = values[slice(*run)]
    signals = signals or [Signal(f"ECG {n}", "uV", 1.0) for n in range(values.shape[1])]
    planned = plan(signals, rate_hz, START, runs, remarks)
    body = b"".join(
        stream(
            planned,
            lambda span: everything[slice(*span)].copy(),
            person or Person(),
            "Patch One",
            at_once,
        )
    )
    assert len(body) == planned.file_bytes
    return body, planned


def read(body):
    return edfio.read_edf(io.BytesIO(body))


def noise(n, channels=1, seed=0):
    return np.random.default_rng(seed).integers(-32767, 32767, (n, channels)).astype(np.int16)


def said(edf):
    return [(a.onset, a.duration, a.text) for a in edf.annotations]


def back(body, planned, n):
    """The samples of the file at their place in the recording."""
    edf = read(body)
    out = np.full((n, edf.num_signals), -32768, np.int16)
    for channel, signal in enumerate(edf.signals):
        rows = signal.digital.reshape(-1, planned.record)
        for first, row in zip(planned.firsts, rows, strict=True):
            stop = min(n, first + planned.record)
            out[first:stop, channel] = row[: max(0, stop - first)]
    return out


@st.composite
def recordings(pick):
    """Runs of samples with gaps between them, some samples missing in them."""
    lengths = pick(st.lists(st.integers(1, 60), min_size=1, max_size=6))
    gaps = pick(st.lists(st.integers(1, 50), min_size=len(lengths), max_size=len(lengths)))
    runs, at = [], 0
    for length, gap in zip(lengths, gaps, strict=True):
        runs.append(Span(at, at + length))
        at += length + gap
    values = noise(runs[-1].end, pick(st.integers(1, 3)), pick(st.integers(0, 99)))
    for first, n in pick(st.lists(st.tuples(st.integers(0, at), st.integers(1, 30)), max_size=3)):
        values[first : first + n, 0] = -32768
    return values, runs


RATES = st.sampled_from([1, 7, 10, 12.5, 24.97, 33.333])


@settings(max_examples=80, deadline=None)
@given(recorded=recordings(), rate_hz=RATES, at_once=st.sampled_from([1, 40, 1000]))
def test_every_sample_comes_back_at_its_place(recorded, rate_hz, at_once):
    values, runs = recorded
    body, planned = written(values, runs, rate_hz, at_once=at_once)
    received = np.zeros(len(values), bool)
    for run in runs:
        received[slice(*run)] = True
    expected = np.where(received[:, None], values, -32768)
    assert np.array_equal(back(body, planned, len(values)), expected)


@settings(max_examples=80, deadline=None)
@given(recorded=recordings(), rate_hz=RATES)
def test_whatever_is_missing_is_said(recorded, rate_hz):
    values, runs = recorded
    body, planned = written(values, runs, rate_hz)
    mine = {f"Not measured{part}{lead}" for part in ("", " in part") for lead in ("", "@@ECG 0")}
    covered = joined(
        Span(round(onset * rate_hz), round((onset + duration) * rate_hz))
        for onset, duration, text in said(read(body))
        if text in mine
    )
    absent = back(body, planned, len(values))[:, 0] == -32768
    for gap in true_spans(absent):
        assert any(part.start <= gap.start and gap.end <= part.end for part in covered)


@settings(max_examples=40, deadline=None)
@given(recorded=recordings())
def test_what_is_called_not_measured_was_not(recorded):
    values, runs = recorded
    body, planned = written(values, runs)
    whole = back(body, planned, len(values))
    for onset, duration, text in said(read(body)):
        if text == "Not measured":
            first = round(onset * 10)
            assert (whole[first : first + round(duration * 10)] == -32768).all()


def test_a_recording_without_gaps_is_continuous():
    body, _ = written(noise(600), [Span(0, 600)])
    edf = read(body)
    assert body[192:197] == b"EDF+C"
    assert (edf.num_data_records, said(edf)) == (6, [])


def test_a_gap_makes_it_discontinuous_and_is_named():
    body, _ = written(noise(500), [Span(0, 100), Span(300, 500)])
    assert body[192:197] == b"EDF+D"
    assert said(read(body)) == [(10.0, 20.0, "Not measured")]


def test_a_lead_that_is_off_is_named_once_however_long():
    values = noise(1000, 2)
    values[150:730, 1] = -32768
    body, _ = written(values, [Span(0, 1000)], signals=two("I", "II"))
    assert said(read(body)) == [(15.0, 58.0, "Not measured@@ECG II")]


def test_what_fills_the_last_record_is_said():
    body, planned = written(noise(1003), [Span(0, 1003)])
    assert planned.record == 10
    assert said(read(body)) == [(100.3, 0.7, AFTER_THE_END)]


def test_a_short_strip_is_one_record_without_anything_after():
    body, planned = written(noise(83), [Span(0, 83)])
    assert (len(planned.firsts), said(read(body))) == (1, [])


def test_remarks_stand_at_their_time():
    remark = Remark(Span(40, 50), "The patient pressed the button")
    body, _ = written(noise(200), [Span(0, 200)], remarks=[remark])
    assert said(read(body)) == [(4.0, 1.0, "The patient pressed the button")]


def test_a_thousand_remarks_at_one_moment_all_find_room():
    remarks = [Remark(Span(40, 41), f"event {n}") for n in range(1000)]
    body, planned = written(noise(2000), [Span(0, 2000)], remarks=remarks)
    assert len(said(read(body))) == 1000
    assert planned.notes_bytes < 4000


def test_signs_that_end_an_annotation_cannot_stand_in_one():
    remark = Remark(Span(0, 1), "a\x14b\x00c\x15d")
    body, _ = written(noise(20), [Span(0, 20)], remarks=[remark])
    assert said(read(body))[0][2] == "abcd"


def test_without_asking_nobody_is_named():
    body, _ = written(noise(20), [Span(0, 20)])
    assert body[8:88].decode().rstrip() == "X X X X"


def test_who_asked_finds_the_patient_where_the_format_has_a_place():
    person = Person("MRN 7", "F", "02-AUG-1951", "Zoë Müller")
    body, _ = written(noise(20), [Span(0, 20)], person=person)
    edf = read(body)
    assert (edf.patient.code, edf.patient.sex, edf.patient.name) == ("MRN_7", "F", "Zoe_Muller")
    assert edf.patient.birthdate.isoformat() == "1951-08-02"


def test_the_start_is_kept_to_the_fraction_of_a_second():
    body, _ = written(noise(20), [Span(0, 20)])
    edf = read(body)
    assert (edf.startdate.isoformat(), edf.starttime.isoformat()) == (
        "2026-03-01",
        "10:00:00.250000",
    )
    assert edf.recording.equipment_code == "Patch_One"


@pytest.mark.parametrize("step", [1.0, 5.0, 0.4, 2.5, 4.8828125, 1 / 3, 1000 / 6400, 0.00123])
def test_the_scale_survives_eight_characters(step):
    unit, unit_per_step = scaled(step, {"uV": 1.0, "mV": 1000.0})
    body, _ = written(noise(20), [Span(0, 20)], signals=[Signal("ECG I", unit, unit_per_step)])
    signal = read(body).signals[0]
    microvolt = {"uV": 1, "mV": 1000}[signal.physical_dimension]
    physical, digital = signal.data * microvolt, signal.digital.astype(float)
    assert np.allclose(physical, digital * step, rtol=0, atol=4e-6 * 32768 * step)


@pytest.mark.parametrize(
    ("rate_hz", "n_channels", "runs", "size"),
    [
        (250, 1, [Span(0, 25_000)], 2500),
        (250, 3, [Span(0, 250 * 1805)], 1250),
        (250, 3, [Span(0, 250 * 1803)], 250),
        (250, 3, [Span(0, 1234)], 1234),
        (2000, 16, [Span(0, 2_000_000)], 2000),
        (249.7, 1, [Span(0, 24_970)], 2497),
        (128.2051282, 1, [Span(0, 99_999)], 128),
    ],
)
def test_a_record_is_as_long_as_nothing_is_cut_short_by(rate_hz, n_channels, runs, size):
    assert record_size(rate_hz, n_channels, runs) == size


@given(st.floats(-999_999, 9_999_999, allow_nan=False))
def test_a_number_fits_and_is_near(value):
    text = number(value)
    assert len(text) <= 8
    assert float(text) == pytest.approx(value, abs=0.51, rel=1e-5)


def test_no_text_makes_the_header_another_size():
    body, planned = written(noise(20), [Span(0, 20)], signals=[Signal("Ω" * 40, "µV/√Hz²²²", 1.0)])
    edf = read(body)
    assert len(body) == planned.file_bytes
    assert edf.signals[0].physical_range == (-32768, 32767)
