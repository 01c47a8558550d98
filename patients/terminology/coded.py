"""A coded thing: code and words, or words alone where nobody coded it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Coded:
    """One CodeableConcept as the product writes it: at most one coding, and its text.

    Attributes:
        system: Code system URI; empty when uncoded.
        code: Code within ``system``; empty when uncoded.
        display: What the code system calls it.
        text: What the person wrote or chose.
    """

    system: str = ""
    code: str = ""
    display: str = ""
    text: str = ""

    @classmethod
    def of(cls, record: Any, prefix: str) -> Coded:
        """The concept in the columns ``{prefix}_system``, ``_code``, ``_display``, ``_text``."""
        return cls(*(getattr(record, f"{prefix}_{part}") for part in PARTS))

    def columns(self, prefix: str) -> dict[str, str]:
        """Values of the four columns of a record."""
        return {f"{prefix}_{part}": getattr(self, part) for part in PARTS}

    @property
    def is_coded(self) -> bool:
        """A program can tell what it is."""
        return bool(self.code)

    @property
    def words(self) -> str:
        """What people read."""
        return self.text or self.display or self.code

    def concept(self) -> dict[str, Any]:
        """As FHIR CodeableConcept."""
        said = {"system": self.system, "code": self.code, "display": self.display}
        coding = {name: value for name, value in said.items() if value}
        text = {"text": self.words} if self.words else {}
        return ({"coding": [coding]} if self.code else {}) | text

    def __str__(self) -> str:
        return self.words


PARTS = ("system", "code", "display", "text")
