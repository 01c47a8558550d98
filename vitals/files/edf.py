"""EDF and EDF+ (Kemp 1992, Kemp and Olivan 2003), read with edfio after its header was checked.

edfio believes the header or corrects it silently; here what does not fit is refused in words. Plain
numpy.
"""

from __future__ import annotations

import itertools
import re
import warnings
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vitals.files.found import Band, BoolArray, Channel, FileContent, Identity, Note
from vitals.files.layout import FASTEST_HZ
from vitals.files.refusals import Unreadable, gettext_noop, not_a_number, truncated

if TYPE_CHECKING:
    from vitals.files.bundle import Bundle

MAGIC = b"0       "
FIXED = 256
ANNOTATIONS = "EDF Annotations"
MOST_SIGNALS = 256
CENTURY = 85  # two digits from 85 on are 19xx, the others 20xx
UNKNOWN_START = ("01.01.85", "01.01.1985")  # what anonymised files carry
SEXES = {"M": "male", "F": "female"}
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
LONGEST_GAP_S = 31 * 86_400
ONSET = re.compile(rb"([+-]\d{1,9}(?:\.\d{1,9})?)\x14")
ONSET_AT_MOST = 24  # bytes
SILENT = ("Not measured", "After the end")  # as our own export calls it
FLOOR = -32768
FILTER = re.compile(r"(HP|LP)\s*:?\s*(\d+(?:[.,]\d+)?)\s*(m?Hz)", re.IGNORECASE)


class Silence(NamedTuple):
    """A time after the first sample in which a signal, or each of them, was not measured."""

    start_s: float
    end_s: float
    label: str


@dataclass(frozen=True)
class Header:
    """What the fixed part of the header says."""

    file: str
    patient: str
    recording: str
    date: str
    time: str
    reserved: str
    n_records: int
    record_s: Decimal
    n_signals: int

    @property
    def plus(self) -> bool:
        return self.reserved.startswith("EDF+")


def is_edf(head: bytes) -> bool:
    """Whether a file begins like an EDF."""
    return head.startswith(MAGIC)


def read(bundle: Bundle, name: str) -> FileContent:
    """The signals of an EDF or EDF+ file.

    Raises:
        Unreadable: the header lies, the file is cut off, or a field cannot be.
    """
    header = _header(bundle, name)
    samples = _samples_per_record(bundle, name, header)
    _long_enough(bundle, name, header, samples)
    onsets = _onsets(bundle, header, samples)
    delay = onsets[0] if onsets else 0.0
    interrupted = header.reserved.startswith("EDF+D")
    times = [onset - delay for onset in onsets] if interrupted else []
    opened = _opened(bundle, name)
    remarks = _silences(opened)
    channels = [
        silenced(_channel(signal, header, delay, times), remarks)
        for signal in opened.signals
        if signal.samples_per_data_record
    ]
    start, field = _start(header)
    return FileContent(
        format="edf",
        file=name,
        channels=tuple(channels),
        start=start,
        start_field=field,
        identity=_identity(header),
        device=_device(header),
        notes=_open_end(header),
    )


def _header(bundle: Bundle, name: str) -> Header:
    raw = bundle.head(name, FIXED)
    if len(raw) < FIXED:
        raise truncated(name, FIXED, len(raw))
    text = raw.decode("latin-1")
    n_signals = _whole(name, gettext_noop("number of signals"), text[252:256])
    if not 1 <= n_signals <= MOST_SIGNALS:
        raise not_a_number(name, gettext_noop("number of signals"), text[252:256])
    if _whole(name, gettext_noop("length of the header"), text[184:192]) != FIXED * (n_signals + 1):
        raise not_a_number(name, gettext_noop("length of the header"), text[184:192].strip())
    record_s = _decimal(name, gettext_noop("duration of a data record"), text[244:252])
    if record_s <= 0:
        raise not_a_number(name, gettext_noop("duration of a data record"), text[244:252])
    return Header(
        name, text[8:88].strip(), text[88:168].strip(), text[168:176].strip(),
        text[176:184].strip(), text[192:236].strip(),
        _whole(name, gettext_noop("number of data records"), text[236:244]), record_s, n_signals,
    )  # fmt: skip


def _samples_per_record(bundle: Bundle, name: str, header: Header) -> list[int]:
    size = FIXED * (header.n_signals + 1)
    raw = bundle.head(name, size)
    if len(raw) < size:
        raise truncated(name, size, len(raw))
    text = raw.decode("latin-1")
    at = FIXED + 216 * header.n_signals
    fields = [text[at + 8 * k : at + 8 * k + 8] for k in range(header.n_signals)]
    counts = [_whole(name, gettext_noop("samples per record"), each) for each in fields]
    for count, field in zip(counts, fields, strict=True):
        if not 0 <= count <= float(header.record_s) * FASTEST_HZ + 10_000:
            raise not_a_number(name, gettext_noop("samples per record"), field)
    return counts


def _long_enough(bundle: Bundle, name: str, header: Header, samples: list[int]) -> None:
    """The number of records and the length of the file must agree."""
    each, begin = 2 * sum(samples), FIXED * (header.n_signals + 1)
    size = bundle.size(name)
    if each == 0 or header.n_records == 0 or size == begin:
        raise Unreadable(
            "empty", name, gettext_noop("data records"), gettext_noop("there are none"),
            gettext_noop("Choose the file that holds the signal."),
        )  # fmt: skip
    if header.n_records < -1:
        raise not_a_number(name, gettext_noop("number of data records"), str(header.n_records))
    whole = header.n_records if header.n_records > 0 else (size - begin) // each
    if size < begin + whole * each:
        raise truncated(name, begin + whole * each, size)
    if size != begin + whole * each:
        raise Unreadable(
            "record-count", name, gettext_noop("number of data records"),
            gettext_noop("%(said)s are promised and the file has room for %(found)s"),
            gettext_noop("The header was not finished when recording ended: export it again."),
            said=header.n_records, found=f"{(size - begin) / each:.2f}",
        )  # fmt: skip


def _opened(bundle: Bundle, name: str) -> Any:
    import edfio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an open number of records is told below
            return edfio.read_edf(bundle.path(name), header_encoding="latin-1")
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError) as error:
        raise Unreadable(
            "header", name, gettext_noop("header"), gettext_noop("it cannot be read"),
            gettext_noop("The header is damaged: export the recording again."),
        ) from error  # fmt: skip


def _channel(signal: Any, header: Header, delay: float, times: list[float]) -> Channel:
    name = header.file
    low, high = _ends(name, signal, "physical")
    lowest, highest = _ends(name, signal, "digital")
    if highest <= lowest or low == high:
        raise Unreadable(
            "scale", name, gettext_noop("range of %(label)s"),
            gettext_noop("%(low)s to %(high)s for %(lowest)s to %(highest)s is no scale"),
            gettext_noop("Export the recording again with its calibration."),
            label=signal.label, low=float(low), high=float(high), lowest=lowest, highest=highest,
        )  # fmt: skip
    scale = (high - low) / (highest - lowest)
    rate = float(signal.samples_per_data_record / Fraction(header.record_s))
    digital, missing = np.asarray(signal.digital, np.int16), None
    if times:
        digital, missing = _spread(name, digital, signal.samples_per_data_record, times, rate)
    return Channel(
        name, signal.label, signal.physical_dimension, rate, digital, scale,
        low - scale * lowest, missing, _band(signal.prefiltering), delay,
    )  # fmt: skip


def _silences(opened: Any) -> list[Silence]:
    """What annotations call not measured, with the signal that "@@" names (EDF+ 2.2.4)."""
    found = []
    for note in opened.annotations:
        text, _, label = note.text.partition("@@")
        if text.startswith(SILENT) and note.duration:
            found.append(Silence(note.onset, note.onset + note.duration, label))
    return found


def silenced(channel: Channel, silences: list[Silence]) -> Channel:
    """The channel without what an annotation calls not measured and the file fills with a floor.

    A recorder has no number for "nothing": it writes its lowest one. A lowest number alone is a
    measured one, and so is any other number under such an annotation.
    """
    rate = channel.sampling_rate_hz
    missing = np.zeros(len(channel.digital), bool) if channel.missing is None else channel.missing
    for silence in silences:
        if silence.label in ("", channel.label):
            first = max(0, round(silence.start_s * rate))
            part = slice(first, max(first, round(silence.end_s * rate)))
            missing[part] |= channel.digital[part] == FLOOR
    return replace(channel, missing=missing if missing.any() else channel.missing)


def _ends(name: str, signal: Any, which: str) -> tuple[Fraction, Fraction]:
    try:
        low, high = getattr(signal, f"{which}_min"), getattr(signal, f"{which}_max")
        return Fraction(repr(low)), Fraction(repr(high))
    except (ValueError, OverflowError) as error:
        raise not_a_number(
            name, gettext_noop("range of %(label)s"), which, label=signal.label
        ) from error


def _onsets(bundle: Bundle, header: Header, samples: list[int]) -> list[float]:
    """When each data record begins after the start time, from the first annotation signal.

    Empty for plain EDF, whose records follow each other from the start time on.
    """
    labels = bundle.head(header.file, FIXED + 16 * header.n_signals)[FIXED:].decode("latin-1")
    names = [labels[16 * k : 16 * k + 16].strip() for k in range(header.n_signals)]
    if not header.plus or ANNOTATIONS not in names:
        return []
    which = names.index(ANNOTATIONS)
    begin, each = 2 * sum(samples[:which]), 2 * sum(samples)
    data = np.memmap(bundle.path(header.file), np.uint8, "r", FIXED * (header.n_signals + 1))
    records = data.reshape(-1, each)[:, begin : begin + 2 * samples[which]]
    found = [ONSET.match(record[:ONSET_AT_MOST].tobytes()) for record in records]
    if not all(found):
        raise not_a_number(header.file, gettext_noop("time of a data record"), "")
    return [float(match[1]) for match in found if match]


def _spread(
    name: str, digital: Any, each: int, times: list[float], rate: float
) -> tuple[Any, BoolArray]:
    """Records where their times put them; what lies between was not measured."""
    firsts = [round(onset * rate) for onset in times]
    backwards = any(b < a + each for a, b in itertools.pairwise(firsts))
    if backwards or times[-1] > LONGEST_GAP_S:
        raise Unreadable(
            "time", name, gettext_noop("time of a data record"),
            gettext_noop("the clock jumps back, or over more than a month"),
            gettext_noop("Export the parts before and after the jump as files of their own."),
        )  # fmt: skip
    out = np.zeros(firsts[-1] + each, np.int16)
    missing = np.ones(len(out), bool)
    for k, first in enumerate(firsts):
        out[first : first + each] = digital[k * each : (k + 1) * each]
        missing[first : first + each] = False
    return out, missing


def _band(prefiltering: str) -> Band:
    """Ends of "HP:0.05Hz LP:150Hz"; None where it does not say.

    >>> _band("HP:0.05Hz LP:150Hz N:50Hz")
    (0.05, 150.0)
    """
    found = {
        which.upper(): float(number.replace(",", ".")) * (1e-3 if unit[0] in "mM" else 1)
        for which, number, unit in FILTER.findall(prefiltering)
    }
    return found.get("HP"), found.get("LP")


def _start(header: Header) -> tuple[str, str]:
    """The local time at which it began; empty where the file says that it does not tell."""
    said = re.match(r"Startdate (\d\d)-([A-Z]{3})-(\d{4})(?:\s|$)", header.recording, re.IGNORECASE)
    clock = re.fullmatch(r"(\d\d)[.:](\d\d)[.:](\d\d)", header.time)
    short = re.fullmatch(r"(\d\d)[.:/-](\d\d)[.:/-](\d\d)", header.date)
    field = gettext_noop("start date and time")
    if header.recording.upper().startswith("STARTDATE X"):
        return "", field
    if header.date in UNKNOWN_START and not said:
        return "", field
    if clock is None or not (said or short):
        raise not_a_number(header.file, field, f"{header.date} {header.time}")
    if said and said[2].upper() in MONTHS:
        day, month, year = int(said[1]), MONTHS.index(said[2].upper()) + 1, int(said[3])
    elif short:
        day, month, year = (int(part) for part in short.groups())
        year += 1900 if year >= CENTURY else 2000
    else:
        raise not_a_number(header.file, field, header.recording[:40])
    try:
        hour, minute, second = (int(part) for part in clock.groups())
        return datetime(year, month, day, hour, minute, second).isoformat(), field  # noqa: DTZ001
    except ValueError:
        raise not_a_number(header.file, field, f"{header.date} {header.time}") from None


def _identity(header: Header) -> Identity:
    """EDF+ has number, sex, birth date and name; plain EDF has one text, most often the name."""
    parts = header.patient.split(" ")
    # Many write the subfields of EDF+ without saying that it is one.
    if len(parts) < 4 or parts[1].upper() not in (*SEXES, "X"):
        return Identity(name=_said(header.patient))
    number, sex, born, name = parts[:4]
    known = re.fullmatch(r"(\d\d)-([A-Za-z]{3})-(\d{4})", born)
    birth_date = ""
    if known and known[2].upper() in MONTHS:
        birth_date = f"{known[3]}-{MONTHS.index(known[2].upper()) + 1:02d}-{known[1]}"
    return Identity(
        _said(name.replace("_", " ")), _said(number), birth_date, SEXES.get(sex.upper(), "")
    )


def _device(header: Header) -> dict[str, str]:
    parts = header.recording.split(" ")
    named = len(parts) > 4 and parts[0] == "Startdate"
    model = _said(parts[4].replace("_", " ")) if named else ""
    return {"model": model} if model else {}


def _open_end(header: Header) -> tuple[Note, ...]:
    if header.n_records != -1:
        return ()
    text = gettext_noop("The recorder did not write how long it recorded; all of the file is read.")
    return (Note(text),)


def _said(text: str) -> str:
    return "" if text.strip().upper() in ("X", "") else text.strip()


def _whole(file: str, field: str, text: str) -> int:
    if not re.fullmatch(r"\s*-?\d{1,9}\s*", text):
        raise not_a_number(file, field, text.strip())
    return int(text)


def _decimal(file: str, field: str, text: str) -> Decimal:
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise not_a_number(file, field, text.strip()) from None
    if not number.is_finite() or number > 10**6:
        raise not_a_number(file, field, text.strip())
    return number
