"""Parts of an Observation: a number or words, under our own code and LOINC's where one is known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
OURS = "urn:uuid:4f1d6e0c-93a5-4c0f-8f0e-52c9a1f7d2b4"


def quantity(
    code: str,
    words: str,
    value: str,
    unit: str = "",
    ucum: str = "1",
    loinc: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """A component with a number.

    Args:
        code: In our own code system.
        words: Its name.
        value: As it is told, to the digit.
        unit: As printed; empty: none.
        ucum: The unit as a code.
        loinc: Code and display of LOINC.
    """
    printed = {"unit": unit} if unit else {}
    number = {"value": Decimal(value)} | printed | {"system": UCUM, "code": ucum}
    return {"code": coded(code, words, loinc), "valueQuantity": number}


def text(code: str, words: str, value: str) -> dict[str, Any]:
    """A component with words."""
    return {"code": coded(code, words), "valueString": value}


def coded(code: str, words: str, loinc: tuple[str, str] | None = None) -> dict[str, Any]:
    """The code of a component, as a CodeableConcept."""
    coding = [{"system": OURS, "code": code, "display": words}]
    if loinc:
        coding.append({"system": LOINC, "code": loinc[0], "display": loinc[1]})
    return {"coding": coding, "text": words}
