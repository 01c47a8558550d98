"""Files made for tests: small, valid, and easy to spoil at one field."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import edfio
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

RATE = 250
TWELVE = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
TWELVE_LEAD = "1.2.840.10008.5.1.4.1.1.9.1.1"


def wave(n: int = 2500, seed: int = 0) -> np.ndarray:
    """Steps, as a recorder of 12 bits writes them."""
    return np.random.default_rng(seed).integers(-2000, 2000, n).astype(np.int16)


def edf(
    labels=("ECG II",), *, unit="uV", rate=RATE, n=2500, patient=None, began=None, filters="",
    physical=(-3276.8, 3276.7), digital=(-32768, 32767),
) -> bytes:  # fmt: skip
    """An EDF+ file; ``n`` samples of each label, in records of one second."""
    signals = [
        edfio.EdfSignal.from_digital(
            wave(n, k), rate, label=label, physical_dimension=unit, prefiltering=filters,
            physical_range=physical, digital_range=digital,
        )
        for k, label in enumerate(labels)
    ]  # fmt: skip
    began = began or datetime(2025, 3, 1, 10, 0, 0)  # noqa: DTZ001 -- EDF has no zone
    made = edfio.Edf(
        signals,
        patient=patient or edfio.Patient(),
        recording=edfio.Recording(startdate=began.date()),
        starttime=began.time(),
    )
    return made.to_bytes()


def lindqvist(**changed) -> edfio.Patient:
    """Rosa of the cast, as EDF+ names her."""
    said = {
        "name": "Lindqvist_Rosa", "code": "100-1", "sex": "F", "birthdate": date(1960, 3, 12),
    }  # fmt: skip
    return edfio.Patient(**said | changed)


def spoiled(data: bytes, at: int, text: str, width: int = 8) -> bytes:
    """The same file with other text in a field of its header."""
    return data[:at] + text.ljust(width).encode() + data[at + width :]


def wfdb(
    labels=("II", "V5"), *, gains=("200", "200"), rate="250", n=2500, zero=0, more="",
    name="rec", form="16",
) -> dict[str, bytes]:  # fmt: skip
    """A record of format 16: its header and its signal file."""
    values = np.stack([wave(n, k) for k in range(len(labels))], axis=1)
    lines = [f"{name} {len(labels)} {rate} {n}{more}"]
    lines += [
        f"{name}.dat {form} {gain}({zero})/mV 16 0 0 0 0 {label}"
        for label, gain in zip(labels, gains, strict=True)
    ]
    return {
        f"{name}.hea": "\n".join([*lines, "# sex: F"]).encode(),
        f"{name}.dat": values.astype("<i2").tobytes(),
    }


def dicom(labels=TWELVE, *, n=2500, began="20250301100000", **changed) -> bytes:
    """A DICOM ECG of one group at 500 Hz."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = TWELVE_LEAD
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = generate_uid()
    data.StudyInstanceUID, data.SeriesInstanceUID = generate_uid(), generate_uid()
    data.Modality, data.StudyDescription = "ECG", "Resting ECG"
    data.Manufacturer, data.ManufacturerModelName = "Acme", "Cardio 3"
    data.AcquisitionDateTime = began
    data.PatientName, data.PatientID = "Lindqvist^Rosa", "100-1"
    data.PatientBirthDate, data.PatientSex = "19600312", "F"
    group = Dataset()
    group.WaveformOriginality = "ORIGINAL"
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = len(labels), n
    group.SamplingFrequency = "500"
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    group.ChannelDefinitionSequence = [_dicom_channel(label) for label in labels]
    values = np.stack([wave(n, k) for k in range(len(labels))], axis=1)
    group.WaveformData = values.astype("<i2").tobytes()
    data.WaveformSequence = [group]
    for name, value in changed.items():
        setattr(group if hasattr(group, name) else data, name, value)
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _dicom_channel(label: str) -> Dataset:
    source, unit, channel = Dataset(), Dataset(), Dataset()
    source.CodeValue, source.CodingSchemeDesignator = f"X-{label}", "99TEST"
    source.CodeMeaning = f"Lead {label}"
    unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "uV", "UCUM", "microvolt"
    channel.ChannelSourceSequence, channel.ChannelSensitivityUnitsSequence = [source], [unit]
    channel.ChannelSensitivity, channel.ChannelBaseline = "2.5", "0"
    channel.ChannelSensitivityCorrectionFactor = "1"
    channel.FilterLowFrequency, channel.FilterHighFrequency = "0.05", "150"
    channel.WaveformBitsStored = 16
    return channel


def aecg(leads=("I", "II"), *, n=500, step="0.002", head="20250301100000.000") -> bytes:
    """An annotated ECG of 1 s."""
    sequences = "".join(
        f'<component><sequence><code code="MDC_ECG_LEAD_{lead}"/><value><origin value="0" '
        f'unit="uV"/><scale value="2.5" unit="uV"/><digits>{" ".join(map(str, wave(n, k)))}'
        "</digits></value></sequence></component>"
        for k, lead in enumerate(leads)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><AnnotatedECG xmlns="urn:hl7-org:v3"><component>'
        '<series><component><sequenceSet><component><sequence><code code="TIME_ABSOLUTE"/><value>'
        f'<head value="{head}"/><increment value="{step}" unit="s"/></value></sequence></component>'
        f"{sequences}</sequenceSet></component></series></component></AnnotatedECG>"
    ).encode()


def table(rows=500, header="I,II", form="0.{0:03d},-0.{0:03d}") -> bytes:
    """A CSV of two columns in mV."""
    return "\n".join([header, *(form.format(k % 1000) for k in range(rows))]).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of files under names that may be anything."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()
