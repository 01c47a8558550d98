"""DICOM waveforms (PS3.3 C.10.9), read with pydicom. Plain numpy."""

from __future__ import annotations

import re
import warnings
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from vitals.files.found import Band, Channel, FileContent, Identity, Note
from vitals.files.refusals import Unreadable, gettext_noop, not_a_number, truncated

if TYPE_CHECKING:
    from vitals.files.bundle import Bundle

MAGIC_AT, MAGIC = 128, b"DICM"
DEFLATED = "1.2.840.10008.1.2.1.99"
MOST_CHANNELS = 64
MOST_SAMPLES = 10**8
# Number of the lead in SCP-ECG (EN 1064) and MDC (ISO 11073-10101), behind the last sign.
LEADS = {
    "1": "I", "2": "II", "3": "V1", "4": "V2", "5": "V3", "6": "V4", "7": "V5", "8": "V6",
    "61": "III", "62": "aVR", "63": "aVL", "64": "aVF", "16": "X", "17": "Y", "18": "Z",
}  # fmt: skip
SCHEMES = ("SCPECG", "MDC")
SEXES = {"M": "male", "F": "female"}
ANONYMOUS = re.compile(r"anonym|^x+$|^unknown$|^$", re.IGNORECASE)
STUDY = {
    "study_uid": "StudyInstanceUID", "series_uid": "SeriesInstanceUID",
    "instance_uid": "SOPInstanceUID", "class_uid": "SOPClassUID",
    "description": "StudyDescription", "modality": "Modality",
}  # fmt: skip
DEVICE = {
    "manufacturer": "Manufacturer", "model": "ManufacturerModelName", "serial": "DeviceSerialNumber"
}  # fmt: skip


def is_dicom(head: bytes) -> bool:
    """Whether a file begins like a DICOM file."""
    return head[MAGIC_AT : MAGIC_AT + len(MAGIC)] == MAGIC


def read(bundle: Bundle, name: str) -> FileContent:
    """The waveforms of a DICOM file; averaged beats are left out.

    Raises:
        Unreadable: it holds no waveform, or one whose description does not fit.
    """
    data = _opened(bundle, name)
    groups = list(data.get("WaveformSequence") or [])
    notes = []
    channels: list[Channel] = []
    for number, group in enumerate(groups, 1):
        if str(group.get("WaveformOriginality") or "ORIGINAL") != "ORIGINAL":
            notes.append(_derived(group, number))
            continue
        channels += _group(name, number, group)
    if not channels:
        raise Unreadable(
            "no-signal", name, gettext_noop("waveform sequence"),
            gettext_noop("there is no recorded waveform in it"),
            gettext_noop("Choose the file with the recording; images and reports are not read."),
        )  # fmt: skip
    start, field = _start(name, data)
    return FileContent(
        format="dicom",
        file=name,
        channels=tuple(channels),
        start=start,
        start_field=field,
        identity=_identity(data),
        device=_texts(data, DEVICE),
        study=_texts(data, STUDY),
        notes=tuple(notes),
    )


def _opened(bundle: Bundle, name: str) -> Any:
    import pydicom
    from pydicom import config

    # What an element may hold is judged where it is used.
    config.settings.reading_validation_mode = config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = pydicom.dcmread(bundle.path(name))
            if data.file_meta.TransferSyntaxUID == DEFLATED:
                raise ValueError(DEFLATED)
            data.decode()
    except MemoryError:
        raise
    except Exception as error:  # pydicom lets through whatever it stumbles over
        raise Unreadable(
            "header", name, gettext_noop("data elements"),
            gettext_noop("they are damaged, cut off or packed"),
            gettext_noop("Export the file again, uncompressed (Explicit VR Little Endian)."),
        ) from error  # fmt: skip
    return data


def _group(name: str, number: int, group: Any) -> list[Channel]:
    """The channels of one multiplex group."""
    definitions = list(group.get("ChannelDefinitionSequence") or [])
    n_channels = _count(group, "NumberOfWaveformChannels")
    n_samples = _count(group, "NumberOfWaveformSamples")
    if not (1 <= n_channels == len(definitions) <= MOST_CHANNELS):
        raise not_a_number(
            name, gettext_noop("number of channels of group %(number)s"), str(n_channels),
            number=number,
        )  # fmt: skip
    if not 1 <= n_samples <= MOST_SAMPLES:
        raise not_a_number(
            name, gettext_noop("number of samples of group %(number)s"), str(n_samples),
            number=number,
        )  # fmt: skip
    samples = _samples(name, number, group, n_samples, n_channels)
    rate = float(_exact(name, group, "SamplingFrequency"))
    delay = float(_exact(name, group, "MultiplexGroupTimeOffset", "0")) / 1000
    padding = _padding(group)
    return [
        _channel(name, k, definition, samples[:, k], (rate, delay, padding))
        for k, definition in enumerate(definitions)
    ]


def _samples(name: str, number: int, group: Any, n: int, n_channels: int) -> Any:
    kind = (_count(group, "WaveformBitsAllocated"), str(group.get("WaveformSampleInterpretation")))
    types = {(16, "SS"): "<i2", (16, "US"): "<u2", (8, "SB"): "i1", (8, "UB"): "u1"}
    if kind not in types:
        raise Unreadable(
            "format", name, gettext_noop("samples of group %(number)s"),
            gettext_noop("%(bits)s bits as %(kind)s are not read here"),
            gettext_noop("Export the waveform with 16 bits (SS)."),
            number=number, bits=kind[0], kind=kind[1],
        )  # fmt: skip
    data = group.get("WaveformData")
    raw = bytes(data) if isinstance(data, bytes | bytearray) else b""
    each = np.dtype(types[kind]).itemsize
    if len(raw) < n * n_channels * each:
        raise truncated(name, n * n_channels * each, len(raw))
    return np.frombuffer(raw, types[kind], n * n_channels).reshape(n, n_channels)


def _channel(
    name: str, k: int, definition: Any, values: Any, common: tuple[float, float, int | None]
) -> Channel:
    rate, delay, padding = common
    label = _label(definition) or f"channel {k + 1}"
    unit, scale, offset = _scale(name, label, definition)
    digital = values.astype(np.int32)
    missing = digital == padding if padding is not None else None
    if missing is not None and not missing.any():
        missing = None
    return Channel(
        name, label, unit, rate, digital, scale, offset, missing, _band(name, definition), delay
    )


def _scale(name: str, label: str, definition: Any) -> tuple[str, Fraction, Fraction]:
    """Unit, units per step, and units at 0."""
    units = definition.get("ChannelSensitivityUnitsSequence") or []
    unit = str(units[0].get("CodeValue") or "") if units else ""
    if definition.get("ChannelSensitivity") in (None, ""):
        raise Unreadable(
            "not-calibrated", name, gettext_noop("sensitivity of %(label)s"),
            gettext_noop("there is none: how large the signal is cannot be told"),
            gettext_noop("Export the waveform with its sensitivity."), label=label,
        )  # fmt: skip
    scale = _exact(name, definition, "ChannelSensitivity")
    scale *= _exact(name, definition, "ChannelSensitivityCorrectionFactor", "1")
    return unit, scale, _exact(name, definition, "ChannelBaseline", "0")


def _label(definition: Any) -> str:
    """The lead by its code, else by its words."""
    sources = definition.get("ChannelSourceSequence") or []
    if not sources:
        return str(definition.get("ChannelLabel") or "")
    code, scheme = str(sources[0].get("CodeValue") or ""), sources[0].get("CodingSchemeDesignator")
    lead = LEADS.get(re.split(r"[-:]", code)[-1]) if scheme in SCHEMES else None
    return lead or str(sources[0].get("CodeMeaning") or definition.get("ChannelLabel") or code)


def _band(name: str, definition: Any) -> Band:
    ends = ("FilterLowFrequency", "FilterHighFrequency")
    said = [definition.get(keyword) not in (None, "") for keyword in ends]
    low, high = (
        float(_exact(name, definition, keyword)) if known else None
        for keyword, known in zip(ends, said, strict=True)
    )
    return low, high


def _padding(group: Any) -> int | None:
    value = group.get("WaveformPaddingValue")
    if isinstance(value, bytes) and len(value) in (1, 2):
        return int.from_bytes(value, "little", signed=True)
    return value if isinstance(value, int) else None


def _start(name: str, data: Any) -> tuple[str, str]:
    """The acquisition time, with its zone where one is given."""
    zone = str(data.get("TimezoneOffsetFromUTC") or "")
    whole = str(data.get("AcquisitionDateTime") or "")
    for day, clock in (("AcquisitionDate", "AcquisitionTime"), ("ContentDate", "ContentTime")):
        if not whole and data.get(day) and data.get(clock):
            whole = f"{data.get(day)}{data.get(clock)}"
    found = re.fullmatch(r"(\d{14})(\.\d{1,6})?([+-]\d{4})?\s*", whole)
    field = gettext_noop("acquisition date and time")
    if not whole:
        return "", field
    try:
        if found is None:
            raise ValueError(whole)
        moment = datetime.strptime(found[1], "%Y%m%d%H%M%S")  # noqa: DTZ007 -- zone follows
    except ValueError:
        raise not_a_number(name, field, whole) from None
    offset = found[3] or (zone if re.fullmatch(r"[+-]\d{4}", zone) else "")
    tail = f"{offset[:3]}:{offset[3:]}" if offset else ""
    return moment.isoformat() + (found[2] or "") + tail, field


def _identity(data: Any) -> Identity:
    name = str(data.get("PatientName") or "").replace("^", " ").strip()
    number = str(data.get("PatientID") or "").strip()
    born = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", str(data.get("PatientBirthDate") or ""))
    age = re.fullmatch(r"(\d{3})Y", str(data.get("PatientAge") or ""))
    return Identity(
        "" if ANONYMOUS.search(name) else name,
        "" if ANONYMOUS.search(number) else number,
        "-".join(born.groups()) if born else "",
        SEXES.get(str(data.get("PatientSex") or ""), ""),
        float(age[1]) if age else None,
    )


def _texts(data: Any, members: dict[str, str]) -> dict[str, str]:
    found = {ours: str(data.get(theirs) or "").strip()[:200] for ours, theirs in members.items()}
    return {name: text for name, text in found.items() if text}


def _derived(group: Any, number: int) -> Note:
    text = gettext_noop("Left out: group %(number)s (%(label)s) was computed, not recorded.")
    label = str(group.get("MultiplexGroupLabel") or "–")[:40]
    return Note(text, {"number": number, "label": label})


def _count(group: Any, keyword: str) -> int:
    value = group.get(keyword)
    return value if isinstance(value, int) else 0


def _exact(name: str, item: Any, keyword: str, otherwise: str = "") -> Fraction:
    """A decimal string with all its digits."""
    value = item.get(keyword)
    text = otherwise if value in (None, "") else str(getattr(value, "original_string", value))
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise not_a_number(name, keyword, text) from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise not_a_number(name, keyword, text)
    return Fraction(number)
