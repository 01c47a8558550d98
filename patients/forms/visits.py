"""Forms about coming, moving, leaving, and times kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import Location, Organization, Practitioner
from patients.forms.fields import CHOOSE, MomentField, ReasonField, VersionField

DISPOSITIONS = {
    "home": gettext_lazy("Home"),
    "other-hcf": gettext_lazy("Another health care facility"),
    "hosp": gettext_lazy("Hospice"),
    "long": gettext_lazy("Long-term care"),
    "rehab": gettext_lazy("Rehabilitation"),
    "snf": gettext_lazy("Skilled nursing facility"),
    "psy": gettext_lazy("Psychiatric hospital"),
    "aadvice": gettext_lazy("Left against advice"),
    "exp": gettext_lazy("Died"),
    "oth": gettext_lazy("Other"),
}
DISPOSITION_SYSTEM = "http://terminology.hl7.org/CodeSystem/discharge-disposition"


class PlaceField(forms.ChoiceField):
    """A bed or ward among those offered; cleans to the Location."""

    def clean(self, value: Any) -> Location | None:
        """The chosen place, None when none was chosen."""
        key = super().clean(value)
        return (
            Location.objects.select_related("organization", "part_of").get(pk=key) if key else None
        )


class Attended(forms.Form):
    """What admissions and visits share: when, why, who."""

    at = MomentField(label=gettext_lazy("Time"))
    reason = ReasonField(label=gettext_lazy("Why they come"), required=False)
    attending = forms.ModelChoiceField(
        Practitioner.objects.none(),
        label=gettext_lazy("Attending"),
        required=False,
        empty_label=gettext_lazy("Not decided yet"),
    )

    def __init__(self, *args: Any, staff: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        attending: Any = self.fields["attending"]
        attending.queryset = staff


def only_choice(form: forms.Form, name: str, rows: Any) -> None:
    """Offer ``rows`` in the field ``name``; where there is one only, nobody is asked."""
    field: Any = form.fields[name]
    field.queryset = rows
    if len(rows) == 1:
        field.widget = forms.HiddenInput()
        form.initial[name] = rows[0].pk


class AdmitForm(Attended):
    """An admission."""

    place = PlaceField(label=gettext_lazy("Bed"))
    field_order = ("place", "at", "reason", "attending")

    def __init__(self, *args: Any, beds: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        place: Any = self.fields["place"]
        place.choices = [("", gettext_lazy("Choose a bed")), *beds]


class StartForm(Attended):
    """An outpatient visit that begins."""

    facility = forms.ModelChoiceField(
        Organization.objects.none(), label=gettext_lazy("Facility"), empty_label=None
    )

    def __init__(self, *args: Any, facilities: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        only_choice(self, "facility", facilities)


class TransferForm(forms.Form):
    """Another bed."""

    place = PlaceField(label=gettext_lazy("New bed"))
    at = MomentField(label=gettext_lazy("Time"))
    version = VersionField()

    def __init__(self, *args: Any, beds: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        place: Any = self.fields["place"]
        place.choices = [("", gettext_lazy("Choose a bed")), *beds]


class DischargeForm(forms.Form):
    """The end of a stay."""

    disposition = forms.ChoiceField(
        label=gettext_lazy("Where to"),
        choices=(CHOOSE, *DISPOSITIONS.items()),
        error_messages={"required": gettext_lazy("Choose where the patient goes.")},
    )
    at = MomentField(label=gettext_lazy("Time"))
    version = VersionField()

    @property
    def concept(self) -> dict[str, Any]:
        """Where to, as a CodeableConcept; empty for the end of an outpatient visit."""
        code = self.cleaned_data.get("disposition")
        if not code:
            return {}
        coding = {"system": DISPOSITION_SYSTEM, "code": code}
        return {"coding": [coding], "text": str(DISPOSITIONS[code])}


class FinishForm(DischargeForm):
    """The end of an outpatient visit: everybody goes home."""

    disposition = None  # type: ignore[assignment]  # Django's way to leave out a field


class BookForm(forms.Form):
    """A time with somebody."""

    start = MomentField(label=gettext_lazy("Day and time"), future=True)
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=1, max_value=720)
    description = forms.CharField(
        label=gettext_lazy("What for"), max_length=200,
        help_text=gettext_lazy("Everybody at the desk reads this: nothing about the illness."),
    )  # fmt: skip
    reason = ReasonField(label=gettext_lazy("Clinical reason"), required=False)
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.none(),
        label=gettext_lazy("With"),
        required=False,
        empty_label=gettext_lazy("Anybody"),
    )
    place = PlaceField(label=gettext_lazy("Where"), required=False)
    facility = forms.ModelChoiceField(
        Organization.objects.none(), label=gettext_lazy("Facility"), empty_label=None
    )

    def __init__(
        self, *args: Any, staff: Any, rooms: list[Location], facilities: Any, clinical: bool,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        practitioner: Any = self.fields["practitioner"]
        practitioner.queryset = staff
        only_choice(self, "facility", facilities)
        place: Any = self.fields["place"]
        offered = [(str(room.pk), str(room)) for room in rooms]
        place.choices = [("", gettext_lazy("Anywhere")), *offered]
        if not clinical:
            del self.fields["reason"]


class CancelForm(forms.Form):
    """Why an appointment will not take place."""

    reason = ReasonField()
    version = VersionField()
