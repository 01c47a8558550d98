"""Forms for follow-ups: what, by when, by whom."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import readers_at
from accounts.models import Practitioner
from accounts.roles import CHART_READ
from fhir.principal import Principal
from patients.acts.tasks import PRIORITIES, Ask, due_day
from patients.chart.orders import PRIORITIES as WORDS
from patients.forms.fields import TextField, VersionField
from patients.forms.plans import DayField
from patients.models import Task

ASKED = [(code, WORDS.get(code, code)) for code in PRIORITIES]


def colleagues(by: Principal) -> dict[str, Practitioner]:
    """Doctors and nurses of the facilities of ``by``, by id."""
    return {str(row.pk): row for row in readers_at(by.facilities_with(CHART_READ))}


class FollowUpForm(forms.Form):
    """A follow-up: what, by when, by whom."""

    what = forms.CharField(
        label=gettext_lazy("What to do"),
        max_length=500,
        help_text=gettext_lazy("Such as: repeat potassium, call about the biopsy."),
    )
    due_on = DayField(label=gettext_lazy("Due"), required=False, from_today=True)
    owner = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), choices=ASKED, initial="routine")
    note = TextField(label=gettext_lazy("Note"), required=False, rows=2)
    focus = forms.RegexField(
        r"^[A-Z][A-Za-z]{1,60}/[A-Za-z0-9\-.]{1,64}$", required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, by: Principal, **options: Any) -> None:
        super().__init__(*args, **options)
        self.colleagues = colleagues(by)
        owner: Any = self.fields["owner"]
        people = [(key, str(row)) for key, row in self.colleagues.items()]
        owner.choices = [("", _("The team")), *people]
        me = (key for key, row in self.colleagues.items() if str(row.user_id) == by.id)
        owner.initial = next(me, "")

    @property
    def ask(self) -> Ask:
        """The follow-up as it was asked for."""
        said = self.cleaned_data
        return Ask(
            what=said["what"],
            due_on=said["due_on"],
            owner=self.colleagues.get(said["owner"]),
            priority=said["priority"],
            focus=said["focus"],
            note=said["note"],
        )


class EditFollowUpForm(FollowUpForm):
    """A follow-up that stands; its day may have passed."""

    due_on = DayField(label=gettext_lazy("Due"), required=False)
    version = VersionField()

    def __init__(self, *args: Any, task: Task, **options: Any) -> None:
        super().__init__(*args, **options)
        owner: Any = self.fields["owner"]
        owner.initial = ""
        if task.practitioner is not None and str(task.practitioner_id) not in self.colleagues:
            self.colleagues[str(task.practitioner_id)] = task.practitioner
            owner.choices = [
                *owner.choices,
                (str(task.practitioner_id), str(task.practitioner)),
            ]
        del self.fields["focus"]

    @staticmethod
    def standing(task: Task) -> dict[str, Any]:
        """What stands, by name of the field."""
        return {
            "what": str(task),
            "due_on": due_day(task),
            "owner": str(task.practitioner_id or ""),
            "priority": task.priority or "routine",
            "version": task.version,
        }

    @property
    def ask(self) -> Ask:
        """The follow-up as it should be; what it is about stays."""
        self.cleaned_data.setdefault("focus", "")
        return super().ask
