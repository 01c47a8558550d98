"""What was found in a file: channels as integers with their exact scale, and what the file says.

Plain numpy: no Django, no database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

BoolArray: TypeAlias = NDArray[np.bool_]
IntArray: TypeAlias = "NDArray[np.int16] | NDArray[np.int32] | NDArray[np.int64]"
Band: TypeAlias = "tuple[float | None, float | None]"


@dataclass(frozen=True)
class Channel:
    """One signal as the recorder wrote it.

    Attributes:
        file: Name of the file it lies in.
        label: Its name there.
        unit: Its unit there.
        sampling_rate_hz: Samples per second.
        digital: Integers, shape (n,).
        scale: Units per step.
        offset: Units at digital 0.
        missing: True where nothing was measured, shape (n,); None: nowhere.
        band_hz: Low and high end of the recorder's filters; None where it does not say.
        delay_s: Begin of the first sample after the begin of the file.
    """

    file: str
    label: str
    unit: str
    sampling_rate_hz: float
    digital: IntArray
    scale: Fraction
    offset: Fraction = Fraction(0)
    missing: BoolArray | None = None
    band_hz: Band = (None, None)
    delay_s: float = 0.0


@dataclass(frozen=True)
class Identity:
    """Whom the file names; empty or None where it says nothing.

    Attributes:
        name: As written.
        number: Patient number.
        birth_date: YYYY-MM-DD.
        sex: "male" or "female".
        age_years: Age at the recording.
    """

    name: str = ""
    number: str = ""
    birth_date: str = ""
    sex: str = ""
    age_years: float | None = None


@dataclass(frozen=True)
class Note:
    """Something that was done or left out, for people to know. ``given`` fills the text."""

    text: str
    given: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        given = {name: str(value) for name, value in self.given.items()}
        return {"text": self.text, "given": given}


@dataclass(frozen=True)
class FileContent:
    """All that one upload holds.

    Attributes:
        format: "edf", "wfdb", "dicom", "aecg" or "csv".
        file: Name of the file that speaks for the others.
        channels: Every signal that can be understood.
        start: When it began, ISO 8601, with or without a zone; empty: it does not say.
        start_field: What that field is called in this format.
        identity: Whom the file names.
        device: Manufacturer, model and serial number of the recorder, as far as they are named.
        study: Identifiers of a DICOM study, empty elsewhere.
        notes: What was left out and why.
    """

    format: str
    file: str
    channels: tuple[Channel, ...]
    start: str = ""
    start_field: str = ""
    identity: Identity = field(default_factory=Identity)
    device: dict[str, str] = field(default_factory=dict)
    study: dict[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Signals:
    """What becomes one recording: one kind, one rate, one unit.

    Attributes:
        kind: "ecg", "imu" or "ppg".
        sampling_rate_hz: Samples per second.
        unit: As recordings have it.
        names: Channels.
        steps: int16, shape (n, channels); −32768 where nothing was measured.
        units_per_step: Scale of ``steps``.
        band_hz: Narrowest declared filters of the channels; None unless all say.
        delay_s: Begin after the begin of the file.
    """

    kind: str
    sampling_rate_hz: float
    unit: str
    names: tuple[str, ...]
    steps: NDArray[np.int16]
    units_per_step: float
    band_hz: Band
    delay_s: float
