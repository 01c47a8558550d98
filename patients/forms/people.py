"""Forms about who a person is, who belongs to them, and what they permit."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization
from fhir.times import date_range
from patients.acts import numbers
from patients.extensions import SEX_WORDS
from patients.forms.fields import CHOOSE, MomentField, VersionField, iso_date, refuse_implausible
from patients.models import Patient
from patients.person_details import Details, details_of

NOT_RECORDED = ("", gettext_lazy("Not recorded"))
GENDERS = (
    NOT_RECORDED,
    ("female", gettext_lazy("Female")),
    ("male", gettext_lazy("Male")),
    ("other", gettext_lazy("Other")),
    ("unknown", gettext_lazy("Unknown")),
)
SEXES = (NOT_RECORDED, *SEX_WORDS.items())
PRONOUN_EXAMPLES = gettext_lazy("For example: she/her, he/him, they/them.")
ROLES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
RELATIONSHIPS = {
    "SPS": gettext_lazy("spouse"),
    "DOMPART": gettext_lazy("partner"),
    "PRN": gettext_lazy("parent"),
    "CHILD": gettext_lazy("child"),
    "SIB": gettext_lazy("brother or sister"),
    "GRPRN": gettext_lazy("grandparent"),
    "GRNDCHILD": gettext_lazy("grandchild"),
    "GUARD": gettext_lazy("guardian"),
    "FRND": gettext_lazy("friend"),
    "NBOR": gettext_lazy("neighbour"),
}
CATEGORIES = "http://terminology.hl7.org/CodeSystem/consentcategorycodes"
DOCUMENT = {"system": "http://loinc.org", "code": "59284-0", "display": "Consent Document"}
# What is asked → scope, its display, category, and whether it is part of the chart.
CONSENTS: dict[str, tuple[str, str, dict[str, str], Any]] = {
    "treatment": ("treatment", "Treatment", DOCUMENT, gettext_lazy("Treatment")),
    "privacy": (
        "patient-privacy",
        "Privacy Consent",
        DOCUMENT,
        gettext_lazy("Sharing of the record with others"),
    ),
    "research": (
        "research",
        "Research",
        {"system": CATEGORIES, "code": "research", "display": "Research Information Access"},
        gettext_lazy("Use of the record for research"),
    ),
    "resuscitation": (
        "adr",
        "Advanced Care Directive",
        {"system": CATEGORIES, "code": "dnr", "display": "Do Not Resuscitate"},
        gettext_lazy("Attempt at resuscitation"),
    ),
    "directive": (
        "adr",
        "Advanced Care Directive",
        {"system": CATEGORIES, "code": "acd", "display": "Advance Directive"},
        gettext_lazy("Advance care directive: treatment that prolongs life"),
    ),
}
OF_THE_CHART = ("resuscitation", "directive")
DECISIONS = (("permit", gettext_lazy("Permits")), ("deny", gettext_lazy("Refuses")))


class BirthDateField(forms.CharField):
    """A birth date, or as much of it as is known; cleans to its first and last day."""

    def __init__(self, **options: Any) -> None:
        hint = gettext_lazy("12-Mar-1958, or as much as is known: Mar-1958, 1958.")
        usual: dict[str, Any] = {"max_length": 40, "help_text": hint, "label": gettext_lazy("Born")}
        super().__init__(**usual | options)

    def clean(self, value: Any) -> tuple[date | None, date | None]:
        """First and last day.

        Raises:
            ValidationError: not a date, or one to come.
        """
        text: str = super().clean(value)
        if not text:
            return None, None
        low, high = date_range(iso_date(text))
        if low is None or high is None:
            raise ValidationError(
                _('"%(value)s" is not a date. Write 12-Mar-1958, Mar-1958 or 1958.'),
                params={"value": text},
            )
        refuse_implausible(low.year, text, future=False)
        if low > timezone.localdate():
            raise ValidationError(
                _("%(value)s is in the future. Correct the day, month or year."),
                params={"value": text},
            )
        return low, high


def line(label: Any, most: int = 200, **options: Any) -> forms.CharField:
    """One optional line of text."""
    return forms.CharField(label=label, max_length=most, **{"required": False} | options)


class PersonForm(forms.Form):
    """Who somebody is."""

    family = line(gettext_lazy("Family name"), 300)
    given = line(gettext_lazy("Given names"), 300)
    title = line(gettext_lazy("Title"), 60)
    preferred = line(gettext_lazy("Preferred name"))
    birth = BirthDateField(required=False)
    gender = forms.ChoiceField(
        label=gettext_lazy("Gender"), choices=GENDERS, required=False,
        help_text=gettext_lazy("As the person states it, for administration."),
    )  # fmt: skip
    pronouns = line(gettext_lazy("Pronouns"), help_text=PRONOUN_EXAMPLES)
    sex_for_clinical_use = forms.ChoiceField(
        label=gettext_lazy("Sex for clinical use"), choices=SEXES, required=False,
        help_text=gettext_lazy("Which ranges and doses to use; apart from gender."),
    )  # fmt: skip
    phone = line(gettext_lazy("Telephone"), 60)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=200, required=False)
    street = line(gettext_lazy("Street and number"))
    postal_code = line(gettext_lazy("Postal code"), 40)
    town = line(gettext_lazy("Town"))
    country = line(gettext_lazy("Country"), 100)
    language = line(
        gettext_lazy("Language"),
        help_text=gettext_lazy("In which the person wants to be spoken to."),
    )
    general_practitioner = line(gettext_lazy("General practitioner"))

    def __init__(self, *args: Any, patient: Patient | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        # A code of elsewhere is kept, and said, rather than lost by saving the form.
        for name in ("gender", "sex_for_clinical_use"):
            self._offer(name, getattr(patient, name, ""))

    def _offer(self, name: str, value: str) -> None:
        chosen: Any = self.fields[name]
        if value and value not in dict(chosen.choices):
            chosen.choices = [*chosen.choices, (value, value)]

    def clean(self) -> dict[str, Any]:
        """A person has a name."""
        said = super().clean() or {}
        if not (said.get("family") or said.get("given") or self.has_error("family")):
            self.add_error("family", _("Write the family name, the given names, or both."))
        return said

    @property
    def details(self) -> Details:
        """What was typed."""
        said = dict(self.cleaned_data)
        said["birth_low"], said["birth_high"] = said.pop("birth")
        return Details(**{f.name: said[f.name] for f in fields(Details)})


class EditPersonForm(PersonForm):
    """Corrections, with the version that they were made to."""

    version = VersionField()


class RegisterForm(PersonForm):
    """A new person at one facility."""

    number = line(
        gettext_lazy("Number"),
        numbers.LONGEST,
        help_text=gettext_lazy("Leave it empty to get the next one of the facility."),
    )
    facility = forms.ModelChoiceField(
        Organization.objects.none(), label=gettext_lazy("Facility"), empty_label=None
    )
    invented = forms.BooleanField(label=gettext_lazy("This person is invented"), required=False)
    another_person = forms.BooleanField(
        label=gettext_lazy("I have looked: this is another person"), required=False
    )

    def __init__(self, *args: Any, facilities: Any, demo: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        facility: Any = self.fields["facility"]
        facility.queryset = facilities
        if not demo:
            del self.fields["invented"]


class DeathForm(forms.Form):
    """When somebody died, as far as it is known."""

    at = MomentField(
        label=gettext_lazy("Died"), required=False,
        help_text=gettext_lazy("Leave it empty when only the fact is known."),
    )  # fmt: skip
    sure = forms.BooleanField(label=gettext_lazy("This person has died"))
    version = VersionField()


class RelatedForm(forms.Form):
    """Somebody who belongs to the patient."""

    family = line(gettext_lazy("Family name"), 300)
    given = line(gettext_lazy("Given names"), 300)
    relationship = forms.ChoiceField(
        label=gettext_lazy("Relationship"), choices=(CHOOSE, *RELATIONSHIPS.items())
    )
    phone = line(gettext_lazy("Telephone"), 60)

    def clean(self) -> dict[str, Any]:
        """A person has a name."""
        said = super().clean() or {}
        if not (said.get("family") or said.get("given")):
            self.add_error("family", _("Write the family name, the given names, or both."))
        return said

    @property
    def concept(self) -> dict[str, Any]:
        """The relationship as a CodeableConcept."""
        code = self.cleaned_data["relationship"]
        return {"coding": [{"system": ROLES, "code": code}], "text": str(RELATIONSHIPS[code])}


class ConsentForm(forms.Form):
    """What the patient permits or refuses."""

    about = forms.ChoiceField(label=gettext_lazy("About"))
    decision = forms.ChoiceField(
        label=gettext_lazy("The patient"), choices=DECISIONS, widget=forms.RadioSelect
    )
    at = MomentField(label=gettext_lazy("Said on"))

    def __init__(self, *args: Any, kinds: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        about: Any = self.fields["about"]
        about.choices = [CHOOSE, *((kind, CONSENTS[kind][3]) for kind in kinds)]

    @property
    def scope(self) -> dict[str, str]:
        """Code and display of the consent's scope."""
        code, display, *_rest = CONSENTS[self.cleaned_data["about"]]
        return {"code": code, "display": display}

    @property
    def category(self) -> dict[str, Any]:
        """What it is about, as a CodeableConcept."""
        _scope, _display, coding, words = CONSENTS[self.cleaned_data["about"]]
        return {"coding": [coding], "text": str(words)}


def initial_of(patient: Patient) -> dict[str, Any]:
    """The form's fields as ``patient`` says them now."""
    now = details_of(patient)
    said: dict[str, Any] = {f.name: getattr(now, f.name) for f in fields(Details)}
    low, high = said.pop("birth_low"), said.pop("birth_high")
    return said | {"birth": birth_words(low, high), "version": patient.version}


def birth_words(low: date | None, high: date | None) -> str:
    """A birth date as it would be typed.

    >>> birth_words(date(1958, 3, 1), date(1958, 3, 31))
    'Mar-1958'
    """
    if low is None or high is None:
        return ""
    if low == high:
        return f"{low:%d-%b-%Y}"
    return f"{low:%b-%Y}" if low.month == high.month else f"{low:%Y}"
