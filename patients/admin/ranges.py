"""Reference ranges of this house, and who reads results for whom, in the Django admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import principal
from accounts.admin import ByScope
from patients.models import Cover, ReferenceRange
from patients.terminology.units import NotUcum, check_unit


class RangeForm(forms.ModelForm[ReferenceRange]):
    """A range in a unit that a computer knows."""

    class Meta:
        model = ReferenceRange
        fields = "__all__"  # noqa: DJ007  every column is the administrator's

    def clean_unit(self) -> str:
        """The unit as UCUM spells it.

        Raises:
            ValidationError: it is none.
        """
        try:
            return check_unit(self.cleaned_data["unit"])
        except NotUcum as wrong:
            raise ValidationError(str(wrong)) from wrong

    def clean(self) -> dict[str, Any] | None:
        """Ends that come after their beginnings, each complaint at its field."""
        said = super().clean() or self.cleaned_data
        pairs = (("low", "high"), ("critical_low", "low"), ("high", "critical_high"))
        for lower, upper in (*pairs, ("critical_low", "critical_high")):
            low, high = said.get(lower), said.get(upper)
            if low is not None and high is not None and high < low:
                words = _("%(high)s is below %(low)s. Correct one of them.")
                self.add_error(upper, words % {"high": high, "low": low})
        start, end = said.get("age_from_days"), said.get("age_to_days")
        if start is not None and end is not None and end <= start:
            words = _("The range would end at %(end)s days, before it begins. Correct the ages.")
            self.add_error("age_to_days", words % {"end": end})
        return said


class CoverForm(forms.ModelForm[Cover]):
    """Somebody is away, and one colleague or one team reads for them."""

    class Meta:
        model = Cover
        fields = ("user", "covered_by", "team", "start", "end")

    def clean(self) -> dict[str, Any] | None:
        """One reader, not oneself, for a time that ends after it begins."""
        said = super().clean() or self.cleaned_data
        colleague, team = said.get("covered_by"), said.get("team")
        if bool(colleague) == bool(team):
            self.add_error("covered_by", _("Name a colleague or a team: one of the two."))
        if colleague and colleague == said.get("user"):
            self.add_error("covered_by", _("Nobody covers for themselves. Name somebody else."))
        start, end = said.get("start"), said.get("end")
        if start and end and end <= start:
            self.add_error("end", _("The absence would end before it begins. Correct one time."))
        return said


class Noted(ByScope, admin.ModelAdmin):  # type: ignore[type-arg]
    """For administrators; each change is noted."""

    what: str

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save and note it."""
        super().save_model(request, obj, form, change)
        detail = {self.what: str(obj.pk), "fields": form.changed_data}
        action = f"{'update' if change else 'create'}-{self.what}"
        audit.record(principal(request), action, detail=detail)


@admin.register(ReferenceRange)
class ReferenceRanges(Noted):
    """One row for each test, sex, age and unit."""

    what = "range"

    form = RangeForm
    list_display = (
        *("name", "code", "sex", "age_from_days", "age_to_days", "unit"),
        *("low", "high", "critical_low", "critical_high", "facility"),
    )
    list_filter = ("sex", "facility")
    search_fields = ("name", "code")
    search_help_text = _("Name of a test or its LOINC code")
    list_per_page = 100


@admin.register(Cover)
class Covers(Noted):
    """Absences; everybody enters their own, administrators may for the suddenly ill."""

    form = CoverForm
    what = "cover"

    list_display = ("user", "covered_by", "team", "start", "end")
    list_filter = ("team",)
    list_select_related = ("user", "covered_by", "team")
    search_fields = ("user__full_name", "user__username", "covered_by__full_name")
    search_help_text = _("Name of who is away, or of the colleague")
    date_hierarchy = "start"
