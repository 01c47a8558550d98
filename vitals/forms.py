"""What a nurse or doctor fills in at the bedside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import MomentInput
from vitals.acts.importing import refusal
from vitals.files.layout import Layout
from vitals.files.refusals import Unreadable
from vitals.models import Pairing

LEADS = [
    ("", _("Not recorded")),
    ("patch", _("Patch lead")),
    ("I", _("Lead I")),
    ("II", _("Lead II")),
    ("III", _("Lead III")),
    ("MLII", _("Modified lead II")),
    ("12", _("Standard 12 leads")),
    ("none", _("No ECG lead")),
]
SITES = [
    ("", _("Not recorded")),
    ("chest", _("Chest")),
    ("left wrist", _("Left wrist")),
    ("right wrist", _("Right wrist")),
    ("upper arm", _("Upper arm")),
    ("waist", _("Waist")),
    ("ankle", _("Ankle")),
    ("other", _("Other")),
]


class _Moment(forms.DateTimeField):
    """A date and time of the facility's zone."""

    def __init__(self, label: Any, help_text: Any) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=False,
            widget=MomentInput(seconds=True),
        )


class AttachForm(forms.Form):
    serial = forms.CharField(
        label=_("Serial number"), max_length=100, help_text=_("On the label of the device")
    )
    start = _Moment(_("Worn since"), _("Empty means now. Data of that time comes into this chart."))
    lead = forms.ChoiceField(label=_("ECG lead"), choices=LEADS, required=False)
    wear_site = forms.ChoiceField(label=_("Where it is worn"), choices=SITES, required=False)
    pacemaker = forms.ChoiceField(
        label=_("Pacemaker"),
        choices=[("", _("Choose")), *Pairing.Pacemaker.choices],
        help_text=_("A pacemaker changes how beats may be read."),
    )
    confirm = forms.BooleanField(
        label=_("I compared two identifiers with the patient"),
        error_messages={"required": _("Compare two identifiers with the patient, then tick this.")},
    )

    def clean_serial(self) -> str:
        return str(self.cleaned_data["serial"]).strip()


class DetachForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)
    end = _Moment(_("Taken off at"), _("Empty means now. Later data leaves this chart."))

    def clean_end(self) -> object:
        end = self.cleaned_data.get("end")
        if end and end > timezone.now():
            raise forms.ValidationError(_("This time has not come yet."))
        return end


class _Files(forms.FileField):
    """One or more files."""

    widget = forms.ClearableFileInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs["multiple"] = True

    def clean(self, data: Any, initial: Any = None) -> Any:
        found = data if isinstance(data, list | tuple) else [data] if data else []
        if not found:
            raise forms.ValidationError(_("Choose the files of one recording."))
        return [super(_Files, self).clean(each, initial) for each in found]


class _SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ImportForm(forms.Form):
    """Files of one recording, and what they do not say themselves."""

    upload = _Files(
        label=_("Files"),
        allow_empty_file=True,  # the reader says it in words of its own
        max_length=500,
        widget=_SeveralFiles,
        help_text=_(
            "One recording: EDF or EDF+, WFDB (the .hea with its files), DICOM, HL7 aECG or CSV, "
            "up to 200 MB, also as one zip."
        ),
    )
    start = _Moment(_("Began at"), _("Only if the file does not say it, or says it wrongly."))
    pacemaker = forms.ChoiceField(
        label=_("Pacemaker"),
        choices=[("", _("Choose")), *Pairing.Pacemaker.choices],
        help_text=_("A pacemaker changes how beats may be read."),
    )
    columns = forms.CharField(
        label=_("Channels"),
        max_length=1000,
        required=False,
        help_text=_("In the order of the file, with commas: II, V5. “-” leaves one out."),
    )
    sampling_rate_hz = forms.CharField(
        label=_("Readings per second (Hz)"), max_length=20, required=False
    )
    unit = forms.ChoiceField(
        label=_("Unit of the numbers"),
        choices=[("", "µV"), ("mV", "mV"), ("V", "V"), ("g", "g"), ("m/s2", "m/s²")],
        required=False,
    )
    step = forms.CharField(
        label=_("Step of the recorder"),
        max_length=20,
        required=False,
        help_text=_("In that unit. Only if the numbers have more digits than it measured."),
    )
    confirm = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    same_person = forms.BooleanField(label=_("I compared both: it is this patient"), required=False)

    TABLE = ("columns", "sampling_rate_hz", "unit", "step")

    def clean(self) -> dict[str, Any]:
        said = {name: self.cleaned_data.get(name) or "" for name in self.TABLE}
        try:
            self.cleaned_data["layout"] = Layout.from_json(said)
        except Unreadable as no:
            name = str(no.given.get("name", ""))
            self.add_error(name if name in self.fields else None, refusal(no).message)
        return self.cleaned_data
