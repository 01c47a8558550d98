"""WFDB records: a .hea and its signal files, read with wfdb after the header was checked.

Source of the formats: WFDB Applications Guide, header(5) and signal(5). Plain numpy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from vitals.files.bundle import plain
from vitals.files.found import Channel, FileContent, Identity, Note
from vitals.files.layout import FASTEST_HZ
from vitals.files.refusals import Unreadable, gettext_noop, not_a_number, truncated

if TYPE_CHECKING:
    from vitals.files.bundle import Bundle

HEADER = ".hea"
CHECKED = "checked-header"
LARGEST_HEADER = 2**20
MOST_SIGNALS = 64
MOST_SAMPLES = 10**9
# Bits of one sample in a signal file; compressed ones say their length themselves.
BITS = {"16": 16, "61": 16, "80": 8, "160": 16, "212": 12, "310": 32 / 3, "311": 32 / 3}
FLAC = ("508", "516", "524")
# What stands for "not measured" in each format.
INVALID = {
    "16": -(2**15), "61": -(2**15), "160": -(2**15), "80": -(2**7), "212": -(2**11),
    "310": -(2**9), "311": -(2**9), "508": -(2**7), "516": -(2**15), "524": -(2**23),
}  # fmt: skip
SIGNAL = re.compile(
    r"(?P<file>\S+)\s+(?P<format>\d+)(?:x(?P<per_frame>\d+))?(?::(?P<skew>\d+))?"
    r"(?:\+(?P<begin>\d+))?(?:\s+(?P<gain>[-+\d.eE]+)(?:\((?P<baseline>[-+]?\d+)\))?"
    r"(?:/(?P<unit>\S+))?)?(?:\s+(?P<bits>\d+)(?:\s+(?P<zero>[-+]?\d+)(?:\s+[-+]?\d+"
    r"(?:\s+[-+]?\d+(?:\s+\d+(?:\s+(?P<label>.*\S))?)?)?)?)?)?\s*"
)
AGE = re.compile(r"<?age>?\s*:?\s*(\d{1,3}(?:\.\d)?)\b", re.IGNORECASE)
SEX = re.compile(r"<?(?:sex|gender)>?\s*:?\s*(male|female|m|f)\b", re.IGNORECASE)
NAME = re.compile(r"<?(?:patient(?:'s)?\s+name|name)>?\s*:\s*(\S.*)", re.IGNORECASE)
NUMBER = re.compile(r"<?(?:patient\s*id|mrn)>?\s*:\s*(\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One signal as its line in the header describes it."""

    file: str
    format: str
    per_frame: int
    skew: int
    begin: int
    gain: Fraction
    baseline: int
    unit: str
    label: str


@dataclass(frozen=True)
class Header:
    """A record line, its signals, and the comments."""

    name: str
    rate_hz: float
    n_frames: int | None
    time: str
    lines: tuple[Line, ...]
    comments: tuple[str, ...]


def read(bundle: Bundle) -> FileContent:
    """The signals of the one record in a bundle.

    Raises:
        Unreadable: the header lies, a file is missing or cut off, or a field cannot be.
    """
    name, *others = bundle.ending(HEADER)
    if others:
        raise Unreadable(
            "several-records", name, gettext_noop("number of records"),
            gettext_noop("%(count)s headers came at once"),
            gettext_noop("Send one record at a time: its .hea and its signal files."),
            count=len(others) + 1,
        )  # fmt: skip
    header = _header(bundle, name)
    start = _start(header)
    for file in {line.file for line in header.lines}:
        _present(bundle, header, file)
    digital = _digital(bundle, header)
    channels = [
        _channel(header, line, values) for line, values in zip(header.lines, digital, strict=True)
    ]
    return FileContent(
        format="wfdb",
        file=name,
        channels=tuple(channels),
        start=start,
        start_field=gettext_noop("base time and date"),
        identity=_identity(header.comments),
        notes=_ignored(bundle, header),
    )


def _header(bundle: Bundle, name: str) -> Header:
    text = bundle.head(name, LARGEST_HEADER).decode("latin-1")
    lines = [line.strip() for line in text.splitlines()]
    said = [line for line in lines if line and not line.startswith("#")]
    parts = said[0].split() if said else []
    if not parts or "/" in parts[0]:
        raise Unreadable(
            "header", name, gettext_noop("record line"),
            gettext_noop("it is missing, or the record consists of segments"),
            gettext_noop("Join the segments to one record (wfdb: xform), then send it."),
        )  # fmt: skip
    n_signals = _whole(name, gettext_noop("number of signals"), [*parts, "", ""][1], MOST_SIGNALS)
    if n_signals == 0 or len(said) < n_signals + 1:
        raise not_a_number(name, gettext_noop("number of signals"), parts[1] if parts[1:] else "")
    rate = _rate(name, parts[2].split("/")[0].split("(")[0] if len(parts) > 2 else "250")
    n_frames = (
        _whole(name, gettext_noop("number of samples"), parts[3], MOST_SAMPLES)
        if len(parts) > 3 else 0
    )  # fmt: skip
    return Header(
        name, rate, n_frames or None, " ".join(parts[4:6]),
        tuple(_line(name, k, line) for k, line in enumerate(said[1 : n_signals + 1], 1)),
        tuple(line.lstrip("# ") for line in lines if line.startswith("#")),
    )  # fmt: skip


def _rate(name: str, text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        raise not_a_number(name, gettext_noop("sampling rate"), text) from None
    if not 0 < rate <= FASTEST_HZ:
        raise not_a_number(name, gettext_noop("sampling rate"), text)
    return rate


def _line(name: str, number: int, text: str) -> Line:
    found = SIGNAL.fullmatch(text)
    if found is None or not plain(found["file"]):
        raise Unreadable(
            "header", name, gettext_noop("line of signal %(number)s"),
            gettext_noop("it cannot be read, or its file lies elsewhere"),
            gettext_noop("Correct the header: a file name without folders, then the format."),
            number=number,
        )  # fmt: skip
    if found["format"] not in INVALID:
        raise Unreadable(
            "format", name, gettext_noop("format of signal %(number)s"),
            gettext_noop("%(format)s is not one that is read here"),
            gettext_noop("Convert it to format 16 (wfdb: xform), then send it."),
            number=number, format=found["format"],
        )  # fmt: skip
    label = found["label"] or f"signal {number}"
    zero = int(found["zero"] or 0)
    per_frame = int(found["per_frame"] or 1)
    if not 1 <= per_frame <= 1000:
        raise not_a_number(name, gettext_noop("samples per frame"), found["per_frame"])
    return Line(
        found["file"], found["format"], per_frame, int(found["skew"] or 0),
        int(found["begin"] or 0), _gain(name, label, found["gain"] or "0"),
        int(found["baseline"]) if found["baseline"] else zero, found["unit"] or "mV", label,
    )  # fmt: skip


def _gain(name: str, label: str, text: str) -> Fraction:
    try:
        gain = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise not_a_number(name, gettext_noop("gain of %(label)s"), text, label=label) from None
    if gain == 0 or abs(gain) > 10**12:
        raise Unreadable(
            "not-calibrated", name, gettext_noop("gain of %(label)s"),
            gettext_noop("it is 0 or none: how large the signal is was never measured"),
            gettext_noop("Write the gain (steps per mV) into the header, then send it."),
            label=label,
        )  # fmt: skip
    return gain


def _present(bundle: Bundle, header: Header, file: str) -> None:
    """A signal file is here, and as long as the header promises."""
    if file not in bundle.names:
        raise Unreadable(
            "part-missing", header.name, gettext_noop("signal file"),
            gettext_noop("it names %(signals)s, which did not come with it"),
            gettext_noop("Send the header and all its signal files together, or in one zip."),
            signals=file,
        )  # fmt: skip
    lines = [line for line in header.lines if line.file == file]
    size = bundle.size(file)
    if size == 0:
        raise Unreadable(
            "empty", file, gettext_noop("content"), gettext_noop("the file is empty"),
            gettext_noop("Choose the file that holds the signal."),
        )  # fmt: skip
    if header.n_frames is None or lines[0].format in FLAC:
        return
    bits = BITS[lines[0].format] * sum(line.per_frame for line in lines)
    needed = lines[0].begin + int(bits * header.n_frames) // 8
    if size < needed:
        raise truncated(file, needed, size)


def _digital(bundle: Bundle, header: Header) -> list[Any]:
    """Integers of each signal, by wfdb, which is given only what was checked here."""
    import wfdb

    path = bundle.path(CHECKED)
    path.with_suffix(HEADER).write_text(_checked(header))
    try:
        record = wfdb.rdrecord(str(path), physical=False, smooth_frames=False, return_res=32)
    except MemoryError:
        raise
    except Exception as error:
        raise Unreadable(
            "header", header.name, gettext_noop("header and signal files"),
            gettext_noop("they do not fit together"),
            gettext_noop("Export the record again; the header promises what the files lack."),
        ) from error  # fmt: skip
    return list(record.e_d_signal)


def _checked(header: Header) -> str:
    """The header anew, with what was understood of it and nothing else."""
    frames = "" if header.n_frames is None else f" {header.n_frames}"
    said = [f"{CHECKED} {len(header.lines)} {header.rate_hz!r}{frames}"]
    for number, line in enumerate(header.lines):
        form = f"{line.format}x{line.per_frame}:{line.skew}+{line.begin}"
        said.append(f"{line.file} {form} 1(0)/mV 0 0 0 0 0 s{number}")
    return "\n".join(said)


def _channel(header: Header, line: Line, values: Any) -> Channel:
    digital = np.asarray(values, np.int32)
    missing = digital == INVALID[line.format]
    digital = np.where(missing, 0, digital).astype(np.int32)
    scale = 1 / line.gain
    return Channel(
        header.name, line.label, "" if line.unit.upper() == "NU" else line.unit,
        header.rate_hz * line.per_frame, digital, scale, -line.baseline * scale,
        missing if missing.any() else None,
    )  # fmt: skip


def _start(header: Header) -> str:
    """HH:MM:SS[.mmm] DD/MM/YYYY of the record line, or DD-Mon-YYYY HH:MM:SS, which some write."""
    for form in (
        "%H:%M:%S.%f %d/%m/%Y", "%H:%M:%S %d/%m/%Y", "%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M:%S.%f",
    ):  # fmt: skip
        try:
            return datetime.strptime(header.time, form).isoformat()  # noqa: DTZ007 -- local time
        except ValueError:
            continue
    if header.time.count(" ") == 1:
        raise not_a_number(header.name, gettext_noop("base time and date"), header.time)
    return ""


def _identity(comments: tuple[str, ...]) -> Identity:
    """What comments say; the format itself has no place for a patient."""
    text = "\n".join(comments)
    age, sex, name, number = (form.search(text) for form in (AGE, SEX, NAME, NUMBER))
    return Identity(
        name=name[1].strip() if name else "",
        number=number[1] if number else "",
        sex={"m": "male", "f": "female"}[sex[1][0].lower()] if sex else "",
        age_years=float(age[1]) if age else None,
    )


def _ignored(bundle: Bundle, header: Header) -> tuple[Note, ...]:
    used = {header.name, *(line.file for line in header.lines)}
    others = [name for name in bundle.names if name not in used]
    if not others:
        return ()
    return (
        Note(gettext_noop("Kept, but not read: %(files)s."), {"files": ", ".join(others[:20])}),
    )


def _whole(file: str, field: str, text: str, most: int) -> int:
    if not re.fullmatch(r"\d{1,12}", text) or int(text) > most:
        raise not_a_number(file, field, text)
    return int(text)
