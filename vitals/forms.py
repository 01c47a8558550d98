"""What a nurse or doctor fills in at the bedside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import MomentInput
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
