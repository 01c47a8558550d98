"""Small documents for the XML tests."""

from typing import Any

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"


def patient(inner: str = "", *, before: str = "") -> bytes:
    """A Patient in XML around ``inner``; what ``before`` holds stands in front of it."""
    return f'{before}<Patient xmlns="{FHIR}">{inner}</Patient>'.encode()


def narrative(div: str) -> str:
    """The element ``text`` around a ``div``."""
    return f'<text><status value="generated"/>{div}</text>'


def body(**elements: Any) -> dict[str, Any]:
    """A Patient in JSON."""
    return {"resourceType": "Patient", **elements}


def questionnaire(levels: int) -> dict[str, Any]:
    """Questions inside questions."""
    inner: dict[str, Any] = {"linkId": "x"}
    for _ in range(levels - 1):
        inner = {"linkId": "x", "item": [inner]}
    return {"resourceType": "Questionnaire", "status": "draft", "item": [inner]}
