"""What a nurse or doctor fills in at the bedside."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from vitals.models import Pairing

LEADS = [
    ("", "Not recorded"),
    ("patch", "Patch lead"),
    ("I", "Lead I"),
    ("II", "Lead II"),
    ("III", "Lead III"),
    ("MLII", "Modified lead II"),
    ("12", "Standard 12 leads"),
    ("none", "No ECG lead"),
]
SITES = [
    ("", "Not recorded"),
    ("chest", "Chest"),
    ("left wrist", "Left wrist"),
    ("right wrist", "Right wrist"),
    ("upper arm", "Upper arm"),
    ("waist", "Waist"),
    ("ankle", "Ankle"),
    ("other", "Other"),
]


class _Moment(forms.DateTimeField):
    """A date and time of the facility's zone."""

    def __init__(self, label: str, help_text: str) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=False,
            widget=forms.DateTimeInput(
                attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
            ),
        )


class AttachForm(forms.Form):
    serial = forms.CharField(
        label="Serial number", max_length=100, help_text="On the label of the device"
    )
    start = _Moment("Worn since", "Empty means now. Data of that time comes into this chart.")
    lead = forms.ChoiceField(label="ECG lead", choices=LEADS, required=False)
    wear_site = forms.ChoiceField(label="Where it is worn", choices=SITES, required=False)
    pacemaker = forms.ChoiceField(
        label="Pacemaker",
        choices=[("", "Choose"), *Pairing.Pacemaker.choices],
        help_text="A pacemaker changes how beats may be read.",
    )
    confirm = forms.BooleanField(
        label="I compared two identifiers with the patient",
        error_messages={"required": "Compare two identifiers with the patient, then tick this."},
    )

    def clean_serial(self) -> str:
        return str(self.cleaned_data["serial"]).strip()


class DetachForm(forms.Form):
    reason = forms.CharField(label="Reason", max_length=200)
    end = _Moment("Taken off at", "Empty means now. Later data leaves this chart.")

    def clean_end(self) -> object:
        end = self.cleaned_data.get("end")
        if end and end > timezone.now():
            raise forms.ValidationError("This time has not come yet.")
        return end
