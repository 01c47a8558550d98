"""WFDB records, read back by the package wfdb."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
import wfdb as theirs
from hypothesis import given, settings
from hypothesis import strategies as st

from vitals.export import wfdb
from vitals.export.wfdb import Annotation

START = datetime(2026, 3, 1, 23, 59, 58, 500_000, tzinfo=UTC)


def written(folder, values, rate_hz=250.0, step=0.005, items=(), comments=()):
    sums = wfdb.Sums(values.shape[1])
    for part in np.array_split(values, 3):
        sums.add(part)
    signals = [wfdb.Signal(f"lead {n}", "mV", step) for n in range(values.shape[1])]
    text = wfdb.header("rec_1", signals, rate_hz, START, sums, comments)
    (folder / "rec_1.hea").write_text(text)
    (folder / "rec_1.dat").write_bytes(wfdb.samples(values))
    (folder / "rec_1.atr").write_bytes(wfdb.annotation_file(items))
    return str(folder / "rec_1")


def noise(n=400, channels=2):
    return np.random.default_rng(n).integers(-32767, 32767, (n, channels)).astype(np.int16)


def test_every_sample_comes_back(tmp_path):
    record = theirs.rdrecord(written(tmp_path, noise()), physical=False)
    assert np.array_equal(record.d_signal, noise())


def test_what_was_not_measured_is_no_number(tmp_path):
    values = noise()
    values[10:20, 1] = -32768
    record = theirs.rdrecord(written(tmp_path, values))
    assert np.isnan(record.p_signal[10:20, 1]).all()
    assert np.isnan(record.p_signal).sum() == 10


def test_the_header_says_lead_scale_rate_and_start(tmp_path):
    record = theirs.rdrecord(written(tmp_path, noise(), rate_hz=249.7, step=0.0048828125))
    assert (record.sig_name, record.units, record.fs) == (["lead 0", "lead 1"], ["mV"] * 2, 249.7)
    assert np.allclose(record.p_signal, noise() * 0.0048828125, rtol=1e-9)
    assert record.base_datetime == START.replace(tzinfo=None)


def test_checksums_are_those_of_the_samples(tmp_path):
    record = theirs.rdrecord(written(tmp_path, noise()), physical=False)
    assert [each % 2**16 for each in record.checksum] == record.calc_checksum()
    assert record.init_value == noise()[0].tolist()


def test_comments_stay_on_their_line(tmp_path):
    record = theirs.rdheader(written(tmp_path, noise(), comments=["two\nlines"]))
    assert record.comments == ["two lines"]


ITEMS = st.lists(
    st.builds(
        Annotation,
        st.one_of(st.integers(1, 3000), st.integers(1, 2**31 - 1)),
        st.sampled_from([1, 5, 12, 13, 14, 22]),
        st.text("abc: (", max_size=12).map(str.strip),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(items=ITEMS)
def test_annotations_come_back(tmp_path_factory, items):
    ordered = sorted(items, key=lambda item: item.sample)
    name = written(tmp_path_factory.mktemp("wfdb"), noise(9), items=ordered)
    found = theirs.rdann(name, "atr", return_label_elements=["label_store"])
    assert found.sample.tolist() == [item.sample for item in ordered]
    assert found.label_store.tolist() == [item.code for item in ordered]
    assert found.aux_note == [item.text for item in ordered]


@pytest.mark.parametrize(("letter", "symbol"), [("N", "N"), ("V", "V"), ("P", "/"), ("Q", "Q")])
def test_classes_are_the_symbols_that_others_know(tmp_path, letter, symbol):
    name = written(tmp_path, noise(9), items=[Annotation(4, wfdb.BEATS[letter])])
    assert theirs.rdann(name, "atr").symbol == [symbol]
