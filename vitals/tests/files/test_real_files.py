"""Files of real recorders: EDF, WFDB, DICOM and aECG from public collections."""

from __future__ import annotations

import numpy as np
import pytest

from vitals.files.leads import TWELVE

pytestmark = pytest.mark.needs("shared_data")


@pytest.fixture
def files(shared_data):
    """Some files of the collections by name."""

    def load(folder, *names):
        return {name: (shared_data / "signals" / folder / name).read_bytes() for name in names}

    return load


def test_an_edf_of_eleven_signals_gives_its_ecg(read, files):
    import edfio

    ((found,), notes) = read(files("formats", "test_generator_2.edf"))
    data = files("formats", "test_generator_2.edf")["test_generator_2.edf"]
    theirs = edfio.read_edf(data).get_signal("ECG").data
    assert found.names == ("ECG",)
    assert np.abs(found.steps[:, 0] * found.units_per_step - theirs).max() < 1e-2
    assert "squarewave" in notes[0]


def test_fifteen_leads_in_two_files_come_together(read, files):
    ((found,), _) = read(files("formats", "s0010_re.hea", "s0010_re.dat", "s0010_re.xyz"))
    assert set(found.names) >= TWELVE
    assert found.steps.shape == (38_400, 15)
    assert found.steps[0, 0] * found.units_per_step == -489 / 2  # initial value in the header


def test_leads_and_pulse_wave_of_one_file_are_siblings(read, files):
    found, notes = read(files("formats", "a103l.hea", "a103l.mat"))
    assert [(each.kind, each.names) for each in found] == [
        ("ecg", ("II", "V")), ("ppg", ("PLETH",)),
    ]  # fmt: skip
    assert "different gains" in notes[0]


def test_a_dicom_of_a_hospital_is_read_without_its_median_beat(read, content, files):
    data = files("formats", "anonymous_12lead_ecg.dcm")
    ((found,), notes) = read(data)
    assert set(found.names) == TWELVE
    assert (found.sampling_rate_hz, found.band_hz) == (1000, (0.05, 300))
    assert found.units_per_step == 1.25
    assert "MEDIAN BEAT" in notes[0]
    assert content(data).identity.name == "", "it was anonymised"


def test_the_sample_of_the_aecg_standard_is_read(read, content, files):
    data = files("formats", "ecgkit_hl7_aecg.xml")
    ((found,), _) = read(data)
    assert set(found.names) == TWELVE
    assert (found.sampling_rate_hz, found.band_hz) == (500, (None, 150))
    assert found.steps[:5, 0].tolist() == [-2, -2, -2, -2, -3]
    assert content(data).identity.birth_date == "1953-05-08"


@pytest.mark.parametrize("name", ["Q0001", "HR00599", "Q1917"])
def test_twelve_leads_of_the_challenge_are_exact(read, files, name, tmp_path):
    import wfdb

    data = files("ecg12", f"{name}.hea", f"{name}.mat")
    for each, content in data.items():
        (tmp_path / each).write_bytes(content)
    theirs = wfdb.rdrecord(str(tmp_path / name))
    ((found,), _) = read(data)
    kept = found.steps * found.units_per_step
    assert found.names == tuple(theirs.sig_name)
    assert np.allclose(kept, theirs.p_signal * 1000, rtol=0, atol=1e-9)


def test_a_record_whose_own_name_is_odd_is_read(read, files):
    ((found,), _) = read(files("ecg12", "E00009.hea", "E00009.mat"))
    assert found.steps.shape == (5000, 12)


def test_twelve_gains_of_ludb_differ_and_no_reading_is_lost(read, files, shared_data):
    import soundfile

    folder = shared_data / "signals" / "ludb"
    halves = [folder / f"17_{part}.flac" for part in ("limb", "chest")]
    values = np.concatenate([soundfile.read(half, dtype="int16")[0] for half in halves], axis=1)
    ((found,), _) = read(files("ludb", "17.hea") | {"17.dat": values.astype("<i2").tobytes()})
    assert set(found.names) == TWELVE
    for k in range(12):
        assert len(np.unique(values[:, k])) == len(np.unique(found.steps[:, k]))


def test_a_noisy_excerpt_as_a_table_keeps_its_five_microvolts(read, shared_data):
    import gzip

    text = gzip.decompress((shared_data / "signals/nstdb/118e00.csv.gz").read_bytes())
    ((found,), _) = read({"a.csv": text}, sampling_rate_hz=360, unit="mV", columns=["MLII"])
    assert found.units_per_step == 5
    assert found.steps[0, 0] * 5 == -9345
