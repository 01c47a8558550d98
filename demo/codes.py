"""The demo clinic's code tables, read from ``tables/``: words first, codes second.

What has no row there is charted as free text, never guessed. The reference ranges are those of
an invented laboratory, in the order of common adult ranges: good for a story and nothing else.
Sources: LOINC® (loinc.org; © Regenstrief Institute, under its licence), ICD-10-CM (US CDC/NCHS),
RxNorm ingredients (US NLM), CVX (US CDC); SNOMED CT identifiers as met in HL7's own examples.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from demo.elements import CVX, HL7, ICD_10_CM, LOINC, RXNORM, SNOMED, Code

TABLES = Path(__file__).parent / "tables"
SYSTEMS = {
    "icd": ICD_10_CM,
    "sct": SNOMED,
    "loinc": LOINC,
    "rxnorm": RXNORM,
    "cvx": CVX,
    "role": f"{HL7}v3-RoleCode",
    "house": "urn:chartwave:codes",
}
FLAGS = {
    "N": "Normal",
    "H": "High",
    "L": "Low",
    "A": "Abnormal",
    "HH": "Critical high",
    "LL": "Critical low",
}


class Range(NamedTuple):
    """Reference interval, and the limits beyond which a result is phoned through."""

    low: str = ""
    high: str = ""
    critical_low: str = ""
    critical_high: str = ""

    def flag(self, value: Decimal) -> str:
        """HH, H, N, L or LL (HL7 ObservationInterpretation).

        >>> Range("3.5", "5.1", "2.8", "6.2").flag(Decimal("6.7"))
        'HH'
        """
        if self.critical_high and value >= Decimal(self.critical_high):
            return "HH"
        if self.critical_low and value <= Decimal(self.critical_low):
            return "LL"
        if self.high and value > Decimal(self.high):
            return "H"
        return "L" if self.low and value < Decimal(self.low) else "N"


class LabTest(NamedTuple):
    """One laboratory test and everybody's range for it, by group ("" is all others)."""

    name: str
    code: Code
    unit: str
    ucum: str
    ranges: dict[str, Range]

    def range_for(self, *groups: str) -> Range:
        """The range of the first of ``groups`` that has its own, else the general one."""
        own = (self.ranges[group] for group in groups if group and group in self.ranges)
        return next(own, self.ranges[""])


@cache
def lab_tests() -> dict[str, LabTest]:
    """Every laboratory test by its short name."""
    known: dict[str, LabTest] = {}
    for row in rows("laboratory"):
        if row["name"]:
            code = Code(LOINC, row["loinc"], row["loinc_name"])
            known[row["key"]] = LabTest(row["name"], code, row["unit"], row["ucum"], {})
        limits = Range(row["low"], row["high"], row["critical_low"], row["critical_high"])
        known[row["key"]].ranges[row["group"]] = limits
    return known


@cache
def _terms() -> dict[tuple[str, str], tuple[Code, ...]]:
    known: dict[tuple[str, str], tuple[Code, ...]] = {}
    for row in rows("terms"):
        key = row["kind"], row["words"]
        code = Code(SYSTEMS[row["system"]], row["code"], row["display"])
        known[key] = (*known.get(key, ()), code)
    return known


def codes(kind: str, words: str) -> tuple[Code, ...]:
    """The codes of ``words``; none when the tables do not know them: then it is free text.

    >>> [code.code for code in codes("problem", "Hypertension")]
    ['I10', '38341003']
    """
    return _terms().get((kind, words), ())


def rows(table: str) -> Iterator[dict[str, str]]:
    """The lines of ``tables/``'s ``table``."""
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
