"""A field for a coded thing: picked by typing, or free text that is marked as uncoded."""

from typing import Any

from django import forms

from patients.terminology.coded import Coded

LONGEST = 500


class ConceptField(forms.CharField):
    """Words of one ``kind`` (problem, procedure, allergen, …); cleans to Coded."""

    def __init__(self, *, kind: str, **options: Any) -> None:
        self.kind = kind
        super().__init__(**{"max_length": LONGEST} | options)

    def clean(self, value: Any) -> Coded:
        """The words as Coded; empty Coded where nothing was typed."""
        return Coded(text=super().clean(value))
