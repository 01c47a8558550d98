"""What somebody types from a laboratory's sheet or a radiologist's words."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fhir.errors import Refusal
from patients.acts.results import Found, Value, Written
from patients.forms.fields import CHOOSE, MomentField, ReasonField, TextField, VersionField
from patients.terminology.coded import Coded

STATUSES = (CHOOSE, ("final", _("Final")), ("preliminary", _("Preliminary")))
FLAGS = (
    ("", _("none given")),
    ("N", _("N – normal, says the laboratory")),
    ("L", _("L – low")),
    ("H", _("H – high")),
    ("LL", _("LL – critically low")),
    ("HH", _("HH – critically high")),
    ("A", _("A – abnormal")),
)


class ResultForm(forms.Form):
    """One value with its unit, as the laboratory gave it."""

    value = forms.CharField(
        max_length=1000, label=_("Value"), help_text=_("A number such as 4.2 or <3, or words.")
    )
    unit = forms.CharField(
        max_length=40,
        required=False,
        label=_("Unit (UCUM)"),
        help_text=_("For example mmol/L, g/dL, 10*9/L. Words have none."),
    )
    at = MomentField(label=_("Specimen taken at"))
    low = forms.DecimalField(
        required=False, label=_("Reference range, low"), max_digits=20, decimal_places=8
    )
    high = forms.DecimalField(
        required=False,
        label=_("Reference range, high"),
        max_digits=20,
        decimal_places=8,
        help_text=_(
            "From the laboratory's sheet, in the same unit. Left empty, the range of "
            "this house is used where it has one, and labelled local."
        ),
    )
    flag = forms.ChoiceField(required=False, label=_("The laboratory's flag"), choices=FLAGS)
    status = forms.ChoiceField(label=_("Status"), choices=STATUSES)
    note = TextField(required=False, label=_("Laboratory's comment"), rows=2)
    complete = forms.BooleanField(
        required=False, initial=True, label=_("This was the last result of the order")
    )
    version = VersionField()

    def clean(self) -> dict[str, Any]:
        """Value and unit belong together."""
        said: dict[str, Any] = super().clean() or {}
        if "value" in said and "unit" in said:
            try:
                said["typed"] = Value.typed(said["value"], said["unit"])
            except Refusal as wrong:
                field, _colon, words = wrong.message.partition(": ")
                self.add_error("unit" if field == str(_("Unit")) else "value", words)
        low, high = said.get("low"), said.get("high")
        if low is not None and high is not None and high < low:
            self.add_error("high", _("The high end lies below the low end."))
        return said

    def found(self) -> Found:
        """The result, for the act."""
        said = self.cleaned_data
        return Found(
            said["typed"],
            said["at"],
            said.get("status") or "final",
            said["flag"],
            said["low"],
            said["high"],
            said["note"],
        )


class CorrectionForm(ResultForm):
    """The right value in place of a wrong one."""

    status = None  # type: ignore[assignment]  # a correction is corrected
    complete = None  # type: ignore[assignment]
    reason = ReasonField(label=_("What was wrong"))
    field_order = ("value", "unit", "at", "low", "high", "flag", "note", "reason", "version")


class ReportForm(forms.Form):
    """A report in words."""

    examination = forms.CharField(max_length=300, label=_("Examination"))
    at = MomentField(label=_("Done at"))
    conclusion = TextField(rows=10, label=_("Report"))
    status = forms.ChoiceField(label=_("Status"), choices=STATUSES)
    version = VersionField(required=False)

    def written(self, category: str, code: Coded | None = None) -> Written:
        """The report, for the act; the order's code where the words are still its own."""
        said = self.cleaned_data
        typed = Coded(text=said["examination"])
        same = code is not None and code.words == typed.text
        coded = code if code is not None and same else typed
        return Written(coded, category, said["conclusion"], said["at"], said["status"])


class ReportCorrectionForm(forms.Form):
    """The right words in place of wrong ones."""

    conclusion = TextField(rows=10, label=_("Report"))
    reason = ReasonField(label=_("What was wrong"))
    version = VersionField()
