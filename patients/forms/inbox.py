"""What somebody types about a result that waits, or about their absence."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization, User
from accounts.roles import RESULT_ACKNOWLEDGE
from fhir.principal import Principal
from patients.acts.routing import READERS
from patients.forms.fields import MomentField


class CoverForm(forms.Form):
    """From when to when, and who reads meanwhile."""

    start = MomentField(future=True, label=_("Away from"))
    end = MomentField(future=True, label=_("Until"))
    reader = forms.ChoiceField(label=_("Who reads your results"))

    def __init__(self, *args: Any, by: Principal, **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = list(
            Organization.objects.filter(pk__in=by.facilities_with(RESULT_ACKNOWLEDGE))
        )
        held = Membership.objects.current().filter(
            facility__in=self.places, role__in=READERS, user__is_active=True
        )
        people = User.objects.filter(pk__in=held.values("user")).exclude(pk=by.id)
        self.people = list(people.order_by("full_name", "username"))
        choices: Any = [
            *((f"team:{place.pk}", _("Every doctor of %s") % place) for place in self.places),
            *((f"user:{user.pk}", user.get_full_name()) for user in self.people),
        ]
        self.fields["reader"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An absence ends after it starts."""
        said: dict[str, Any] = super().clean() or {}
        start, end = said.get("start"), said.get("end")
        if start and end and end <= start:
            self.add_error("end", _("The end lies before the start."))
        return said

    def chosen(self) -> dict[str, Any]:
        """Columns of a Cover."""
        said = self.cleaned_data
        kind, _colon, key = said["reader"].partition(":")
        column = "covered_by_id" if kind == "user" else "team_id"
        return {"start": said["start"], "end": said["end"], column: key}
