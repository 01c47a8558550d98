"""A whole instruction: 'Amoxicillin 500 mg by mouth three times a day for 7 days'."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from patients.prescribing.dose import Amount, units
from patients.prescribing.frequency import Frequency, frequencies, of_timing
from patients.prescribing.route import SNOMED, route, routes

UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Sig:
    """What to take, how much, which way, how often and how long.

    Attributes:
        medicine: As written on the prescription, without the dose.
        dose: What is taken at once.
        route: Key of a route, or "".
        frequency: Key of a frequency, or "".
        as_needed: Only when needed; then the frequency is the most often.
        as_needed_for: What for: "pain".
        duration_days: For how long; None until it is stopped.
        extra: More words of the prescriber.
    """

    medicine: str
    dose: Amount | None = None
    route: str = ""
    frequency: str = ""
    as_needed: bool = False
    as_needed_for: str = ""
    duration_days: int | None = None
    extra: str = ""

    @property
    def text(self) -> str:
        """The whole instruction, the medicine first, with one capital letter."""
        medicine = self.medicine[:1].upper() + self.medicine[1:]
        return " ".join(filter(None, (medicine, self.instructions)))

    @property
    def instructions(self) -> str:
        """Everything but the medicine. What is not daily is said loudly: "once WEEKLY"."""
        parts = (
            self.dose.text if self.dose else "",
            routes()[self.route].words if self.route else "",
            frequencies()[self.frequency].loud if self.frequency else "",
            self._needed,
            self._duration,
        )
        said = " ".join(filter(None, parts))
        return ". ".join(filter(None, (said, self.extra)))

    @property
    def _needed(self) -> str:
        if not self.as_needed:
            return ""
        most = "at most, when needed" if self.frequency else "when needed"
        return f"{most} for {self.as_needed_for}" if self.as_needed_for else most

    @property
    def _duration(self) -> str:
        if self.duration_days is None:
            return ""
        return f"for {self.duration_days} day{'s' if self.duration_days != 1 else ''}"

    def dosage(self) -> dict[str, Any]:
        """As FHIR Dosage."""
        said: dict[str, Any] = {"text": self.instructions}
        if self.frequency:
            said["timing"] = frequencies()[self.frequency].timing()
        if self.duration_days is not None:
            bounds = {"value": self.duration_days, "unit": "d", "system": UCUM, "code": "d"}
            timing = said.setdefault("timing", {})
            timing["repeat"] = {"boundsDuration": bounds} | timing.get("repeat", {})
        if self.as_needed_for and self.as_needed:
            said["asNeededCodeableConcept"] = {"text": self.as_needed_for}
        elif self.as_needed:
            said["asNeededBoolean"] = True
        if self.route:
            said["route"] = routes()[self.route].concept()
        if self.dose:
            said["doseAndRate"] = [self._dose_and_rate(self.dose)]
        return said

    @staticmethod
    def _dose_and_rate(dose: Amount) -> dict[str, Any]:
        rate = " per " in units()[dose.unit].kind
        return {"rateQuantity" if rate else "doseQuantity": dose.quantity()}


class ReadDosage(NamedTuple):
    """What of a FHIR Dosage is understood; the rest stays unknown."""

    dose: Amount | None
    route: str
    frequency: str
    as_needed: bool


def read_dosage(dosage: Mapping[str, Any]) -> ReadDosage:
    """The parts of a FHIR Dosage that checks can use. Nothing is guessed from its text."""
    often: Frequency | None = of_timing(dosage.get("timing") or {})
    return ReadDosage(
        _dose(dosage),
        _route(dosage.get("route") or {}),
        often.key if often else "",
        bool(dosage.get("asNeededBoolean") or dosage.get("asNeededCodeableConcept")),
    )


def _dose(dosage: Mapping[str, Any]) -> Amount | None:
    rates = dosage.get("doseAndRate") or []
    if len(rates) != 1:
        return None
    quantity = rates[0].get("doseQuantity") or rates[0].get("rateQuantity") or {}
    if quantity.get("system") != UCUM or quantity.get("comparator"):
        return None
    for unit in units().values():
        if unit.ucum == quantity.get("code"):
            return _amount(quantity.get("value"), unit.key)
    return None


def _amount(value: object, unit: str) -> Amount | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return Amount(number, unit) if number > 0 else None


def _route(concept: Mapping[str, Any]) -> str:
    for coding in concept.get("coding") or []:
        found = route(str(coding.get("code", ""))) if coding.get("system") == SNOMED else None
        if found:
            return found.key
    found = route(str(concept.get("text") or ""))
    return found.key if found else ""
