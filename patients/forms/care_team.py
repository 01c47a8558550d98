"""The form that takes a colleague into a patient's care team."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Practitioner
from fhir.principal import Principal
from patients.acts.care_teams import Joining, colleagues, teams_at_work
from patients.chart.care_team import profession
from patients.forms.fields import ReasonField
from patients.models import Patient
from patients.terminology.coded import Coded
from patients.terminology.tables import SNOMED

OTHER = "other"
ROLES = {
    each.code: each
    for each in (
        Coded(SNOMED, "768839008", "Consultant"),
        Coded(SNOMED, "453231000124104", "Primary care provider"),
        Coded(SNOMED, "309343006", "Physician"),
        Coded(SNOMED, "224535009", "Registered nurse"),
        Coded(SNOMED, "768820003", "Care coordinator"),
        Coded(SNOMED, "46255001", "Pharmacist"),
        Coded(SNOMED, "36682004", "Physiotherapist"),
        Coded(SNOMED, "80546007", "Occupational therapist"),
        Coded(SNOMED, "159033005", "Dietitian"),
        Coded(SNOMED, "106328005", "Social worker"),
    )
}


class JoinForm(forms.Form):
    """Who joins, which team, and as what."""

    who = forms.ChoiceField(
        label=gettext_lazy("Colleague"),
        help_text=gettext_lazy("The whole chart is open to them as long as they are in the team."),
    )
    team = forms.ChoiceField(label=gettext_lazy("Team"))
    role = forms.ChoiceField(
        label=gettext_lazy("Role in the team"),
    )
    words = forms.CharField(
        label=gettext_lazy("In words"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Only where nothing on the list fits."),
    )
    reason = ReasonField(label=gettext_lazy("Reason"), required=False)

    def __init__(self, *args: Any, by: Principal, patient: Patient, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = colleagues(by, patient).prefetch_related("roles")
        self.people = {str(row.pk): row for row in rows}
        self.teams = {str(row.pk): row for row in teams_at_work(patient)}
        me = next((key for key, row in self.people.items() if str(row.user_id) == by.id), "")
        fields: dict[str, Any] = self.fields
        who, team, role = fields["who"], fields["team"], fields["role"]
        listed = {key: _listed(row) for key, row in self.people.items()}
        listed |= {me: _("%(name)s (you)") % {"name": listed[me]}} if me else {}
        _offer(who, _("Choose a colleague"), listed)
        if self.initial.get("who") == "me":
            self.initial["who"] = me
        _offer(role, _("Choose a role"), {key: each.display for key, each in ROLES.items()})
        role.choices = [*role.choices, (OTHER, _("Something else, in words"))]
        team.choices = [(key, str(row)) for key, row in self.teams.items()]
        if len(self.teams) < 2:
            del self.fields["team"]

    def clean(self) -> dict[str, Any]:
        """Something else needs words."""
        said = super().clean() or self.cleaned_data
        if said.get("role") == OTHER and not said.get("words"):
            self.add_error("words", _("Say in a few words what they do in the team."))
        return said

    @property
    def joining(self) -> Joining:
        """What was chosen."""
        said = self.cleaned_data
        role = ROLES.get(said["role"], Coded(text=said["words"]))
        team = self.teams.get(said.get("team", ""))
        return Joining(self.people[said["who"]], role, said["reason"], team)


def _listed(row: Practitioner) -> str:
    return ", ".join(filter(None, (str(row), profession(row))))


def _offer(field: Any, nothing: str, choices: dict[str, str]) -> None:
    field.choices = [("", nothing), *choices.items()]
