"""The form that raises a flag."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.forms.fields import ReasonField
from patients.forms.plans import NOTHING
from patients.models.flags import BY_ID, KINDS, OTHER
from patients.terminology.coded import Coded


class FlagForm(forms.Form):
    """A flag: one of those known, or free words."""

    what = forms.ChoiceField(label=gettext_lazy("What everybody must know"))
    words = forms.CharField(
        label=gettext_lazy("In words"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Only where nothing on the list fits."),
    )
    reason = ReasonField(label=gettext_lazy("Reason, and who decided"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        what: Any = self.fields["what"]
        groups = [
            (str(kind.label), [(f"{kind.id} {o.code}", o.words) for o in kind.options])
            for kind in KINDS
            if kind.options
        ]
        what.choices = [NOTHING, *groups, (f"{OTHER} ", _("Something else, in words"))]

    def clean(self) -> dict[str, Any]:
        """Something else needs words."""
        said = super().clean() or self.cleaned_data
        if said.get("what") == f"{OTHER} " and not said.get("words"):
            self.add_error("words", _("Say in a few words what everybody must know."))
        return said

    @property
    def kind(self) -> str:
        """Key of the kind."""
        return str(self.cleaned_data["what"]).partition(" ")[0]

    @property
    def code(self) -> Coded:
        """What the flag says."""
        _kind, _space, code = str(self.cleaned_data["what"]).partition(" ")
        options = BY_ID[self.kind].options
        chosen = next((each for each in options if each.code == code), None)
        return chosen or Coded(text=self.cleaned_data["words"])
