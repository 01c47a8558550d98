"""The kinds of entry a medical history has: their records, forms, acts and words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fhir.principal import Principal
from patients.acts import allergies, family, immunizations, problems, procedures, social
from patients.forms.allergies import AllergyForm
from patients.forms.family import RelativeForm
from patients.forms.history import BecauseForm, ChapterForm, ResolveForm
from patients.forms.immunizations import ImmunizationForm
from patients.forms.problems import ProblemForm
from patients.forms.procedures import ProcedureForm
from patients.forms.social import SocialForm
from patients.models import (
    AllergyIntolerance,
    Condition,
    FamilyMemberHistory,
    Immunization,
    Observation,
    Patient,
    PatientRecord,
    Procedure,
)
from patients.models.base import ENTERED_IN_ERROR
from patients.models.condition import RULED_OUT

Words = str | Promise
Act = Callable[[Principal, Any, dict[str, Any]], Any]


@dataclass(frozen=True)
class Step:
    """One thing that can be done to a record with a click and a word: resolve, reopen, refute.

    Attributes:
        label: On the button and above the form.
        hint: What it means.
        form: What has to be said.
        act: ``(by, row, said)`` does it.
        offered: Whether it makes sense for a record.
        danger: Its button is red.
    """

    label: Words
    hint: Words
    form: type[BecauseForm] | type[ResolveForm]
    act: Act
    offered: Callable[[Any], bool]
    danger: bool = False


@dataclass(frozen=True)
class Chapter:
    """One kind of entry.

    Attributes:
        name: In the names of its addresses: ``problem`` makes ``problem-new`` and so on.
        tab: Page of the chart that lists it.
        start: ``(by, patient, said)`` records a new one.
        edit: ``(by, row, said, expected)`` corrects one.
        editable: Whether a record can be corrected in the form.
        holds: Whether a record of the table is one of this kind.
    """

    name: str
    model: type[PatientRecord]
    tab: str
    new_title: Words
    form: type[ChapterForm[Any]]
    start: Callable[[Principal, Patient, Any], PatientRecord]
    edit: Callable[[Principal, Any, Any, int], PatientRecord]
    editable: Callable[[Any], bool] = lambda row: row.status != ENTERED_IN_ERROR
    steps: dict[str, Step] = field(default_factory=dict)
    holds: Callable[[Any], bool] = lambda _row: True


def starts(act: Callable[..., PatientRecord]) -> Callable[[Principal, Patient, Any], PatientRecord]:
    """An act that records something new, as a chapter does it."""
    return lambda by, patient, said: act(by=by, patient=patient, said=said)


def edits(
    act: Callable[..., PatientRecord], column: str
) -> Callable[[Principal, Any, Any, int], PatientRecord]:
    """An act that corrects a record, which it takes as ``column``."""
    return lambda by, row, said, expected: act(by=by, said=said, expected=expected, **{column: row})


def because(act: Callable[..., Any], column: str) -> Act:
    """An act that takes a reason, as a step does it."""
    return lambda by, row, said: act(
        by=by, expected=said["version"], reason=said["reason"], **{column: row}
    )


def resolve_problem(by: Principal, row: Any, said: dict[str, Any]) -> Any:
    """A problem is over since a day, with a note rather than a reason."""
    over, note = said["abatement"], said["note"]
    return problems.resolve(by=by, condition=row, expected=said["version"], on=over, note=note)


OF_A_PROBLEM = {
    "resolve": Step(
        _("Resolve"),
        _("It is over. It stays in the chart among the resolved problems."),
        ResolveForm,
        resolve_problem,
        lambda row: row.is_active,
    ),
    "reopen": Step(
        _("Reopen"),
        _("It is back, or was not over after all."),
        BecauseForm,
        because(problems.reopen, "condition"),
        lambda row: not row.is_active and row.verification_status != ENTERED_IN_ERROR,
    ),
    "refute": Step(
        _("Refute"),
        _("It was rightly suspected, and the patient does not have it."),
        BecauseForm,
        because(problems.refute, "condition"),
        lambda row: row.is_active,
        danger=True,
    ),
}
OF_AN_ALLERGY = {
    "resolve": Step(
        _("No longer holds"),
        _("It was true and is over."),
        BecauseForm,
        because(allergies.resolve, "allergy"),
        allergies.is_standing,
        danger=True,
    ),
    "refute": Step(
        _("Refute"),
        _("It was tested, and the patient is not allergic."),
        BecauseForm,
        because(allergies.refute, "allergy"),
        lambda row: allergies.is_standing(row) and not row.none_known,
        danger=True,
    ),
    "reopen": Step(
        _("Reopen"),
        _("It holds again. A statement that no allergy is known ends with it."),
        BecauseForm,
        because(allergies.reopen, "allergy"),
        allergies.can_reopen,
    ),
}

CHAPTERS = {
    each.name: each
    for each in (
        Chapter(
            "problem",
            Condition,
            "problems",
            _("New problem or diagnosis"),
            ProblemForm,
            starts(problems.diagnose),
            edits(problems.edit, "condition"),
            editable=lambda row: row.verification_status not in RULED_OUT,
            steps=OF_A_PROBLEM,
        ),
        Chapter(
            "allergy",
            AllergyIntolerance,
            "allergies",
            _("New allergy or intolerance"),
            AllergyForm,
            starts(allergies.record_allergy),
            edits(allergies.edit, "allergy"),
            editable=lambda row: allergies.is_standing(row) and not row.none_known,
            steps=OF_AN_ALLERGY,
        ),
        Chapter(
            "immunization",
            Immunization,
            "immunizations",
            _("New immunization"),
            ImmunizationForm,
            starts(immunizations.record_vaccine),
            edits(immunizations.edit, "vaccine"),
        ),
        Chapter(
            "procedure",
            Procedure,
            "history",
            _("New operation or procedure"),
            ProcedureForm,
            starts(procedures.record_procedure),
            edits(procedures.edit, "procedure"),
        ),
        Chapter(
            "relative",
            FamilyMemberHistory,
            "history",
            _("New relative"),
            RelativeForm,
            starts(family.record_relative),
            edits(family.edit, "relative"),
        ),
        Chapter(
            "social",
            Observation,
            "history",
            _("Social history"),
            SocialForm,
            starts(social.record_social),
            edits(social.edit, "fact"),
            editable=lambda row: row.status != ENTERED_IN_ERROR and row.code_code in social.OF_CODE,
            holds=social.is_social,
        ),
    )
}
