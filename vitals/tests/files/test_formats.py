"""Each format: samples, units, rates, filters and identity come out as they went in."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from vitals.files.found import Identity
from vitals.tests.files import made


def physical(signals):
    return signals.steps * signals.units_per_step


def test_edf_samples_are_exact(read):
    ((found,), _) = read({"a.edf": made.edf(("ECG I", "ECG V5"))})
    assert found.names == ("I", "V5")
    expected = np.stack([made.wave(2500, 0), made.wave(2500, 1)], axis=1) * 0.1
    assert np.allclose(physical(found), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize(("unit", "factor"), [("uV", 1), ("mV", 1000), ("V", 1e6)])
def test_voltages_become_microvolts(read, unit, factor):
    data = made.edf(unit=unit, physical=(-3.2768, 3.2767))
    ((found,), _) = read({"a.edf": data})
    assert found.unit == "uV"
    assert physical(found)[:, 0] == pytest.approx(made.wave() * 1e-4 * factor)


def test_edf_of_several_rates_gives_several_recordings(read):
    import edfio

    signals = [
        edfio.EdfSignal.from_digital(
            made.wave(n), n // 10, label=label, physical_dimension="uV",
            physical_range=(-3276.8, 3276.7), digital_range=(-32768, 32767),
        )
        for label, n in (("ECG II", 5000), ("ECG V5", 2500))
    ]  # fmt: skip
    began = datetime(2025, 3, 1).date()  # noqa: DTZ001
    data = edfio.Edf(signals, recording=edfio.Recording(startdate=began)).to_bytes()
    found, _ = read({"a.edf": data})
    assert [(each.sampling_rate_hz, each.names) for each in found] == [
        (500, ("II",)), (250, ("V5",)),
    ]  # fmt: skip


def test_a_rate_that_is_no_whole_number_stays_it(read):
    data = made.spoiled(made.edf(), 244, "1.00120")
    ((found,), _) = read({"a.edf": data})
    assert found.sampling_rate_hz == pytest.approx(250 / 1.0012)


@pytest.mark.parametrize(
    ("words", "band"),
    [
        ("HP:0.05Hz LP:150Hz N:50Hz", (0.05, 150)),
        ("HP: 50mHz LP: 40 Hz", (0.05, 40)),
        ("LP:150Hz", (None, 150)),
        ("none", (None, None)),
    ],
)
def test_declared_filters_are_kept(read, words, band):
    ((found,), _) = read({"a.edf": made.edf(filters=words)})
    assert found.band_hz == pytest.approx(band)


def test_the_narrowest_filter_of_all_channels_counts(read):
    data = made.dicom(("I", "II"))
    ((found,), _) = read({"a.dcm": data})
    assert found.band_hz == (0.05, 150)


def test_an_interrupted_edf_keeps_its_gap(read):
    data = _interrupted(made.edf(("ECG II",), n=1000), [0, 1, 5, 6])
    ((found,), notes) = read({"a.edf": data})
    missing = found.steps[:, 0] == -32768
    assert len(found.steps) == 7 * made.RATE
    assert missing.sum() == 3 * made.RATE
    assert not missing[: 2 * made.RATE].any()
    assert any("gaps" in note for note in notes)


def test_a_clock_that_jumps_back_is_refused(content, refused):
    assert refused({"a.edf": _interrupted(made.edf(n=1000), [0, 1, 0.5, 3])}) == "time"


def _interrupted(data: bytes, onsets) -> bytes:
    """The same records as EDF+D: with an annotation signal that says when each begins."""
    n, words = len(onsets), 20
    fixed, signal, samples = data[:256], data[256:512], data[512:]
    each = len(samples) // n
    header = (
        made.spoiled(fixed, 184, "768")[:192] + b"EDF+D".ljust(44)
        + str(n).ljust(8).encode() + fixed[244:252] + b"2   "
    )  # fmt: skip
    widths = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
    annotation = ["EDF Annotations", "", "", "-1", "1", "-32768", "32767", "", str(words), ""]
    fields, at = b"", 0
    for width, text in zip(widths, annotation, strict=True):
        fields += signal[at : at + width] + text.ljust(width).encode()
        at += width
    records = b"".join(
        samples[k * each : (k + 1) * each]
        + f"+{onset}\x14\x14\x00".encode().ljust(2 * words, b"\0")
        for k, onset in enumerate(onsets)
    )
    return header + fields + records


@pytest.mark.filterwarnings("ignore:Creating EDF")
def test_a_start_between_two_seconds_is_kept(content):
    began = datetime(2025, 3, 1, 10, 0, 0, 250_000)  # noqa: DTZ001
    found = content({"a.edf": made.edf(began=began)})
    assert found.start == "2025-03-01T10:00:00"
    assert found.channels[0].delay_s == 0.25


def test_wfdb_samples_are_exact(read):
    ((found,), _) = read(made.wfdb(gains=("200", "200"), zero=1024))
    expected = (np.stack([made.wave(2500, 0), made.wave(2500, 1)], axis=1) - 1024.0) * 5
    assert physical(found) == pytest.approx(expected)


def test_wfdb_format_212_is_exact(read, tmp_path):
    import wfdb

    values = np.random.default_rng(1).integers(-2047, 2047, (999, 2))
    wfdb.wrsamp(
        "r212", 360, ["mV", "mV"], ["MLII", "V1"], d_signal=values, fmt=["212", "212"],
        adc_gain=[200, 200], baseline=[0, 0], write_dir=str(tmp_path),
    )  # fmt: skip
    files = {name: (tmp_path / name).read_bytes() for name in ("r212.hea", "r212.dat")}
    ((found,), _) = read(files)
    assert found.names == ("MLII", "V1")
    assert (found.steps == values).all()
    assert found.units_per_step == 5


def test_wfdb_flac_is_exact(read, tmp_path):
    import soundfile

    values = made.wave(1000)
    soundfile.write(tmp_path / "x.flac", values, 250, subtype="PCM_16", format="FLAC")
    header = b"x 1 250 1000\nx.flac 516 200(0)/mV 16 0 0 0 0 II"
    ((found,), _) = read({"x.hea": header, "x.flac": (tmp_path / "x.flac").read_bytes()})
    assert (found.steps[:, 0] == values).all()


def test_wfdb_marks_of_no_measurement_stay_missing(read):
    files = made.wfdb(("II",), gains=("200",))
    values = made.wave(2500)
    values[7] = -32768
    ((found,), notes) = read(files | {"rec.dat": values.tobytes()})
    assert found.steps[7, 0] == -32768
    assert notes == ["0.00 s in which not every channel was measured are kept as gaps."]


def test_wfdb_takes_a_base_time(content):
    found = content(made.wfdb(more=" 10:00:00.500 01/03/2025"))
    assert found.start == "2025-03-01T10:00:00.500000"


def test_wfdb_comments_name_age_and_sex(content):
    files = made.wfdb()
    header = files["rec.hea"] + b"\n#Age: 53\n#Sex: Male"
    found = content(files | {"rec.hea": header.replace(b"# sex: F", b"")})
    assert found.identity == Identity(sex="male", age_years=53)


def test_dicom_samples_and_study_are_exact(read, content):
    data = made.dicom()
    ((found,), _) = read({"a.dcm": data})
    assert found.names == made.TWELVE
    assert physical(found)[:, 3] == pytest.approx(made.wave(2500, 3) * 2.5)
    assert content({"a.dcm": data}).study["class_uid"] == made.TWELVE_LEAD


def test_dicom_names_the_patient_and_the_recorder(content):
    found = content({"a.dcm": made.dicom()})
    assert found.identity == Identity("Lindqvist Rosa", "100-1", "1960-03-12", "female")
    assert found.device == {"manufacturer": "Acme", "model": "Cardio 3"}


def test_dicom_time_has_the_zone_that_it_says(content):
    found = content({"a.dcm": made.dicom(TimezoneOffsetFromUTC="+0130")})
    assert datetime.fromisoformat(found.start).utcoffset().total_seconds() == 5400


def test_aecg_samples_are_exact(read):
    ((found,), _) = read({"a.xml": made.aecg()})
    assert found.names == ("I", "II")
    assert found.sampling_rate_hz == 500
    assert physical(found)[:, 1] == pytest.approx(made.wave(500, 1) * 2.5)


def test_a_table_keeps_every_digit(read):
    ((found,), _) = read({"a.csv": made.table()}, sampling_rate_hz=249.7, unit="mV")
    assert (found.sampling_rate_hz, found.names) == (249.7, ("I", "II"))
    assert physical(found)[123] == pytest.approx([123, -123])


@pytest.mark.parametrize(
    "text",
    [
        "I;II\n0,001;-0,5\n0,002;0,5\n0,003;0",
        "I\tII\n0.001\t-0.5\n0.002\t0.5\n0.003\t0",
        "I II\n0.001 -0.5\n0.002 0.5\n0.003 0",
        "# a remark\nI,II\n1e-3,-5e-1\n2E-3,0.5\n.003,0",
        '\ufeff"I","II"\n"0.001","-0.500"\n0.002,+0.5\n0.003,0\n\n',
    ],
)
def test_tables_may_be_written_in_any_of_the_usual_ways(read, text):
    ((found,), _) = read({"a.csv": text.encode()}, sampling_rate_hz=250, unit="mV")
    assert physical(found).tolist() == [[1, -500], [2, 500], [3, 0]]


def test_a_time_column_gives_the_rate_and_missing_rows_are_gaps(read):
    rows = "\n".join(f"{k / 100},{k}" for k in range(200) if k not in (50, 51))
    ((found,), _) = read({"a.csv": f"time,II\n{rows}".encode()}, unit="uV")
    assert found.sampling_rate_hz == 100
    assert (found.steps[:, 0] == -32768).nonzero()[0].tolist() == [50, 51]


def test_empty_cells_and_nan_stay_missing(read):
    ((found,), _) = read({"a.csv": b"II\n1\n\nnan\nNaN\n4"}, sampling_rate_hz=250)
    assert (found.steps[:, 0] == -32768).tolist() == [False, True, True, False]


def test_numbers_are_rounded_to_a_stated_step_only(read):
    text = b"acc x\n0.123456789012345\n9.81000000000001"
    ((found,), _) = read({"a.csv": text}, sampling_rate_hz=50, unit="m/s2", step="0.001")
    assert physical(found)[:, 0] == pytest.approx([0.123, 9.81])


def test_what_is_no_ecg_is_left_out_and_named(read):
    ((found,), notes) = read({"a.edf": made.edf(("ECG II", "EEG Fp1", "squarewave"))})
    assert found.names == ("II",)
    assert "EEG Fp1" in notes[0]
    assert "squarewave" in notes[0]


def test_named_channels_are_taken(read):
    ((found,), _) = read({"a.edf": made.edf(("one", "two", "three"))}, columns=["II", "-", "V5"])
    assert found.names == ("II", "V5")


def test_a_channel_without_any_sample_is_left_out_and_named(read):
    ((found,), notes) = read({"a.csv": b"I,II\n1,nan\n2,"}, sampling_rate_hz=250)
    assert found.names == ("I",)
    assert "II" in notes[0]


def test_movement_and_ecg_become_siblings(read):
    import edfio

    signals = [
        edfio.EdfSignal.from_digital(
            made.wave(1000), 100, label=label, physical_dimension=unit,
            physical_range=(-8, 8), digital_range=(-32768, 32767),
        )
        for label, unit in (("ECG", "mV"), ("Acc x", "g"), ("Acc y", "g"), ("Pleth", ""))
    ]  # fmt: skip
    began = datetime(2025, 3, 1).date()  # noqa: DTZ001
    data = edfio.Edf(signals, recording=edfio.Recording(startdate=began)).to_bytes()
    found, _ = read({"a.edf": data})
    assert {(each.kind, each.unit, len(each.names)) for each in found} == {
        ("imu", "g", 2), ("ecg", "uV", 1), ("ppg", "1", 1),
    }  # fmt: skip


def test_a_zip_is_the_same_as_its_files(read):
    files = made.wfdb()
    ((found,), _) = read({"a.zip": made.zipped({f"rec/{n}": d for n, d in files.items()})})
    assert found.names == ("II", "V5")
