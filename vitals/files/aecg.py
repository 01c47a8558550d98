"""HL7 annotated ECG (aECG, ANSI/HL7 V3 R1 2004): one XML document. Plain numpy.

DOCTYPE is refused before anything is built: entities are how a small text becomes a large one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.parsers import expat

import numpy as np

from vitals.files.found import Band, Channel, FileContent, Identity, Note
from vitals.files.refusals import Unreadable, gettext_noop, not_a_number

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from vitals.files.bundle import Bundle

V3 = "{urn:hl7-org:v3}"
ROOT = "AnnotatedECG"
DEEPEST = 64
LEAD = re.compile(r"MDC_ECG_(?:LEAD|ELEC_POTL)_\w+")
SEXES = {"M": "male", "F": "female"}
SECONDS = {"s": Fraction(1), "ms": Fraction(1, 1000), "us": Fraction(1, 10**6)}
LOW_PASS, HIGH_PASS, CUTOFF = (
    f"MDC_ECG_CTL_VBL_ATTR_FILTER_{name}" for name in ("LOW_PASS", "HIGH_PASS", "CUTOFF_FREQ")
)


@dataclass(frozen=True)
class Clock:
    """The time sequence of a set.

    Attributes:
        head: First sample, as written; empty when it is relative.
        rate_hz: Samples per second.
    """

    head: str
    rate_hz: float


def is_aecg(head: bytes) -> bool:
    """Whether a file begins like an annotated ECG."""
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") and ROOT.encode() in head


def read(bundle: Bundle, name: str) -> FileContent:
    """The rhythm waveforms of an annotated ECG; averaged beats are left out.

    Raises:
        Unreadable: it is no such document, or a sequence cannot be.
    """
    root = _whole(bundle, name)
    channels: list[Channel] = []
    heads: list[str] = []
    for series in root.iter(f"{V3}series"):
        band = _band(name, series)
        for sequences in series.findall(f"{V3}component/{V3}sequenceSet"):
            clock, found = _set(name, sequences, band)
            heads.append(clock.head or _low(series))
            channels += [_later(name, each, heads) for each in found]
    if not channels:
        raise Unreadable(
            "no-signal", name, gettext_noop("series"),
            gettext_noop("there is no recorded waveform in it"),
            gettext_noop("Export the ECG with its rhythm waveforms."),
        )  # fmt: skip
    return FileContent(
        format="aecg",
        file=name,
        channels=tuple(channels),
        start=_moment(name, heads[0]),
        start_field=gettext_noop("time of the first sample"),
        identity=_identity(root),
        device=_device(root),
        notes=_derived(root),
    )


def _whole(bundle: Bundle, name: str) -> Element:
    """The document as a tree, after one pass that refuses what could grow."""
    data = bundle.path(name).read_bytes()
    depth = 0

    def opened(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise _damaged(name)

    def closed(*_: object) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        raise Unreadable(
            "doctype", name, gettext_noop("DOCTYPE"), gettext_noop("an annotated ECG has none"),
            gettext_noop("Leave the DOCTYPE out, and send the file again."),
        )  # fmt: skip

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    try:
        parser.Parse(data, True)  # noqa: FBT003 -- C code
        root = ElementTree.fromstring(data)  # noqa: S314 -- see above
    except (expat.ExpatError, ElementTree.ParseError, LookupError, ValueError) as error:
        raise _damaged(name) from error
    if root.tag != f"{V3}{ROOT}":
        raise _damaged(name)
    return root


def _set(name: str, sequences: Element, band: Band) -> tuple[Clock, list[Channel]]:
    """The time sequence of a set, and the leads that go with it."""
    clock: Clock | None = None
    found: list[tuple[str, Element]] = []
    for sequence in sequences.iter(f"{V3}sequence"):
        code, value = sequence.find(f"{V3}code"), sequence.find(f"{V3}value")
        if code is None or value is None:
            raise _damaged(name)
        what = code.get("code", "")
        if what in ("TIME_ABSOLUTE", "TIME_RELATIVE"):
            clock = _clock(name, what, value)
        elif LEAD.fullmatch(what):
            found.append((what, value))
    if clock is None:
        raise not_a_number(name, gettext_noop("increment of the time sequence"), "")
    return clock, [_channel(name, what, value, clock, band) for what, value in found]


def _clock(name: str, what: str, value: Element) -> Clock:
    step, head = value.find(f"{V3}increment"), value.find(f"{V3}head")
    field = gettext_noop("increment of the time sequence")
    if step is None or step.get("unit") not in SECONDS:
        raise not_a_number(name, field, "" if step is None else step.get("unit", ""))
    seconds = _exact(name, field, step.get("value", "")) * SECONDS[step.get("unit", "s")]
    if seconds <= 0:
        raise not_a_number(name, field, step.get("value", ""))
    absolute = what == "TIME_ABSOLUTE" and head is not None
    return Clock(head.get("value", "") if absolute and head is not None else "", float(1 / seconds))


def _channel(name: str, lead: str, value: Element, clock: Clock, band: Band) -> Channel:
    origin, scale = value.find(f"{V3}origin"), value.find(f"{V3}scale")
    field = gettext_noop("scale of %(label)s")
    if scale is None:
        raise not_a_number(name, field, "", label=lead)
    unit = scale.get("unit", "")
    if origin is not None and origin.get("unit", unit) != unit:
        raise not_a_number(name, field, origin.get("unit", ""), label=lead)
    text = value.findtext(f"{V3}digits") or ""
    try:
        digital = np.array(text.split(), np.int64)
    except (ValueError, OverflowError):
        raise not_a_number(name, gettext_noop("digits of %(label)s"), "", label=lead) from None
    return Channel(
        name, lead, unit, clock.rate_hz, digital, _exact(name, field, scale.get("value", "")),
        Fraction(0) if origin is None else _exact(name, field, origin.get("value", "0")),
        band_hz=band,
    )  # fmt: skip


def _later(name: str, channel: Channel, heads: list[str]) -> Channel:
    """A set that begins after the first one begins so much later."""
    if not heads[0] or not heads[-1] or heads[-1] == heads[0]:
        return channel
    first, this = (datetime.fromisoformat(_moment(name, each)) for each in (heads[0], heads[-1]))
    try:
        delay = (this - first).total_seconds()
    except TypeError:  # one of them has a zone
        raise not_a_number(name, gettext_noop("time of the first sample"), heads[-1]) from None
    return Channel(**{**vars(channel), "delay_s": delay})


def _low(series: Element) -> str:
    low = series.find(f"{V3}effectiveTime/{V3}low")
    return "" if low is None else low.get("value", "")


def _band(name: str, series: Element) -> Band:
    ends: dict[str, float] = {}
    for variable in series.iter(f"{V3}controlVariable"):
        code = variable.find(f"{V3}code")
        which = "" if code is None else code.get("code", "")
        if which in (LOW_PASS, HIGH_PASS):
            for frequency in _cutoffs(variable):
                field = gettext_noop("filter")
                ends[which] = float(_exact(name, field, frequency))
    return ends.get(HIGH_PASS), ends.get(LOW_PASS)


def _cutoffs(variable: Element) -> Iterator[str]:
    for inner in variable.iter(f"{V3}controlVariable"):
        code, value = inner.find(f"{V3}code"), inner.find(f"{V3}value")
        cutoff = code is not None and code.get("code") == CUTOFF
        if cutoff and value is not None and value.get("unit") == "Hz":
            yield value.get("value", "")


def _moment(name: str, text: str) -> str:
    """YYYYMMDDHHMM[SS[.fff]][±ZZZZ] as ISO 8601; empty stays empty."""
    found = re.fullmatch(r"(\d{12})(\d\d)?(\.\d{1,6})?\d*([+-]\d{4})?", text)
    if not text:
        return ""
    try:
        if found is None:
            raise ValueError(text)
        moment = datetime.strptime(found[1] + (found[2] or "00"), "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        raise not_a_number(name, gettext_noop("time of the first sample"), text) from None
    zone = f"{found[4][:3]}:{found[4][3:]}" if found[4] else ""
    return moment.isoformat() + (found[3] or "").ljust(7, "0")[: 7 if found[3] else 0] + zone


def _identity(root: Element) -> Identity:
    subject = root.find(f".//{V3}trialSubject")
    person = root.find(f".//{V3}subjectDemographicPerson")
    number = None if subject is None else subject.find(f"{V3}id")
    if person is None:
        return Identity(number="" if number is None else number.get("extension", ""))
    sex, born = person.find(f"{V3}administrativeGenderCode"), person.find(f"{V3}birthTime")
    date = re.match(r"(\d{4})(\d\d)(\d\d)", "" if born is None else born.get("value", ""))
    name = person.find(f"{V3}name")
    words = "" if name is None else " ".join("".join(name.itertext()).split())
    return Identity(
        words,
        "" if number is None else number.get("extension", ""),
        "-".join(date.groups()) if date else "",
        SEXES.get("" if sex is None else sex.get("code", ""), ""),
    )


def _device(root: Element) -> dict[str, str]:
    device = root.find(f".//{V3}seriesAuthor")
    if device is None:
        return {}
    found = {
        "manufacturer": device.findtext(f".//{V3}manufacturerOrganization/{V3}name") or "",
        "model": device.findtext(f".//{V3}manufacturerModelName") or "",
    }
    return {name: text.strip()[:200] for name, text in found.items() if text.strip()}


def _derived(root: Element) -> tuple[Note, ...]:
    count = sum(1 for _ in root.iter(f"{V3}derivedSeries"))
    text = gettext_noop("Left out: %(count)s series that were computed, not recorded.")
    return (Note(text, {"count": count}),) if count else ()


def _exact(name: str, field: str, text: str) -> Fraction:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise not_a_number(name, field, text, label="") from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise not_a_number(name, field, text, label="")
    return Fraction(number)


def _damaged(name: str) -> Unreadable:
    return Unreadable(
        "header", name, gettext_noop("XML"), gettext_noop("it is no annotated ECG"),
        gettext_noop("Export it again as HL7 aECG (AnnotatedECG)."),
    )  # fmt: skip
