"""The kinds of entry a medical history has: their records, forms, acts and words."""

from collections.abc import Callable
from dataclasses import dataclass
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
    editable: Callable[[Any], bool]
    steps: dict[str, Step]
    holds: Callable[[Any], bool] = lambda _row: True


def because(
    act: Callable[..., Any], column: str
) -> Callable[[Principal, Any, dict[str, Any]], Any]:
    """An act that takes a reason, as a step does it."""
    return lambda by, row, said: act(
        by=by, expected=said["version"], reason=said["reason"], **{column: row}
    )


PROBLEM = Chapter(
    name="problem",
    model=Condition,
    tab="problems",
    new_title=_("New problem or diagnosis"),
    form=ProblemForm,
    start=lambda by, patient, said: problems.diagnose(by=by, patient=patient, said=said),
    edit=lambda by, row, said, expected: problems.edit(
        by=by, condition=row, said=said, expected=expected
    ),
    editable=lambda row: row.verification_status not in RULED_OUT,
    steps={
        "resolve": Step(
            _("Resolve"),
            _("It is over. It stays in the chart among the resolved problems."),
            ResolveForm,
            lambda by, row, said: problems.resolve(
                by=by,
                condition=row,
                expected=said["version"],
                on=said["abatement"],
                note=said["note"],
            ),
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
    },
)

ALLERGY = Chapter(
    name="allergy",
    model=AllergyIntolerance,
    tab="allergies",
    new_title=_("New allergy or intolerance"),
    form=AllergyForm,
    start=lambda by, patient, said: allergies.record_allergy(by=by, patient=patient, said=said),
    edit=lambda by, row, said, expected: allergies.edit(
        by=by, allergy=row, said=said, expected=expected
    ),
    editable=lambda row: allergies.is_standing(row) and not row.none_known,
    steps={
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
    },
)

IMMUNIZATION = Chapter(
    name="immunization",
    model=Immunization,
    tab="immunizations",
    new_title=_("New immunization"),
    form=ImmunizationForm,
    start=lambda by, patient, said: immunizations.record_vaccine(by=by, patient=patient, said=said),
    edit=lambda by, row, said, expected: immunizations.edit(
        by=by, vaccine=row, said=said, expected=expected
    ),
    editable=lambda row: row.status != ENTERED_IN_ERROR,
    steps={},
)

PROCEDURE = Chapter(
    name="procedure",
    model=Procedure,
    tab="history",
    new_title=_("New operation or procedure"),
    form=ProcedureForm,
    start=lambda by, patient, said: procedures.record_procedure(by=by, patient=patient, said=said),
    edit=lambda by, row, said, expected: procedures.edit(
        by=by, procedure=row, said=said, expected=expected
    ),
    editable=lambda row: row.status != ENTERED_IN_ERROR,
    steps={},
)

RELATIVE = Chapter(
    name="relative",
    model=FamilyMemberHistory,
    tab="history",
    new_title=_("New relative"),
    form=RelativeForm,
    start=lambda by, patient, said: family.record_relative(by=by, patient=patient, said=said),
    edit=lambda by, row, said, expected: family.edit(
        by=by, relative=row, said=said, expected=expected
    ),
    editable=lambda row: row.status != ENTERED_IN_ERROR,
    steps={},
)

SOCIAL = Chapter(
    name="social",
    model=Observation,
    tab="history",
    new_title=_("Social history"),
    form=SocialForm,
    start=lambda by, patient, said: social.record_social(by=by, patient=patient, said=said),
    edit=lambda by, row, said, expected: social.edit(by=by, fact=row, said=said, expected=expected),
    editable=lambda row: row.status != ENTERED_IN_ERROR and row.code_code in social.OF_CODE,
    steps={},
    holds=social.is_social,
)

CHAPTERS = {
    each.name: each for each in (PROBLEM, ALLERGY, IMMUNIZATION, PROCEDURE, RELATIVE, SOCIAL)
}
