"""The readings a device may post: codes, units, and what a person can possibly have.

LOINC codes as in the FHIR R4 vital signs profiles (https://hl7.org/fhir/R4/observation-vitalsigns.html);
glucose 2339-0 and 15074-8 by unit. The limits ask "can a sensor have measured this on a human at
all", a little beyond the extremes that were survived; they do not ask whether it is healthy.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Unit:
    """A UCUM unit as printed, with the way to the unit in which limits are given."""

    ucum: str
    text: str
    factor: Decimal = Decimal(1)
    shift: Decimal = Decimal(0)
    # LOINC code of the kind in this unit, where it is another one.
    code: str = ""

    def canonical(self, value: Decimal) -> Decimal:
        """The value in the unit of the limits."""
        return (value + self.shift) * self.factor


@dataclass(frozen=True)
class Part:
    """One number of a reading: its member in the request, LOINC code, name and limits."""

    member: str
    code: str
    name: str
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class ReadingKind:
    """A kind of reading. With one part it is a value, with several it is a panel."""

    code: str
    name: str
    parts: tuple[Part, ...]
    units: tuple[Unit, ...]
    also: tuple[tuple[str, str], ...] = ()

    @property
    def is_panel(self) -> bool:
        return len(self.parts) > 1


def _single(
    code: str,
    name: str,
    low: str,
    high: str,
    *units: Unit,
    also: tuple[tuple[str, str], ...] = (),
) -> ReadingKind:
    part = Part("value", code, name, Decimal(low), Decimal(high))
    return ReadingKind(code, name, (part,), units, also)


KINDS: dict[str, ReadingKind] = {
    "blood-pressure": ReadingKind(
        "85354-9",
        "Blood pressure",
        (
            Part("systolic", "8480-6", "Systolic blood pressure", Decimal(20), Decimal(350)),
            Part("diastolic", "8462-4", "Diastolic blood pressure", Decimal(10), Decimal(250)),
        ),
        (Unit("mm[Hg]", "mmHg"), Unit("kPa", "kPa", Decimal("7.50062"))),
    ),
    "spo2": _single(
        "2708-6",
        "Oxygen saturation",
        "0",
        "100",
        Unit("%", "%"),
        also=(("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),),
    ),
    "heart-rate": _single(
        "8867-4", "Heart rate", "0", "400", Unit("/min", "/min"), Unit("{beats}/min", "/min")
    ),
    "respiratory-rate": _single(
        "9279-1",
        "Respiratory rate",
        "0",
        "150",
        Unit("/min", "/min"),
        Unit("{breaths}/min", "/min"),
    ),
    "temperature": _single(
        "8310-5",
        "Body temperature",
        "20",
        "46",
        Unit("Cel", "°C"),
        Unit("[degF]", "°F", Decimal(5) / Decimal(9), Decimal(-32)),
    ),
    "weight": _single(
        "29463-7",
        "Body weight",
        "0.2",
        "700",
        Unit("kg", "kg"),
        Unit("g", "g", Decimal("0.001")),
        Unit("[lb_av]", "lb", Decimal("0.45359237")),
    ),
    "glucose": _single(
        "2339-0",
        "Glucose in blood",
        "0",
        "2000",
        Unit("mg/dL", "mg/dL"),
        Unit("mmol/L", "mmol/L", Decimal("18.0156"), code="15074-8"),
    ),
}
