"""Files that lie, end too soon, or try to break out: each is refused in words, none crashes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitals.files.bundle import Bundle
from vitals.files.layout import Layout
from vitals.files.reading import content_of
from vitals.files.refusals import Unreadable
from vitals.files.sorting import recordings_of
from vitals.tests.files import made

EDF = made.edf()
SAMPLES_PER_RECORD = 256 + 216  # of the only signal


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (EDF[:100], "truncated"),
        (EDF[:300], "truncated"),
        (EDF[:-1], "truncated"),
        (EDF + b"\0" * 1000, "record-count"),
        (made.spoiled(EDF, 236, "9999"), "truncated"),
        (made.spoiled(EDF, 236, "3"), "record-count"),
        (made.spoiled(EDF, 236, "0"), "empty"),
        (made.spoiled(EDF, 236, "-7"), "header"),
        (made.spoiled(EDF, 236, "ten"), "header"),
        (made.spoiled(EDF, 244, "0"), "header"),
        (made.spoiled(EDF, 244, "nan"), "header"),
        (made.spoiled(EDF, 244, "1e9"), "header"),
        (made.spoiled(EDF, 244, "0.001"), "sampling-rate"),
        (made.spoiled(EDF, 252, "0", 4), "header"),
        (made.spoiled(EDF, 252, "9999", 4), "header"),
        (made.spoiled(EDF, 184, "77"), "header"),
        (made.spoiled(EDF, SAMPLES_PER_RECORD, "0"), "empty"),
        (made.spoiled(EDF, SAMPLES_PER_RECORD, "99999999"), "header"),
        (made.spoiled(EDF, 256 + 104, "5") and made.spoiled(EDF, 256 + 112, "-3276.8"), "scale"),
        (made.spoiled(EDF, 256 + 112, "nan"), "header"),
        (made.spoiled(EDF, 256 + 120, "32767"), "scale"),
        (made.spoiled(EDF, 88, "", 80)[:168] + b"99.99.9910.00.00" + EDF[184:], "header"),
        (made.edf(("EEG Fp1",)), "no-signal"),
        (made.edf([f"ECG {k}" for k in range(17)]), "channels"),
        (b"\xffBIOSEMI" + EDF[8:], "format"),
        (b"\x1f\x8b" + EDF, "format"),
        (bytes(range(256)) * 4, "format"),
    ],
)
def test_an_edf_that_cannot_be_is_refused(refused, data, code):
    assert refused({"a.edf": data}) == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"rate": "0"}, "header"),
        ({"rate": "1000000000"}, "header"),
        ({"rate": "-250"}, "header"),
        ({"rate": "nan"}, "header"),
        ({"rate": "0.5"}, "sampling-rate"),
        ({"gains": ("0", "200")}, "not-calibrated"),
        ({"gains": ("x", "200")}, "header"),
        ({"more": " 25:99:99 01/01/2020"}, "header"),
        ({"form": "999"}, "format"),
        ({"form": "16x99999"}, "header"),
    ],
)
def test_a_wfdb_header_that_cannot_be_is_refused(refused, changed, code):
    assert refused(made.wfdb(**changed)) == code


@pytest.mark.parametrize(
    ("was", "now", "code"),
    [
        (b" 2500", b" 2501", "truncated"),
        (b" 2500", b" 999999999999", "header"),
        (b"rec 2", b"rec 3", "header"),
        (b"rec 2", b"rec 0", "header"),
        (b"rec 2", b"rec/2 2", "header"),
        (b"rec.dat", b"../rec.dat", "header"),
        (b"rec.dat", b"/etc/passwd", "header"),
        (b"rec.dat", b"other.dat", "part-missing"),
    ],
)
def test_a_wfdb_header_that_lies_about_its_files_is_refused(refused, was, now, code):
    files = made.wfdb()
    assert refused(files | {"rec.hea": files["rec.hea"].replace(was, now)}) == code


def test_two_records_at_once_are_refused(refused):
    assert refused(made.wfdb() | made.wfdb(name="other")) == "several-records"
    assert refused({"a.edf": EDF, "b.edf": EDF}) == "several-records"


def test_a_header_without_its_signal_file_is_refused(refused):
    assert refused({"rec.hea": made.wfdb()["rec.hea"]}) == "part-missing"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"NumberOfWaveformSamples": 2501}, "truncated"),
        ({"NumberOfWaveformSamples": 0}, "header"),
        ({"NumberOfWaveformSamples": 4_000_000_000}, "header"),
        ({"NumberOfWaveformChannels": 13}, "header"),
        ({"SamplingFrequency": "0"}, "sampling-rate"),
        ({"SamplingFrequency": "1000000000"}, "sampling-rate"),
        ({"WaveformBitsAllocated": 32}, "format"),
        ({"WaveformOriginality": "DERIVED"}, "no-signal"),
        ({"WaveformSequence": []}, "no-signal"),
        ({"began": "20259901"}, "header"),
    ],
)
@pytest.mark.filterwarnings("ignore:Invalid value for VR DT")
def test_a_dicom_that_cannot_be_is_refused(refused, changed, code):
    assert refused({"a.dcm": made.dicom(**changed)}) == code


@pytest.mark.parametrize("keep", [131, 200, 1000, 20_000])
def test_a_dicom_that_is_cut_off_is_refused(refused, keep):
    assert refused({"a.dcm": made.dicom()[:keep]}) in ("format", "header", "truncated", "no-signal")


AECG = made.aecg()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (AECG[:500], "header"),
        (AECG.replace(b"<Anno", b'<!DOCTYPE a [<!ENTITY b "c">]><Anno', 1), "doctype"),
        (AECG.replace(b'"0.002"', b'"0"'), "header"),
        (AECG.replace(b'"0.002"', b'"1e-12"'), "sampling-rate"),
        (AECG.replace(b'"0.002"', b'"soon"'), "header"),
        (AECG.replace(b'value="2.5"', b'value="0"'), "scale"),
        (AECG.replace(b"<digits>", b"<digits>x "), "header"),
        (AECG.replace(b"<digits>", b"<digits>99999999999999999999 "), "header"),
        (AECG.replace(b'"20250301100000.000"', b'"2025-03-01"'), "header"),
        (AECG.replace(b"MDC_ECG_LEAD", b"OTHER"), "no-signal"),
        (b"<AnnotatedECG/>", "header"),
        (b"<a>" * 100 + b"<AnnotatedECG/>", "header"),
    ],
)
def test_an_aecg_that_cannot_be_is_refused(refused, data, code):
    assert refused({"a.xml": data}) == code


@pytest.mark.parametrize(
    ("text", "layout", "code"),
    [
        ("", {"sampling_rate_hz": 250}, "empty"),
        ("I,II\n", {"sampling_rate_hz": 250}, "empty"),
        ("I,II\n1,2\n3", {"sampling_rate_hz": 250}, "row"),
        ("I,II\n1,2\n3,x", {"sampling_rate_hz": 250}, "row"),
        ("I,II\n1,inf", {"sampling_rate_hz": 250}, "row"),
        ("1,2\n3,4", {"sampling_rate_hz": 250}, "row"),
        ("I\n" + "9" * 50_000, {"sampling_rate_hz": 250}, "row"),
        ("I\n1e999999", {"sampling_rate_hz": 250}, "row"),
        ("I\n1\n2", {}, "sampling-rate"),
        ("I,II\n1,2", {"sampling_rate_hz": 250, "columns": ["I"]}, "row"),
        ("I\n0.12345678901\n9.9", {"sampling_rate_hz": 250}, "amplitude-range"),
        ("I\nnan\nnan", {"sampling_rate_hz": 250}, "empty"),
        ("time,I\n0,1\n0,2", {}, "header"),
        ("time,I\n0,1\n0.1,2\n0.2,3\n0.25,3", {}, "time"),
        ("time,I\n0,1\n0.1,2\n1e12,3", {"sampling_rate_hz": 10}, "time"),
        ("I,II\n1,2", {"sampling_rate_hz": 250, "unit": "mmHg"}, "no-signal"),
    ],
)
def test_a_table_that_cannot_be_is_refused(refused, text, layout, code):
    assert refused({"a.csv": text.encode()}, **layout) == code


@pytest.mark.parametrize(
    "name", ["../a.edf", "/etc/a.edf", "a/../../a.edf", "C:\\a.edf", "..", "x\ny.edf", ".a"]
)
def test_a_zip_whose_names_lead_elsewhere_is_refused(refused, name, tmp_path):
    assert refused({"a.zip": made.zipped({name: EDF})}) == "zip"
    assert not list(tmp_path.rglob("*.edf"))


def test_a_zip_bomb_is_stopped_at_the_limit(refused, monkeypatch, tmp_path):
    monkeypatch.setattr("vitals.files.bundle.LARGEST", 2**20)
    assert refused({"a.zip": made.zipped({"a.edf": bytes(10 * 2**20)})}) == "zip"
    assert sum(file.stat().st_size for file in (tmp_path / "out").iterdir()) <= 2**20


def test_a_zip_of_too_many_files_is_refused(refused):
    assert refused({"a.zip": made.zipped({f"{k}.edf": b"x" for k in range(65)})}) == "zip"


def test_a_damaged_zip_is_refused(refused):
    data = bytearray(made.zipped({"a.edf": EDF}))
    data[200:400] = bytes(200)
    assert refused({"a.zip": bytes(data)}) == "zip"
    assert refused({"a.zip": bytes(data[:300])}) == "zip"


def test_readings_that_16_bits_cannot_hold_are_refused(refused):
    files = made.wfdb(gains=("200", "1e9"))
    assert refused(files) == "amplitude-range"


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["edf", "dicom", "aecg", "wfdb", "csv"]),
    st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 1200),
)
def test_whatever_is_spoiled_is_read_or_refused(tmp_path_factory, form, hits, keep):
    """Bytes changed and cut off anywhere: a recording or a refusal, and nothing else."""
    files = {
        "edf": {"a.edf": EDF}, "dicom": {"a.dcm": DICOM}, "aecg": {"a.xml": AECG},
        "wfdb": made.wfdb(), "csv": {"a.csv": made.table()},
    }[form]  # fmt: skip
    name = next(iter(files))
    data = np.frombuffer(files[name], np.uint8).copy()
    for at, value in hits:
        data[at % len(data)] = value
    spoiled = data.tobytes()[: None if keep > 1000 else keep]
    folder = tmp_path_factory.mktemp("spoiled")
    for each, content in (files | {name: spoiled}).items():
        (folder / each).write_bytes(content)
    layout = Layout(sampling_rate_hz=250, unit="mV")
    try:
        found = content_of(Bundle(folder, tuple(files)), tmp_path_factory.mktemp("out"), layout)
        recordings_of(found, layout)
    except Unreadable:
        pass


DICOM = made.dicom(("I", "II"), n=100)
