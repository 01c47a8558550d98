"""The form for one round of vital signs.

It asks for every input of an early-warning score (NEWS2, Royal College of Physicians 2017):
respiration rate, oxygen saturation, air or oxygen, systolic pressure, pulse, consciousness (ACVPU,
with *new* confusion) and temperature. What the score needs besides stands elsewhere or not at all:
the age (not for under 16), pregnancy (not in pregnancy) and which of the two saturation scales a
clinician prescribed (scale 2 for hypercapnic failure; not recorded here yet). No score is computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.acts.vital_signs import (
    ACVPU,
    ARMS,
    POSITIONS,
    SIGNS,
    TEMPERATURE_SITES,
    Amount,
    Sign,
    Vitals,
)
from patients.acts.vitals import doubts, impossible, impossible_amounts
from patients.forms.fields import MomentField
from patients.models import Patient
from patients.terminology.coded import Coded

_NUMBER = re.compile(r"^\d{1,4}(?:[.,]\d{1,3})?$")
NOT_SAID = [("", "–")]


def choices_of(table: dict[str, Coded]) -> list[tuple[str, str]]:
    """Keys and words, with "–" for what nobody said."""
    return NOT_SAID + [(key, coded.words) for key, coded in table.items()]


class AmountField(forms.CharField):
    """A number as it was read off; a decimal comma is a decimal point."""

    def __init__(self, sign: Sign) -> None:
        self.sign = sign
        inputs = {"inputmode": "decimal", "autocomplete": "off", "size": "6"}
        super().__init__(
            label=sign.label,  # type: ignore[arg-type]  # the stubs know only their own lazy text
            required=False,
            max_length=20,
            widget=forms.TextInput(attrs=inputs),
        )

    def clean(self, value: Any) -> Decimal | None:
        """The number with its digits, None when empty.

        Raises:
            ValidationError: anything else than a number stands there.
        """
        text: str = super().clean(value)
        if not text:
            return None
        if not _NUMBER.match(text):
            raise ValidationError(
                _('"%(value)s" is not a number. Enter digits only; the unit stands beside it.'),
                params={"value": text},
            )
        return Decimal(text.replace(",", "."))


class VitalsForm(forms.Form):
    """One round; every sign is optional, one at least must be there."""

    systolic = AmountField(SIGNS["systolic"])
    diastolic = AmountField(SIGNS["diastolic"])
    pulse = AmountField(SIGNS["pulse"])
    respiration = AmountField(SIGNS["respiration"])
    spo2 = AmountField(SIGNS["spo2"])
    breathing = forms.ChoiceField(
        label=gettext_lazy("Air or oxygen"),
        required=False,
        choices=[*NOT_SAID, ("air", gettext_lazy("Air")), ("oxygen", gettext_lazy("Oxygen"))],
    )
    oxygen_flow = AmountField(SIGNS["oxygen_flow"])
    oxygen_device = forms.CharField(label=gettext_lazy("Oxygen by"), required=False, max_length=100)
    temperature = AmountField(SIGNS["temperature"])
    temperature_unit = forms.ChoiceField(label=gettext_lazy("Unit of temperature"), required=False)
    temperature_site = forms.ChoiceField(
        label=gettext_lazy("Measured at"), required=False, choices=choices_of(TEMPERATURE_SITES)
    )
    acvpu = forms.ChoiceField(
        label=gettext_lazy("Consciousness"), required=False, choices=choices_of(ACVPU)
    )
    pain = AmountField(SIGNS["pain"])
    weight = AmountField(SIGNS["weight"])
    weight_unit = forms.ChoiceField(label=gettext_lazy("Unit of weight"), required=False)
    height = AmountField(SIGNS["height"])
    height_unit = forms.ChoiceField(label=gettext_lazy("Unit of height"), required=False)
    position = forms.ChoiceField(
        label=gettext_lazy("Position"), required=False, choices=choices_of(POSITIONS)
    )
    arm = forms.ChoiceField(label=gettext_lazy("Arm"), required=False, choices=choices_of(ARMS))
    measured_at = MomentField(label=gettext_lazy("Measured"))
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500)
    checked = forms.BooleanField(label=gettext_lazy("I have checked, it is right"), required=False)

    def __init__(self, *args: Any, patient: Patient, **options: Any) -> None:
        super().__init__(*args, **options)
        self.patient = patient
        self.doubts: list[str] = []
        for name in ("temperature", "weight", "height"):
            units = [(unit.ucum, unit.printed) for unit in SIGNS[name].units]
            self._choice(f"{name}_unit").choices = units
        self.fields["measured_at"].initial = timezone.localtime

    def _choice(self, name: str) -> Any:
        return self.fields[name]

    def clean(self) -> dict[str, Any]:
        """What cannot be is an error of its field; what is unlikely asks for the tick."""
        said = super().clean() or self.cleaned_data
        # All that is wrong is said at once, so a second send is the last.
        wrong = impossible_amounts(self._amounts()) if self.errors else impossible(self.vitals)
        for name, sentence in wrong:
            self.add_error(name or None, sentence)
        if not self.errors:
            self.doubts = doubts(self.vitals, self.patient)
            if self.doubts and not said["checked"]:
                self.add_error("checked", _("Tick this, or correct what is unusual."))
        return said

    @property
    def vitals(self) -> Vitals:
        """What was entered, in the units that were chosen."""
        said = self.cleaned_data
        return Vitals(
            measured_at=said["measured_at"],
            amounts=dict(self._amounts()),
            position=said["position"] if said["systolic"] is not None else "",
            arm=said["arm"] if said["systolic"] is not None else "",
            temperature_site=said["temperature_site"],
            breathing=said["breathing"],
            oxygen_device=said["oxygen_device"],
            acvpu=said["acvpu"],
            note=said["note"],
        )

    def _amounts(self) -> Iterable[tuple[str, Amount]]:
        for name, sign in SIGNS.items():
            value = self.cleaned_data.get(name)
            if value is not None:
                yield name, Amount(value, sign.unit(self.cleaned_data.get(f"{name}_unit", "")))
