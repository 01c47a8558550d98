"""What people type into notes and documents."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fhir.errors import Refusal
from patients.acts.documents import check_size
from patients.acts.notes import too_long
from patients.forms.fields import CHOOSE, PartialDateField, ReasonField, TextField, VersionField
from patients.models import NoteDraft
from patients.note_text import LONGEST_NOTE, Section
from patients.terminology.coded import Coded

LOINC = "http://loinc.org"
# Kinds of document that people file; a code only where it is sure.
KINDS: dict[str, Coded] = {
    "letter": Coded(LOINC, "57133-1", "Referral note", "Referral letter"),
    "summary": Coded(LOINC, "34133-9", "Summary of episode note", "Letter from elsewhere"),
    "consent": Coded(LOINC, "59284-0", "Consent Document", "Consent form"),
    "photograph": Coded(text="Photograph"),
    "scan": Coded(text="Scanned paper"),
    "other": Coded(text="Document"),
}


class DraftForm(forms.Form):
    """The text of a draft: a title, and one large field for each section."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)
    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    editor = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    sequence = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, draft: NoteDraft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draft = draft
        self.section_names = [f"text-{place}" for place in range(len(draft.sections))]
        for name, section in zip(self.section_names, draft.sections, strict=True):
            label = section["name"] or _("Text")
            field = TextField(label=label, required=False, max_length=None, rows=7, strip=False)
            field.widget.attrs["class"] = "note-field"
            field.widget.attrs["data-section"] = label
            self.fields[name] = field

    @property
    def writing(self) -> list[forms.BoundField]:
        """The fields of the sections."""
        return [self[name] for name in self.section_names]

    @property
    def texts(self) -> list[str]:
        """What was written, section by section."""
        return [self.cleaned_data.get(name) or "" for name in self.section_names]

    def clean(self) -> dict[str, Any]:
        """Refuse what is longer than one note may be; the draft as last saved is kept."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        length = sum(map(len, self.texts))
        if length > LONGEST_NOTE:
            raise ValidationError(too_long(length))
        return said

    def with_cursor(self) -> "DraftForm":
        """The same form; the cursor waits where writing begins."""
        self.fields[self.section_names[0]].widget.attrs["autofocus"] = True
        return self

    @classmethod
    def of(
        cls, draft: NoteDraft, editor: str, sections: list[Section] | None = None
    ) -> "DraftForm":
        """The form as a page opens it."""
        texts = [section["text"] for section in (sections or draft.sections)]
        initial = {f"text-{place}": text for place, text in enumerate(texts)}
        initial |= {"title": draft.title, "revision": draft.revision, "editor": editor}
        return cls(draft=draft, initial=initial | {"sequence": 0})


class SignForm(forms.Form):
    """The draft as it was shown for signing."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    shown = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class FileForm(forms.Form):
    """A file for the chart."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,  # the act says it in words of its own
        max_length=500,
        help_text=gettext_lazy(
            "Up to 20 MB. Images and PDF are shown in the chart, all else is kept for download."
        ),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        choices=[CHOOSE, *((name, kind.text) for name, kind in KINDS.items())],
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty: the name of the file."),
    )
    dated = PartialDateField(label=gettext_lazy("Date of the document"), required=False)

    def clean_file(self) -> "UploadedFile[Any]":
        """Refuse an empty file and one that is too large, before it is read."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            check_size(file.size or 0)
        except Refusal as refusal:
            raise ValidationError(refusal.message.partition(": ")[2]) from None
        return file


class MoveForm(forms.Form):
    """Why a record belongs to another patient, and that somebody looked at both."""

    right = forms.UUIDField(widget=forms.HiddenInput)
    version = VersionField()
    reason = ReasonField(
        help_text=gettext_lazy(
            "It will stand in both charts: name no patient. For example: written in the wrong tab."
        )
    )
    confirm = forms.BooleanField(
        label=gettext_lazy("I have checked both names, birth dates and numbers"),
    )
