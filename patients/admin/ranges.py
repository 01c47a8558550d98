"""Reference ranges of this house, and who reads results for whom, in the Django admin."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

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


@admin.register(ReferenceRange)
class ReferenceRanges(admin.ModelAdmin[ReferenceRange]):
    """One row for each test, sex, age and unit."""

    form = RangeForm
    list_display = (
        *("name", "code", "sex", "age_from_days", "age_to_days", "unit"),
        *("low", "high", "critical_low", "critical_high", "facility"),
    )
    list_filter = ("sex", "facility")
    search_fields = ("name", "code")
    list_per_page = 100


@admin.register(Cover)
class Covers(admin.ModelAdmin[Cover]):
    """Absences; everybody enters their own, administrators may for the suddenly ill."""

    list_display = ("user", "covered_by", "team", "start", "end")
    list_filter = ("team",)
