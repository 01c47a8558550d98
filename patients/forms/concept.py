"""A field for a coded thing: picked by typing, or free text that is marked as uncoded."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from patients.terminology import search
from patients.terminology.coded import Coded
from patients.terminology.tables import LOINC_KINDS, system_name

LONGEST = 500


class ConceptInput(forms.TextInput):
    """The words to type, and hidden beside them the code that they were picked with.

    Without a script the words are sent alone; where they are free text, the page that comes back
    offers what they may mean in a list.
    """

    template = "terminology/picker.html"
    PARTS = ("system", "code", "pick")

    def __init__(self, kind: str, attrs: dict[str, Any] | None = None) -> None:
        self.kind = kind
        super().__init__(attrs)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Coded:  # noqa: ARG002
        """What was sent; a choice from the list of the page without script counts most."""
        text = data.get(name) or ""
        system, code, pick = (data.get(f"{name}_{part}") or "" for part in self.PARTS)
        if pick and (picked := search.numbered(pick, self.kind)):
            return picked.coded
        return Coded(system=system, code=code, text=str(text))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:  # noqa: ARG002
        return name not in data

    def id_for_label(self, id_: str) -> str:
        return id_

    def format_value(self, value: Any) -> str:
        return as_coded(value).words

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002
    ) -> SafeString:
        """With the templates of the pages, not the ones of Django's forms."""
        coded = as_coded(value)
        uncoded = bool(coded.words) and not coded.is_coded
        context = self.get_context(name, value, attrs) | {
            "kind": self.kind,
            "coded": coded,
            "system_name": system_name(coded.system),
            "uncoded": uncoded,
            "is_loading": uncoded and search.is_loading(self.kind),
            "may_mean": search.find(coded.text, self.kind) if not coded.is_coded else [],
            "from_loinc": self.kind in LOINC_KINDS,
        }
        return render_to_string(self.template, context)


class ConceptField(forms.CharField):
    """Words of one ``kind`` (problem, procedure, allergen, …); cleans to Coded."""

    def __init__(self, *, kind: str, **options: Any) -> None:
        self.kind = kind
        usual: dict[str, Any] = {"max_length": LONGEST, "widget": ConceptInput(kind)}
        super().__init__(**usual | options)

    def prepare_value(self, value: Any) -> Any:
        return value

    def clean(self, value: Any) -> Coded:
        """The picked concept, else the one that is called so, else the words uncoded.

        Raises:
            ValidationError: nothing where something is required, or too long.
        """
        said = as_coded(value)
        text: str = super().clean(said.text or said.words)
        if not text:
            return Coded()
        picked = search.chosen(said.system, said.code, self.kind)
        if picked is not None and called(picked.coded, text):
            return Coded(picked.system, picked.code, picked.display or picked.name, text)
        named = search.exact(text, self.kind)
        return named.coded if named is not None else Coded(text=text)

    def _clean_bound_field(self, bf: BoundField) -> Coded:
        """A code that stands in the record stays while its words do, known here or not."""
        stands = as_coded(bf.initial)
        sent = as_coded(bf.initial if self.disabled else bf.data)
        same_code = (sent.system, sent.code) == (stands.system, stands.code)
        if stands.is_coded and same_code and called(stands, sent.text or sent.words):
            return stands
        return self.clean(sent)

    def has_changed(self, initial: Any, data: Any) -> bool:
        before, now = as_coded(initial), as_coded(data)
        return (before.code, before.words) != (now.code, now.words)


def as_coded(value: Any) -> Coded:
    """What a form holds: Coded, plain words, or nothing."""
    return value if isinstance(value, Coded) else Coded(text=str(value) if value else "")


def called(coded: Coded, text: str) -> bool:
    """Whether ``text`` is one of the names of what is coded."""
    names = (coded.text, coded.display, coded.code)
    return " ".join(text.split()).casefold() in {
        " ".join(name.split()).casefold() for name in names if name
    }
