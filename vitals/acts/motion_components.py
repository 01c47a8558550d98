"""What was read from motion, as the components of an Observation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
OURS: Final = "urn:uuid:4f1d6e0c-93a5-4c0f-8f0e-52c9a1f7d2b4"
STEPS: Final = {"system": LOINC, "code": "55423-8", "display": "Number of steps"}
# Where the reading says why it withholds a value.
WITHHELD: Final = (("falls", "Possible falls"), ("activity", "Activity"), ("posture", "Posture"))


def motion_components(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Steps, possible falls, minutes of activity and posture; what was not read is not there."""
    if result["not_analysable"]:
        return [_text("not-analysable", "Not analysable", result["not_analysable"])]
    share = round(100 * result["measured_share"])
    made = [
        _number("share-measured", "Share that was measured", share, "%", "%"),
        _number("steps", "Steps", result["steps"]["total"], "", "1", STEPS),
    ]
    if not result["falls"]["withheld"]:
        falls = len(result["falls"]["events"])
        made.append(_number("possible-falls", "Possible falls", falls, "", "1"))
    for part in ("activity", "posture"):
        for name, minutes in (result[part]["minutes"] or {}).items():
            made.append(_number(f"{part}-{name}", f"Time {name}", minutes, "min", "min"))
    return made + [
        _text(f"{part}-withheld", f"{words} withheld", result[part]["withheld"])
        for part, words in WITHHELD
        if result[part]["withheld"]
    ]


def _number(
    code: str, words: str, value: float, unit: str, ucum: str, *more: dict[str, str]
) -> dict[str, Any]:
    quantity = {"value": Decimal(str(value)), "system": UCUM, "code": ucum}
    printed = {"unit": unit} if unit else {}
    return {"code": _code(code, words, *more), "valueQuantity": printed | quantity}


def _text(code: str, words: str, value: str) -> dict[str, Any]:
    return {"code": _code(code, words), "valueString": value}


def _code(code: str, words: str, *more: dict[str, str]) -> dict[str, Any]:
    return {"coding": [{"system": OURS, "code": code, "display": words}, *more], "text": words}
