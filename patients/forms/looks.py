"""Which looks at a chart a privacy officer asks for."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.chart.looks import WORDS, Wish
from patients.forms.plans import DayField

# Sorts that say something of a chart; signing in does not.
ASKED = ("read", "search", "create", "update", "sign", "print", "export", "disclose", "break-glass")


class LooksForm(forms.Form):
    """From when to when, who, what, and how."""

    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("To"), required=False)
    who = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    what = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    broken = forms.BooleanField(label=gettext_lazy("Only through a broken glass"), required=False)
    lists = forms.BooleanField(
        label=gettext_lazy("Also lists and searches with other people"), required=False
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who, what = self.fields["who"], self.fields["what"]
        assert isinstance(who, forms.ChoiceField)  # noqa: S101 -- for the type checker
        assert isinstance(what, forms.ChoiceField)  # noqa: S101
        who.choices = [("", _("Everybody")), *people]
        what.choices = [("", _("Everything")), *((key, str(WORDS[key])) for key in ASKED)]

    def clean(self) -> dict[str, Any]:
        """The days in their order."""
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            raise ValidationError(_("To: choose a day that is not before From."))
        return found

    def wish(self) -> Wish:
        """What is asked for; days are days of the facility."""
        said = self.cleaned_data
        since, until = said["since"], said["until"]
        return Wish(
            since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
            who=said["who"],
            what=said["what"],
            broken=said["broken"],
            lists=said["lists"],
        )


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
