"""Which way a medicine goes in: words and SNOMED CT code."""

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("tables") / "routes.csv"
SNOMED = "http://snomed.info/sct"


@dataclass(frozen=True, slots=True)
class Route:
    """A route: its key, its words as read aloud, and a code where one is verified."""

    key: str
    words: str
    snomed: str

    def concept(self) -> dict[str, object]:
        """As FHIR CodeableConcept."""
        coding = [{"system": SNOMED, "code": self.snomed}] if self.snomed else []
        return {"coding": coding, "text": self.words} if coding else {"text": self.words}


@functools.cache
def _rows() -> list[dict[str, str]]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@functools.cache
def routes() -> Mapping[str, Route]:
    """Every route by its key, in the order a list shows them."""
    return {row["key"]: Route(row["key"], row["words"], row["snomed"]) for row in _rows()}


@functools.cache
def _spellings() -> Mapping[str, str]:
    return {
        spelling.casefold(): row["key"]
        for row in _rows()
        for spelling in (row["key"], row["words"], row["snomed"], *row["also"].split("|"))
        if spelling
    }


def route(text: str) -> Route | None:
    """By key, words, a known abbreviation or SNOMED CT code; None for anything else.

    >>> route("Orally").key
    'oral'
    """
    key = _spellings().get(" ".join(text.casefold().split()))
    return routes()[key] if key else None
