"""What somebody types to order a test, to revoke the order, or when the specimen was taken."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.acts.orders import Wanted
from patients.forms.concept import ConceptField
from patients.forms.fields import CHOOSE, MomentField, ReasonField, TextField, VersionField

KINDS = (("laboratory", _("Laboratory")), ("imaging", _("Imaging")))
PRIORITIES = (
    ("routine", _("Routine")),
    ("urgent", _("Urgent")),
    ("asap", _("As soon as possible")),
    ("stat", _("Immediately")),
)
SPECIMENS = (
    CHOOSE,
    ("Blood", _("Blood")),
    ("Urine", _("Urine")),
    ("Swab", _("Swab")),
    ("Stool", _("Stool")),
    ("Cerebrospinal fluid", _("Cerebrospinal fluid")),
    ("Tissue", _("Tissue")),
    ("Other", _("Other")),
)


class OrderForm(forms.Form):
    """A test with its reason. Imaging is ordered in words; laboratory tests are picked."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=KINDS, widget=forms.RadioSelect, initial="laboratory"
    )
    test = ConceptField(
        kind="lab",
        required=False,
        label=_("Laboratory test"),
        help_text=_("Type a few letters and pick; free text stays marked as uncoded."),
    )
    examination = forms.CharField(
        required=False,
        max_length=300,
        label=_("Imaging examination"),
        help_text=_("For example: chest X-ray, two views."),
    )
    reason = ReasonField(
        help_text=_("What is the question? The laboratory or radiologist reads it.")
    )
    priority = forms.ChoiceField(label=_("Priority"), choices=PRIORITIES, initial="routine")
    due_at = MomentField(future=True, required=False, label=_("To be done at"))
    note = TextField(required=False, label=_("Note"), rows=2)

    def clean(self) -> dict[str, Any]:
        """The test of the chosen kind must be there, and only that one."""
        said: dict[str, Any] = super().clean() or {}
        wanted, other = (
            ("examination", "test") if said.get("kind") == "imaging" else ("test", "examination")
        )
        if wanted not in self.errors and not str(said.get(wanted) or "").strip():
            self.add_error(wanted, _("Say what is ordered."))
        if other not in self.errors and str(said.get(other) or "").strip():
            self.add_error(other, _("Leave this empty, or choose the other kind above."))
        return said

    def wanted(self) -> Wanted:
        """What is ordered, for the act."""
        said = self.cleaned_data
        coded = said["test"]
        if said["kind"] == "imaging":
            coded = type(coded)(text=said["examination"])
        return Wanted(
            coded, said["kind"], said["reason"], said["priority"], said["due_at"], said["note"]
        )


class RevokeForm(forms.Form):
    """Why the order is taken back."""

    prefix = "revoke"
    reason = ReasonField()
    version = VersionField()


class CollectForm(forms.Form):
    """What was taken when."""

    prefix = "collect"
    kind = forms.ChoiceField(label=_("Specimen"), choices=SPECIMENS)
    at = MomentField(label=_("Taken at"))
    version = VersionField()
