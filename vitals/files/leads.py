"""Names, kinds and units of channels: which of them is an ECG lead, an axis, a pulse wave."""

from __future__ import annotations

import re
from fractions import Fraction

LONGEST = 16
CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+_/-]{0,15}")
TWELVE = frozenset(("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"))

VOLT = {"v": 10**6, "mv": 10**3, "uv": 1, "µv": 1, "μv": 1, "microvolt": 1, "millivolt": 10**3}
VOLTS = {unit: Fraction(factor) for unit, factor in VOLT.items()} | {"nv": Fraction(1, 1000)}
# unit in files: unit of recordings, how many of it
MOTION = {
    "g": ("g", Fraction(1)),
    "mg": ("g", Fraction(1, 1000)),
    "m/s2": ("m/s2", Fraction(1)),
    "m/s^2": ("m/s2", Fraction(1)),
    "m/s²": ("m/s2", Fraction(1)),
    "deg/s": ("deg/s", Fraction(1)),
    "dps": ("deg/s", Fraction(1)),
    "°/s": ("deg/s", Fraction(1)),
}
PLAIN = ("", "1", "nu", "a.u.", "au", "normalized", "none")

BEFORE = re.compile(
    r"^(?:mdc_ecg_lead_|mdc_ecg_elec_potl_|ecg lead|ekg lead|lead|ecg|ekg)[\s:_-]*", re.IGNORECASE
)
BEHIND = re.compile(r"\s*(?:\(.*\)|-ref|lead)$", re.IGNORECASE)
LEAD = re.compile(
    r"i|ii|iii|-?av[rlf]|v|v[1-9]r?|v[xyz]|m?l[i]{1,3}|ml[i]{1,3}|mv\d|mcl\d|c[mcs]\d|d\d|e[asi]|as|ai"
    r"|es|[xyz]|\d{1,2}|a|b|c|ch ?\d{1,2}|modified.*"
)
WRITTEN = {"avr": "aVR", "avl": "aVL", "avf": "aVF", "-avr": "-aVR"}
PULSE = re.compile(r"pleth|ppg|photopleth", re.IGNORECASE)
AXIS = re.compile(r"acc|gyr|imu|rot|motion|^[axyzg]+[_ ]?[xyz]?$", re.IGNORECASE)


def unit_of(text: str) -> str:
    """A unit as it is compared: without spaces, in small letters."""
    return text.replace(" ", "").lower()


def kind_of(label: str, unit: str) -> tuple[str, str, Fraction] | None:
    """Kind and unit of recordings for a channel, and how many of it one unit of the file is.

    None: it is no signal that recordings hold (an EEG, a blood pressure, a square wave).

    >>> kind_of("ECG II", "mV")
    ('ecg', 'uV', Fraction(1000, 1))
    >>> kind_of("EEG Fpz-Cz", "uV") is None
    True
    """
    plain = unit_of(unit)
    if plain in VOLTS:
        return ("ecg", "uV", VOLTS[plain]) if lead_of(label) else None
    if plain in MOTION and AXIS.search(label.strip()):
        return ("imu", *MOTION[plain])
    if plain in PLAIN and PULSE.search(label):
        return ("ppg", "1", Fraction(1))
    return None


def lead_of(label: str) -> str:
    """The usual name of an ECG lead; empty when the label is not that of one.

    >>> [lead_of(each) for each in ("avr", "Lead I (Einthoven)", "MDC_ECG_LEAD_V1", "ECG", "EEG")]
    ['aVR', 'I', 'V1', 'ECG', '']
    """
    text = label.strip().rstrip(".").strip()
    if re.fullmatch(r"(?:ecg|ekg)[\s_-]?\d{0,2}", text, re.IGNORECASE):
        return text.upper().replace("EKG", "ECG")
    named = BEFORE.match(text) is not None
    bare = BEHIND.sub("", BEFORE.sub("", text)).strip()
    small = bare.lower().replace(" ", "")
    if LEAD.fullmatch(small) and (named or not re.fullmatch(r"[abcxyz]|\d{1,2}", small)):
        return WRITTEN.get(small, bare.upper())
    return bare if named and CHANNEL.fullmatch(bare) else ""


def channel_name(kind: str, label: str) -> str:
    """A name that recordings take: the lead, or the label without foreign signs."""
    name = (lead_of(label) if kind == "ecg" else "") or label
    kept = re.sub(r"[^A-Za-z0-9 .+_/-]+", "_", name).strip(" _./+-")[:LONGEST].strip()
    return kept or "signal"


def distinct(names: list[str]) -> tuple[str, ...]:
    """The same names, numbered where one comes twice.

    >>> distinct(["ECG", "ECG"])
    ('ECG', 'ECG 2')
    """
    found: list[str] = []
    for name in names:
        number, each = 1, name
        while each in found:
            number += 1
            each = f"{name[: LONGEST - 3]} {number}"
        found.append(each)
    return tuple(found)
