"""The vital signs a person records: codes, units, what can be and what is unlikely.

LOINC codes as in the FHIR R4 vital signs profiles
(https://hl7.org/fhir/R4/observation-vitalsigns.html) and US Core; level of responsiveness 67775-7
with the SNOMED CT answers of NHS CareConnect-ACVPU.

``possible`` is what can have been measured on a living person; outside it a value is refused.
``likely`` asks "have you checked?" outside it, apart for children; it says nothing about health.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patients.terminology.coded import Coded

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
WEIGHT_CHANGE = Decimal("0.10")  # more than this against the last weight asks


@dataclass(frozen=True)
class Unit:
    """A UCUM unit as printed, with the way to the sign's first unit."""

    ucum: str
    printed: str
    factor: Decimal = Decimal(1)
    shift: Decimal = Decimal(0)

    def canonical(self, value: Decimal) -> Decimal:
        """``value`` in the sign's first unit, in which the limits are given."""
        return (value + self.shift) * self.factor


@dataclass(frozen=True)
class Sign:
    """One number of a round of vital signs.

    Attributes:
        name: Member of ``Vitals.amounts`` and field of the form.
        label: Word of the form and of every refusal.
        code: LOINC code.
        display: What LOINC calls it.
        units: The unit it is asked in, and others one may choose.
        possible: Lowest and highest value in the first unit; beyond it is refused.
        likely: The same for adults; beyond it asks.
        likely_child: The same under 16 years.
    """

    name: str
    label: str | Promise
    code: str
    display: str
    units: tuple[Unit, ...]
    possible: tuple[Decimal, Decimal]
    likely: tuple[Decimal, Decimal]
    likely_child: tuple[Decimal, Decimal]

    def unit(self, ucum: str) -> Unit:
        """The unit with this code, else the first."""
        return next((unit for unit in self.units if unit.ucum == ucum), self.units[0])


def _sign(
    name: str,
    label: Promise,
    code: str,
    display: str,
    units: tuple[Unit, ...],
    *limits: tuple[str, str],
) -> Sign:
    possible, likely, child = ((Decimal(low), Decimal(high)) for low, high in limits)
    return Sign(name, label, code, display, units, possible, likely, child)


PER_MINUTE = (Unit("/min", "/min"),)
PRESSURE = (Unit("mm[Hg]", "mmHg"),)
SIGNS: dict[str, Sign] = {
    sign.name: sign
    for sign in (
        _sign(
            "systolic",
            _("Systolic pressure"),
            "8480-6",
            "Systolic blood pressure",
            PRESSURE,
            *(("20", "350"), ("80", "220"), ("50", "160")),
        ),
        _sign(
            "diastolic",
            _("Diastolic pressure"),
            "8462-4",
            "Diastolic blood pressure",
            PRESSURE,
            *(("10", "250"), ("40", "130"), ("20", "110")),
        ),
        _sign(
            "pulse",
            _("Pulse"),
            "8867-4",
            "Heart rate",
            PER_MINUTE,
            *(("0", "400"), ("40", "150"), ("50", "220")),
        ),
        _sign(
            "respiration",
            _("Respiratory rate"),
            "9279-1",
            "Respiratory rate",
            PER_MINUTE,
            *(("0", "120"), ("8", "35"), ("10", "80")),
        ),
        _sign(
            "spo2",
            _("Oxygen saturation"),
            "59408-5",
            "Oxygen saturation in Arterial blood by Pulse oximetry",
            (Unit("%", "%"),),
            *(("10", "100"), ("80", "100"), ("80", "100")),
        ),
        _sign(
            "oxygen_flow",
            _("Oxygen flow"),
            "3151-8",
            "Inhaled oxygen flow rate",
            (Unit("L/min", "L/min"),),
            *(("0.1", "100"), ("0.5", "15"), ("0.1", "15")),
        ),
        _sign(
            "temperature",
            _("Temperature"),
            "8310-5",
            "Body temperature",
            (Unit("Cel", "°C"), Unit("[degF]", "°F", Decimal(5) / Decimal(9), Decimal(-32))),
            *(("20", "46"), ("34", "41"), ("34", "41")),
        ),
        _sign(
            "pain",
            _("Pain"),
            "72514-3",
            "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
            (Unit("{score}", "0–10"),),
            *(("0", "10"), ("0", "10"), ("0", "10")),
        ),
        _sign(
            "weight",
            _("Weight"),
            "29463-7",
            "Body weight",
            (Unit("kg", "kg"), Unit("[lb_av]", "lb", Decimal("0.45359237"))),
            *(("0.2", "700"), ("30", "250"), ("0.5", "150")),
        ),
        _sign(
            "height",
            _("Height"),
            "8302-2",
            "Body height",
            (Unit("cm", "cm"), Unit("[in_i]", "in", Decimal("2.54"))),
            *(("15", "280"), ("120", "220"), ("30", "200")),
        ),
    )
}

# Whole numbers only: nobody reads a fraction of a breath or a point of pain off anything.
WHOLE = frozenset({"systolic", "diastolic", "pulse", "respiration", "pain"})

POSITIONS: dict[str, Coded] = {
    "sitting": Coded(SNOMED, "33586001", "Sitting position", "Sitting"),
    "lying": Coded(SNOMED, "102538003", "Recumbent body position", "Lying"),
    "standing": Coded(SNOMED, "10904000", "Orthostatic body position", "Standing"),
}
ARMS: dict[str, Coded] = {
    "left": Coded(SNOMED, "368208006", "Left upper arm structure", "Left arm"),
    "right": Coded(SNOMED, "368209003", "Right upper arm structure", "Right arm"),
}
TEMPERATURE_SITES: dict[str, Coded] = {
    "ear": Coded(text="Ear"),
    "mouth": Coded(text="Mouth"),
    "forehead": Coded(text="Forehead"),
    "armpit": Coded(text="Armpit"),
    "rectum": Coded(text="Rectum"),
}
# Alert, new Confusion, responds to Voice, responds to Pain, Unresponsive.
ACVPU: dict[str, Coded] = {
    "A": Coded(SNOMED, "248234008", "Mentally alert", "Alert"),
    "C": Coded(SNOMED, "130987000", "Acute confusion", "New confusion"),
    "V": Coded(SNOMED, "300202002", "Response to voice", "Responds to voice"),
    "P": Coded(SNOMED, "450847001", "Responds to pain", "Responds to pain"),
    "U": Coded(SNOMED, "422768004", "Unresponsive", "Unresponsive"),
}
AIR = Coded(SNOMED, "722742002", "Breathing room air", "Air")
RESPONSIVENESS = Coded(LOINC, "67775-7", "Level of responsiveness", "Level of responsiveness")
PRESSURE_PANEL = Coded(
    LOINC, "85354-9", "Blood pressure panel with all children optional", "Blood pressure"
)
ARTERIAL_SATURATION = Coded(LOINC, "2708-6", "Oxygen saturation in Arterial blood")


@dataclass(frozen=True)
class Amount:
    """A number as it was typed, with its digits, in the unit it was read in."""

    value: Decimal
    unit: Unit

    @property
    def canonical(self) -> Decimal:
        """In the sign's first unit."""
        return self.unit.canonical(self.value)

    def __str__(self) -> str:
        return f"{self.value} {self.unit.printed}"


@dataclass(frozen=True)
class Vitals:
    """One round of vital signs as they were read off; what was not measured is absent.

    Attributes:
        measured_at: When; entering may be later.
        amounts: Name of a sign → what was read.
        position: Key of ``POSITIONS``, or empty.
        arm: Key of ``ARMS``, or empty.
        temperature_site: Key of ``TEMPERATURE_SITES``, or empty.
        breathing: "air", "oxygen" or empty: nobody said.
        oxygen_device: Words, such as "nasal cannula".
        acvpu: Key of ``ACVPU``, or empty.
        note: What else to know about this round.
    """

    measured_at: datetime
    amounts: Mapping[str, Amount] = field(default_factory=dict)
    position: str = ""
    arm: str = ""
    temperature_site: str = ""
    breathing: str = ""
    oxygen_device: str = ""
    acvpu: str = ""
    note: str = ""
