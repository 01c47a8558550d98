"""The family's illnesses: recorded and edited, relative by relative."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from fhir.elements import plain
from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts.charting import create, update
from patients.acts.history import comment, forget_choice, named, set_coded
from patients.chart.concepts import words_of
from patients.models import FamilyMemberHistory, Patient
from patients.models.base import ENTERED_IN_ERROR
from patients.terminology.coded import Coded

OLDEST = 125  # years; nobody is known to have lived longer (J. Calment, 122)
YEARS = {"unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}


class RelativeTakenBack(Refusal):
    """It was entered in error and can no longer be changed. Record it anew if it is true."""

    status = 409
    code = "taken-back"
    issue = "conflict"


@dataclass(frozen=True)
class Illness:
    """What a relative had, and how old they were when it began."""

    code: Coded
    onset_age: Decimal | None = None


@dataclass(frozen=True)
class Relative:
    """What is said of one relative.

    Attributes:
        relationship: Mother, brother, …
        name: To tell two brothers apart.
        illnesses: What they had.
        deceased: True, False, or None when not known.
        deceased_age: Years at death; makes ``deceased`` true.
        note: Added to the notes with name and time.
    """

    relationship: Coded
    name: str = ""
    illnesses: tuple[Illness, ...] = ()
    deceased: bool | None = None
    deceased_age: Decimal | None = None
    note: str = ""


def record_relative(*, by: Principal, patient: Patient, said: Relative) -> FamilyMemberHistory:
    """Record what a relative had.

    Raises:
        NotAllowed, NotFound: as for ``charting.create``.
        Invalid: no relationship, an impossible age, an illness after death.
    """
    row = FamilyMemberHistory(patient=patient, status="completed", recorded_at=timezone.now())
    _say(row, by, said)
    return create(row, by=by, action="record-relative")


def edit(
    *, by: Principal, relative: FamilyMemberHistory, said: Relative, expected: int
) -> FamilyMemberHistory:
    """Correct what was said of a relative.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        RelativeTakenBack: it was entered in error.
        Invalid: as for ``record_relative``.
    """
    if relative.status == ENTERED_IN_ERROR:
        raise RelativeTakenBack
    _say(relative, by, said)
    return update(relative, by=by, expected=expected)


def _say(row: FamilyMemberHistory, by: Principal, said: Relative) -> None:
    named(said.relationship, "FamilyMemberHistory.relationship", _("Relative"))
    _ages(said)
    set_coded(row, "relationship", said.relationship)
    row.name = said.name.strip()
    dead = True if said.deceased_age is not None else said.deceased
    if (dead, said.deceased_age) != (row.deceased, row.deceased_age_years):
        row.deceased, row.deceased_age_years = dead, said.deceased_age
        forget_choice(row, "deceased")
    row.conditions = merged_illnesses(row.conditions or [], said.illnesses)
    comment(row, by, said.note)


def _ages(said: Relative) -> None:
    ages = [("illnesses", illness.onset_age) for illness in said.illnesses]
    for field, age in [*ages, ("deceased_age", said.deceased_age)]:
        if age is not None and not 0 <= age <= OLDEST:
            raise Invalid(
                _("Age: %(age)s is not an age. Enter years from 0 to %(oldest)s.")
                % {"age": age, "oldest": OLDEST},
                expression=f"FamilyMemberHistory.{field}",
            )
    if said.deceased is False and said.deceased_age is not None:
        raise Invalid(
            _("Age at death: this relative is said to be alive. Correct one of the two."),
            expression="FamilyMemberHistory.deceased_age",
        )
    began = [age for _field, age in ages if age is not None]
    if said.deceased_age is not None and began and max(began) > said.deceased_age:
        raise Invalid(
            _("Age at death: %(age)s is before an illness began (%(began)s). Correct one of them.")
            % {"age": said.deceased_age, "began": max(began)},
            expression="FamilyMemberHistory.deceased_age",
        )


def merged_illnesses(
    before: list[dict[str, Any]], said: tuple[Illness, ...]
) -> list[dict[str, Any]]:
    """The illnesses that were said, each with the details that stood under the same words."""
    known = {words_of(each.get("code")): each for each in before}
    merged = []
    for illness in said:
        old = known.get(illness.code.words, {"code": illness.code.concept()})
        if illness.onset_age != onset_age(old):
            old = {name: value for name, value in old.items() if not name.startswith("onset")}
            age = illness.onset_age
            old |= {} if age is None else {"onsetAge": {"value": plain(age)} | YEARS}
        merged.append(old)
    return merged


def onset_age(condition: dict[str, Any]) -> Decimal | None:
    """Years of age when it began; None where that is not known or not in years."""
    age = condition.get("onsetAge") or {}
    in_years = age.get("code") == "a" and age.get("system") == YEARS["system"]
    return Decimal(age["value"]) if in_years and "value" in age else None
