"""Forms of access: why a glass is broken, what its review found, whom a patient keeps away."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization, Practitioner
from accounts.roles import CHART_READ, SCOPES, Role
from patients.acts.break_glass import FEWEST_LETTERS
from patients.acts.restrictions import Whom
from patients.forms.fields import MomentField, VersionField
from patients.models import GlassReview
from patients.models.break_glass import Reason

EVERYBODY, FACILITY, PERSON = "everybody", "facility", "person"
CLINICAL = [role for role in Role if CHART_READ in SCOPES[role]]
LABELS = {
    "EMP": gettext_lazy("Works in this house, or is close to somebody who does"),
    "CEL": gettext_lazy("Known to the public"),
    "R": gettext_lazy("Restricted for another reason"),
}


class BreakGlassForm(forms.Form):
    """Why, from a short list and in words."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=Reason,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose why you need this chart.")},
    )
    words = forms.CharField(
        label=gettext_lazy("In a few words"),
        min_length=FEWEST_LETTERS,
        max_length=500,
        help_text=gettext_lazy("The privacy officer reads it, and so does the treating team."),
        error_messages={"required": gettext_lazy("Say in a few words why you need it now.")},
    )


class GlassReviewForm(forms.Form):
    """What the privacy officer found."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=GlassReview.Outcome,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you found.")},
    )
    remark = forms.CharField(
        label=gettext_lazy("Remark"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed unless it was justified. Write nothing clinical."),
    )

    def clean(self) -> dict[str, Any]:
        """Only what was justified goes without words."""
        said = super().clean() or self.cleaned_data
        outcome = said.get("outcome")
        if outcome and outcome != GlassReview.Outcome.JUSTIFIED and not said.get("remark"):
            self.add_error("remark", _("Say what was wrong, or what must happen next."))
        return said


class RestrictionForm(forms.Form):
    """Whom the patient keeps from the chart."""

    kind = forms.ChoiceField(
        label=gettext_lazy("The patient keeps the chart from"),
        choices=(
            (EVERYBODY, gettext_lazy("everybody outside the treating team")),
            (PERSON, gettext_lazy("one person")),
            (FACILITY, gettext_lazy("a facility, or one role there")),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who is kept away.")},
    )
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.none(), label=gettext_lazy("Person"), required=False
    )
    facility = forms.ModelChoiceField(
        Organization.objects.none(), label=gettext_lazy("Facility"), required=False
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), required=False)
    at = MomentField(label=gettext_lazy("Said on"))
    until = MomentField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("Empty: until the patient withdraws it."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        people: Any = self.fields["practitioner"]
        people.queryset = Practitioner.objects.filter(user__is_active=True).order_by("display")
        places: Any = self.fields["facility"]
        places.queryset = Organization.objects.filter(memberships__isnull=False).distinct()
        role: Any = self.fields["role"]
        role.choices = [("", _("every role")), *((each.value, each.label) for each in CLINICAL)]

    def clean(self) -> dict[str, Any]:
        """Whoever is meant is named."""
        said = super().clean() or self.cleaned_data
        if said.get("kind") == PERSON and not said.get("practitioner"):
            self.add_error("practitioner", _("Choose the person."))
        if said.get("kind") == FACILITY and not said.get("facility"):
            self.add_error("facility", _("Choose the facility."))
        return said

    @property
    def whom(self) -> Whom:
        """Who is kept away."""
        said = self.cleaned_data
        if said["kind"] == PERSON:
            return Whom(practitioner=said["practitioner"])
        if said["kind"] == FACILITY:
            return Whom(facility=said["facility"], role=said["role"])
        return Whom()


class LabelForm(forms.Form):
    """Why a person's chart is for the treating team only; nothing ticked: it is like any other."""

    codes = forms.MultipleChoiceField(
        label=gettext_lazy("This person is sensitive because"),
        choices=tuple(LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    version = VersionField()


class RecordLabelForm(forms.Form):
    """The version that the person saw; the button says the rest."""

    version = VersionField()
