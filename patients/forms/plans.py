"""Forms for plans, goals, follow-ups and flags."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.acts.plans import ACHIEVEMENTS, ACTIVITY_STATUSES, Aim, Outline
from patients.acts.tasks import end_of
from patients.chart.concepts import name_of
from patients.chart.plans import activity_row
from patients.forms.fields import ReasonField, TextField, VersionField, refuse_implausible
from patients.models import CarePlan, Condition, Goal, Patient
from patients.terminology.coded import Coded

GOALS_AT_ONCE = 3
NOTHING = ("", "–")


class DayField(forms.DateField):
    """A day, by the date picker of the browser or as 2027-03-12 or 12-Mar-2027."""

    def __init__(self, *, from_today: bool = False, **options: Any) -> None:
        self.from_today = from_today
        usual: dict[str, Any] = {
            "widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "input_formats": ["%Y-%m-%d", "%d-%b-%Y"],
        }
        super().__init__(**usual | options)

    def clean(self, value: Any) -> date | None:
        """The day.

        Raises:
            ValidationError: not a day, an impossible year, or a day before today where only
                later ones make sense.
        """
        day: date | None = super().clean(value)
        if day is not None:
            refuse_implausible(day.year, str(value), future=True)
        if self.from_today and day is not None and day < timezone.localdate():
            raise ValidationError(
                _("%(day)s has passed. Choose today or a later day."),
                params={"day": f"{day:%d-%b-%Y}"},
            )
        return day


def coded_words(code: str) -> str:
    """A FHIR code as people read it: ``in-progress`` → "in progress"."""
    return code.replace("-", " ")


def choices_of(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    """Codes with their words."""
    return [(code, coded_words(code)) for code in codes]


class PlanForm(forms.Form):
    """A plan: what for, with what, towards what."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        help_text=gettext_lazy("What the plan is for, such as: Recovery after hip replacement."),
    )
    description = TextField(label=gettext_lazy("Description"), required=False)
    problems = forms.MultipleChoiceField(
        label=gettext_lazy("For these problems"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    activities = TextField(
        label=gettext_lazy("What to do"),
        required=False,
        help_text=gettext_lazy("One thing on each line."),
    )
    start = DayField(label=gettext_lazy("Starts"), required=False)
    end = DayField(label=gettext_lazy("Ends"), required=False)

    def __init__(self, *args: Any, patient: Patient, **options: Any) -> None:
        super().__init__(*args, **options)
        self.addresses = {
            row.reference: {"reference": row.reference, "display": name_of(row, "code")}
            for row in Condition.objects.of(patient).active().order_by("-onset_start", "id")
        }
        problems: Any = self.fields["problems"]
        problems.choices = [(key, said["display"]) for key, said in self.addresses.items()]
        if not self.addresses:
            del self.fields["problems"]

    def clean(self) -> dict[str, Any]:
        """A plan does not end before it starts."""
        said = super().clean() or self.cleaned_data
        if said.get("start") and said.get("end") and said["end"] < said["start"]:
            self.add_error("end", _("It would end before it starts. Correct one of the two."))
        return said

    @property
    def outline(self) -> Outline:
        """The plan as it was written."""
        said = self.cleaned_data
        return Outline(
            title=said["title"],
            description=said["description"],
            activities=[line.strip() for line in said["activities"].splitlines() if line.strip()],
            addresses=[self.addresses[key] for key in said.get("problems", [])],
            start=start_of(said["start"]) if said["start"] else None,
            end=end_of(said["end"]) if said["end"] else None,
        )


def start_of(day: date) -> datetime:
    """The first moment of ``day`` in the zone of the facility."""
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def _local_day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment else None


class NewPlanForm(PlanForm):
    """A new plan, with its first goals."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["start"].initial = timezone.localdate
        for number in range(1, GOALS_AT_ONCE + 1):
            self.fields[f"goal_{number}"] = forms.CharField(
                label=_("Goal %(number)s") % {"number": number}, max_length=500, required=False
            )
            self.fields[f"due_{number}"] = DayField(
                label=_("Goal %(number)s due") % {"number": number},
                required=False,
                from_today=True,
            )

    def clean(self) -> dict[str, Any]:
        """A day without a goal belongs to nothing."""
        said = super().clean()
        for number in range(1, GOALS_AT_ONCE + 1):
            if said.get(f"due_{number}") and not said.get(f"goal_{number}"):
                self.add_error(f"goal_{number}", _("Say what is due then, or empty the day."))
        return said

    @property
    def aims(self) -> list[Aim]:
        """The goals that were filled in."""
        said = self.cleaned_data
        return [
            Aim(Coded(text=said[f"goal_{number}"]), said[f"due_{number}"])
            for number in range(1, GOALS_AT_ONCE + 1)
            if said[f"goal_{number}"]
        ]


class EditPlanForm(PlanForm):
    """A plan with how far each of its activities is; new ones are added below."""

    version = VersionField()

    def __init__(self, *args: Any, row: CarePlan, **options: Any) -> None:
        super().__init__(*args, **options)
        self.row = row
        self.fields["activities"].label = _("More to do")
        for number, each in enumerate(row.activities or []):
            shown = activity_row(each)
            prefix = _("Do not: ") if shown.not_perform else ""
            known = choices_of(ACTIVITY_STATUSES)
            if shown.status and shown.status not in ACTIVITY_STATUSES:
                known.append((shown.status, coded_words(shown.status)))
            self.fields[f"activity_{number}"] = forms.ChoiceField(
                label=prefix + shown.text, choices=known, required=False
            )
            if shown.elsewhere:
                self.fields[f"activity_{number}"].disabled = True
        statuses = [name for name in self.fields if name.startswith("activity_")]
        self.order_fields(["title", "description", "problems", *statuses])
        for reference in row.addresses or []:
            key = str(reference.get("reference", ""))
            self.addresses.setdefault(key, reference)

    @staticmethod
    def standing(row: CarePlan) -> dict[str, Any]:
        """What stands, by name of the field."""
        said: dict[str, Any] = {
            "title": row.title,
            "description": row.description,
            "problems": [str(each.get("reference", "")) for each in row.addresses or []],
            "start": _local_day(row.start),
            "end": _local_day(row.end),
            "version": row.version,
        }
        for number, each in enumerate(row.activities or []):
            said[f"activity_{number}"] = activity_row(each).status
        return said

    @property
    def outline(self) -> Outline:
        """As written; problems that are not on the list any more stay."""
        listed = {key for key, _words in getattr(self.fields.get("problems"), "choices", [])}
        written = super().outline
        kept = [
            each for each in self.row.addresses or [] if str(each.get("reference")) not in listed
        ]
        return Outline(
            **{**vars(written), "addresses": [*written.addresses, *kept]},
        )

    @property
    def statuses(self) -> list[str]:
        """Status of each activity, in order."""
        count = len(self.row.activities or [])
        return [self.cleaned_data.get(f"activity_{number}", "") for number in range(count)]


class GoalForm(forms.Form):
    """A goal: what, by when."""

    what = forms.CharField(
        label=gettext_lazy("Goal"),
        max_length=500,
        help_text=gettext_lazy("What is to be reached, such as: walks 50 m without help."),
    )
    due_on = DayField(label=gettext_lazy("Due"), required=False, from_today=True)
    note = TextField(label=gettext_lazy("Note"), required=False)

    @property
    def aim(self) -> Aim:
        """The goal as it was written."""
        said = self.cleaned_data
        return Aim(Coded(text=said["what"]), said["due_on"], said["note"])


class EditGoalForm(GoalForm):
    """A goal and how far it is."""

    due_on = DayField(label=gettext_lazy("Due"), required=False)
    achievement = forms.ChoiceField(
        label=gettext_lazy("How far"),
        required=False,
        choices=[NOTHING, *choices_of(ACHIEVEMENTS)],
    )
    version = VersionField()

    @staticmethod
    def standing(row: Goal) -> dict[str, Any]:
        """What stands, by name of the field."""
        return {
            "what": str(row),
            "due_on": row.due_on,
            "achievement": row.achievement_status,
            "version": row.version,
        }


class EndForm(forms.Form):
    """Why something ends, or what came of it."""

    reason = ReasonField()
    version = VersionField()
