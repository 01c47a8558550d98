"""What an administrator fills in for a sync target."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from accounts.roles import SYNC_MANAGE
from fhir.principal import Principal
from vitals.models import SyncTarget
from vitals.sync.acts import Choice, numbered
from vitals.sync.ranks import TYPES, USUAL

MOST_NUMBERS = 5000


class ChoiceForm(forms.Form):
    """Who and what a target is to receive."""

    cohort = forms.ChoiceField(
        label=_("Whose records"),
        choices=SyncTarget.Cohort.choices,
        widget=forms.RadioSelect,
    )
    facility = forms.ModelChoiceField(
        label=_("Facility"),
        queryset=Organization.objects.none(),
        required=False,
        help_text=_("For the patients of a facility: everybody known there, now and later."),
    )
    team_name = forms.CharField(
        label=_("Care team"),
        required=False,
        max_length=300,
        help_text=_("For the patients of a care team: its name, exactly as in the chart."),
    )
    numbers = forms.CharField(
        label=_("Patient numbers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("For chosen patients: their numbers at your facilities, one on a line."),
    )
    types = forms.MultipleChoiceField(
        label=_("Which records"),
        choices=[(type_, type_) for type_ in TYPES],
        widget=forms.CheckboxSelectMultiple,
        initial=USUAL,
    )
    include_waveforms = forms.BooleanField(
        label=_("ECG samples too, in pieces of 5 minutes (about 0.4 MB for each lead)"),
        required=False,
    )
    include_imported = forms.BooleanField(
        label=_("Records too that came here by import or with the demo clinic"), required=False
    )

    def __init__(self, *args: Any, by: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        mine = Organization.objects.filter(pk__in=by.facilities_with(SYNC_MANAGE))
        facility = self.fields["facility"]
        assert isinstance(facility, forms.ModelChoiceField)  # noqa: S101 -- for the type checker
        facility.queryset = mine.order_by("name")

    def clean(self) -> dict[str, Any]:
        """What the chosen cohort needs must be there."""
        cleaned = super().clean() or {}
        needed = {"facility": "facility", "team": "team_name", "patients": "numbers"}
        field = needed.get(str(cleaned.get("cohort")))
        if field and not cleaned.get(field):
            self.add_error(
                field,
                _("Give the %(what)s, or choose other records.")
                % {"what": self.fields[field].label or field},
            )
        if "Patient" not in (cleaned.get("types") or []):
            self.add_error("types", _("Tick Patient: the other records refer to it."))
        return cleaned

    def clean_numbers(self) -> list[str]:
        """The numbers, each of which must belong to a patient here."""
        lines = [line.strip() for line in str(self.cleaned_data["numbers"]).splitlines()]
        wanted = list(dict.fromkeys(filter(None, lines)))
        if len(wanted) > MOST_NUMBERS:
            words = _("At most %(n)d numbers; choose a facility.")
            raise forms.ValidationError(words % {"n": MOST_NUMBERS})
        self.patient_ids, missing = numbered(self.by, wanted)
        if missing:
            words = _(
                "%(n)d of %(all)d numbers belong to nobody at your facilities, "
                "the first is %(one)s."
            )
            raise forms.ValidationError(
                words % {"n": len(missing), "all": len(wanted), "one": missing[0][:40]}
            )
        return wanted

    def choice(self) -> Choice:
        """What was chosen; fields of other cohorts are left out."""
        data = self.cleaned_data
        cohort = data["cohort"]
        return Choice(
            cohort=cohort,
            types=data["types"],
            facility=data["facility"] if cohort == SyncTarget.Cohort.FACILITY else None,
            team_name=data["team_name"] if cohort == SyncTarget.Cohort.TEAM else "",
            patient_ids=self.patient_ids if cohort == SyncTarget.Cohort.PATIENTS else (),
            include_waveforms=data["include_waveforms"],
            include_imported=data["include_imported"],
        )


class ConfirmForm(forms.Form):
    """What was read, "this will disclose N patients to HOST", and the tick."""

    patients = forms.IntegerField(widget=forms.HiddenInput)
    plan = forms.CharField(max_length=64, widget=forms.HiddenInput)
    understood = forms.BooleanField(
        label=_("I have read this, and these records may go there"),
        error_messages={"required": _("Tick this, or nothing is sent.")},
    )
