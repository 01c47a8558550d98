"""Forms of the medicines pages: what is prescribed, stopped, told, walked through and given."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.acts.medications import MOST_REFILLS, Prescription
from patients.forms.fields import (
    CHOOSE,
    MomentField,
    PartialDateField,
    ReasonField,
    VersionField,
)
from patients.prescribing.dose import Amount, DoseRefused, parse, refused_words
from patients.prescribing.formulary import NO_STRENGTH
from patients.prescribing.frequency import frequencies
from patients.prescribing.route import routes
from patients.prescribing.search import Choice, choice_of, recognise
from patients.prescribing.sig import Sig
from patients.terminology.coded import Coded

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SETTINGS = (
    ("inpatient", gettext_lazy("On the ward: nurses give it")),
    ("discharge", gettext_lazy("To take home after this stay")),
    ("community", gettext_lazy("At home")),
    ("outpatient", gettext_lazy("In the clinic")),
)
LONGEST_COURSE_DAYS = 730


class AmountField(forms.CharField):
    """A number and a unit; cleans to Amount, or None when empty."""

    def __init__(self, **options: Any) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false"}
        usual: dict[str, Any] = {"max_length": 60, "widget": forms.TextInput(attrs=attrs)}
        super().__init__(**usual | options)

    def clean(self, value: Any) -> Amount | None:
        """The amount.

        Raises:
            ValidationError: it could be misread; says what to write.
        """
        text: str = super().clean(value)
        if not text:
            return None
        try:
            return parse(text)
        except DoseRefused as refused:
            raise ValidationError(str(refused)) from refused


class UnmistakableField(forms.CharField):
    """Free words of a prescription, without abbreviations that were misread before."""

    def clean(self, value: Any) -> str:
        """The words.

        Raises:
            ValidationError: a dangerous abbreviation stands in them; says what to write.
        """
        text: str = super().clean(value)
        for each in refused_words(text):
            raise ValidationError(
                _("“%(written)s” %(danger)s. Write %(instead)s."),
                params={
                    "written": each.written,
                    "danger": each.danger,
                    "instead": each.instead,
                },
            )
        return text


def _choices(of: Callable[[], Any], word: str) -> Callable[[], list[tuple[str, str]]]:
    return lambda: [("", "–"), *((key, getattr(each, word)) for key, each in of().items())]


class SigForm(forms.Form):
    """A medicine and how it is taken."""

    medicine = UnmistakableField(
        max_length=300,
        label=gettext_lazy("Medicine"),
        help_text=gettext_lazy("Type a name, then choose; or write it as free text."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    choice = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)
    dose = AmountField(
        required=False,
        label=gettext_lazy("Dose"),
        help_text=gettext_lazy("At once, with its unit: 500 mg, 2 tablets, 0.5 mL"),
    )
    route = forms.ChoiceField(
        choices=_choices(routes, "words"), required=False, label=gettext_lazy("Route")
    )
    frequency = forms.ChoiceField(
        choices=_choices(frequencies, "loud"), required=False, label=gettext_lazy("How often")
    )
    as_needed = forms.BooleanField(required=False, label=gettext_lazy("Only when needed"))
    as_needed_for = UnmistakableField(
        max_length=200, required=False, label=gettext_lazy("When needed for")
    )
    most_per_day = AmountField(
        required=False,
        label=gettext_lazy("At most in 24 hours"),
        help_text=gettext_lazy("For example 4 g or 8 tablets"),
    )
    duration_days = forms.IntegerField(
        min_value=1,
        max_value=LONGEST_COURSE_DAYS,
        required=False,
        label=gettext_lazy("For how many days"),
        help_text=gettext_lazy("Empty: until it is stopped"),
    )
    extra = UnmistakableField(
        max_length=500, required=False, label=gettext_lazy("More instructions")
    )
    reason = forms.CharField(max_length=300, required=False, label=gettext_lazy("What for"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["medicine"].widget.attrs |= {
            "hx-post": reverse("medicine-choices"),
            "hx-trigger": "input changed delay:200ms",
            "hx-target": "#medicine-choices",
            "hx-swap": "outerHTML",
            "hx-include": "closest form",
            "hx-sync": "this:replace",
        }

    @property
    def chosen(self) -> Choice | None:
        """The product of the formulary that was chosen, if it is still the one written."""
        found = choice_of(self.cleaned_data.get("choice") or "")
        same = found is not None and found.text == self.cleaned_data.get("medicine")
        return found if same else None

    def coded(self) -> Coded:
        """The medicine: coded where the formulary has a verified code, else its words."""
        words = self.cleaned_data["medicine"]
        code = self.chosen.rxnorm if self.chosen else ""
        return Coded(RXNORM, code, words, words) if code else Coded(text=words)

    def sig(self) -> Sig:
        """How it is taken."""
        said = self.cleaned_data
        most: Amount | None = said.get("most_per_day")
        limit = _("No more than %(most)s in 24 hours") % {"most": most.text} if most else ""
        return Sig(
            medicine=said["medicine"],
            dose=said["dose"],
            route=said["route"],
            frequency=said["frequency"],
            as_needed=said["as_needed"],
            as_needed_for=said["as_needed_for"],
            duration_days=said["duration_days"],
            extra=". ".join(filter(None, (limit, said["extra"]))),
        )

    def clean(self) -> dict[str, Any]:
        """What it is needed for, without that it is only for need, is a question."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("as_needed_for") and not said.get("as_needed"):
            self.add_error(
                "as_needed", _("You wrote what it is needed for: tick this, or empty that field.")
            )
        return said


class PrescribeForm(SigForm):
    """A prescription."""

    dose = AmountField(
        label=gettext_lazy("Dose"),
        help_text=gettext_lazy("At once: 500 mg, 2 tablets, 1 application"),
    )
    refills = forms.IntegerField(
        min_value=0, max_value=MOST_REFILLS, required=False, label=gettext_lazy("Refills")
    )
    start = MomentField(future=True, label=gettext_lazy("Start"))
    setting = forms.ChoiceField(choices=SETTINGS, label=gettext_lazy("Where it is taken"))
    version = VersionField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # What somebody takes elsewhere may be unknown; what is ordered here may not.
        self.fields["route"].required = self.fields["frequency"].required = True

    def prescription(self) -> Prescription:
        """What the person wants, as the act takes it."""
        said = self.cleaned_data
        chosen = self.chosen
        found = recognise(said["medicine"])
        return Prescription(
            medicine=self.coded(),
            sig=self.sig(),
            start=said["start"],
            ingredients=chosen.ingredients if chosen else found.ingredients,
            strength=chosen.strength if chosen else NO_STRENGTH,
            unread=() if chosen else found.unread,
            refills=said["refills"],
            most_per_day=said["most_per_day"],
            reason=said["reason"],
            setting=said["setting"],
        )


STATEMENTS = (
    CHOOSE,
    ("active", gettext_lazy("Takes it")),
    ("not-taken", gettext_lazy("Does not take it")),
    ("on-hold", gettext_lazy("Pauses it")),
    ("stopped", gettext_lazy("Has stopped it")),
    ("unknown", gettext_lazy("Not known whether it is taken")),
)


class ElsewhereForm(SigForm):
    """A medicine that was not prescribed here."""

    status = forms.ChoiceField(choices=STATEMENTS, label=gettext_lazy("The patient"))
    since = PartialDateField(required=False, label=gettext_lazy("Since"))
    source = forms.CharField(
        max_length=300,
        label=gettext_lazy("Who says so"),
        help_text=gettext_lazy("The patient, a relative, the box, a letter of …"),
    )


class EndForm(forms.Form):
    """Why a prescription stops, pauses or goes on."""

    reason = ReasonField(help_text=gettext_lazy("It is kept with the prescription."))
    version = VersionField()


class StopForm(EndForm):
    """When and why it was stopped."""

    at = MomentField(label=gettext_lazy("Stopped"))
    field_order = ("reason", "at", "version")


class DoseForm(forms.Form):
    """What happened to a dose."""

    outcome = forms.ChoiceField(
        choices=(
            ("given", gettext_lazy("Given")),
            ("withheld", gettext_lazy("Withheld")),
            ("refused", gettext_lazy("Refused by the patient")),
        ),
        widget=forms.RadioSelect,
        label=gettext_lazy("What happened"),
        error_messages={"required": gettext_lazy("Choose given, withheld or refused.")},
    )
    dose = AmountField(required=False, label=gettext_lazy("Dose given"))
    at = MomentField(label=gettext_lazy("When"))
    reason = forms.CharField(
        max_length=500,
        required=False,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Needed when it was not given, or the dose differs."),
    )
    due_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    again = forms.BooleanField(
        required=False,
        widget=forms.HiddenInput,
        label=gettext_lazy("I have read this, and this is another dose"),
    )


OUTCOMES = (
    ("", "–"),
    ("confirmed", gettext_lazy("Takes it as written")),
    ("changed", gettext_lazy("Takes it otherwise")),
    ("stopped", gettext_lazy("Stop it")),
    ("unclear", gettext_lazy("Could not find out")),
)


class LineForm(forms.Form):
    """One line of the list that is walked through."""

    outcome = forms.ChoiceField(
        choices=OUTCOMES,
        label=gettext_lazy("What became of it"),
        error_messages={"required": gettext_lazy("Choose what became of it.")},
    )
    reason = forms.CharField(
        max_length=500, required=False, label=gettext_lazy("Reason, or how it is taken")
    )
    reference = forms.CharField(max_length=120, widget=forms.HiddenInput)
    version = VersionField()

    def __init__(self, *args: Any, may_stop: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [each for each in OUTCOMES if may_stop or each[0] != "stopped"]
        self.fields["outcome"].choices = offered  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """All but a plain confirmation say why."""
        said: dict[str, Any] = super().clean() or {}
        outcome = said.get("outcome")
        if outcome and outcome != "confirmed" and not (said.get("reason") or "").strip():
            self.add_error("reason", _("Say why, or how it is taken."))
        return said


class ReviewForm(forms.Form):
    """Who told what is taken."""

    source = forms.CharField(
        max_length=300,
        label=gettext_lazy("Checked with"),
        help_text=gettext_lazy("The patient, a relative, the boxes, a letter of …"),
    )
