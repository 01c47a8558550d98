"""FHIR's data types in a word each: codings, quantities, references, periods."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid5

Resource = dict[str, Any]

NAMESPACE = UUID("6f0f7b8e-52d7-4a53-9d0a-6d3f6a0c1c11")
SNOMED = "http://snomed.info/sct"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem/"


class Code(NamedTuple):
    """One code of one terminology."""

    system: str
    code: str
    display: str


def fhir_id(name: str) -> str:
    """The lasting id of whatever is called ``name`` in the demo clinic."""
    return str(uuid5(NAMESPACE, name))


def coding(code: Code) -> Resource:
    """``code`` as FHIR writes it; a code without words of its own leaves them out."""
    words = {"display": code.display} if code.display else {}
    return {"system": code.system, "code": code.code, **words}


def concept(text: str, *codes: Code) -> Resource:
    """Words, and the codes that mean them. Without a code: free text."""
    return {**({"coding": [coding(code) for code in codes]} if codes else {}), "text": text}


def quantity(number: str | int, unit: str, ucum: str = "") -> Resource:
    """A number with its unit, to the digit; ``<5`` becomes a comparator.

    >>> quantity("6.7", "mmol/L")["value"]
    Decimal('6.7')
    """
    literal = str(number)
    comparator = {"comparator": literal[0]} if literal[0] in "<>" else {}
    value = Decimal(literal.lstrip("<>"))
    return {"value": value, **comparator, "unit": unit, "system": UCUM, "code": ucum or unit}


def reference(resource: Resource, display: str = "") -> Resource:
    """A pointer to ``resource``."""
    return pointer(resource["resourceType"], resource["id"], display)


def pointer(kind: str, identity: str, display: str = "") -> Resource:
    """A pointer to the ``kind`` of that id."""
    return {"reference": f"{kind}/{identity}", **({"display": display} if display else {})}


def instant(moment: datetime) -> str:
    """Date and time with offset, to the second."""
    return moment.isoformat(timespec="seconds")


def period(start: datetime | str, end: datetime | str | None = None) -> Resource:
    """From ``start``, open unless it has an ``end``."""
    texts = [edge if isinstance(edge, str) else instant(edge) for edge in (start, end) if edge]
    return dict(zip(("start", "end"), texts, strict=False))


def comments(*texts: str) -> Resource:
    """Annotations as an element to merge in; nothing when there is nothing to say."""
    said = [{"text": text} for text in texts if text]
    return {"note": said} if said else {}


def given(**elements: Any) -> Resource:
    """The elements that have a value. FHIR knows no empty ones."""
    return {name: value for name, value in elements.items() if value not in (None, "", [], {})}
