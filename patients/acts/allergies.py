"""Allergies: recorded, edited, resolved; and the statement that none is known."""

import re
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.roles import CHART_WRITE
from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts.charting import annotate, author_reference, create, open_chart, update
from patients.acts.history import (
    UNKNOWN,
    Span,
    comment,
    in_life,
    named,
    set_coded,
    set_span,
)
from patients.chart.concepts import all_words
from patients.models import AllergyIntolerance, Patient
from patients.models.allergy import NO_KNOWN_ALLERGY, NONE_KNOWN, OVER
from patients.models.base import ENTERED_IN_ERROR
from patients.models.condition import RULED_OUT
from patients.terminology.coded import Coded

NONE = Coded("http://snomed.info/sct", NO_KNOWN_ALLERGY, "No known allergy", "No known allergies")
# What people type where the statement has its own button.
NONE_WORDS = re.compile(
    r"^\W*(nkd?a|none|nil|no( known)?( drug| food)? allerg\w*)\W*$", re.IGNORECASE
)


class AllergyStands(Refusal):
    """An allergy stands in this chart, so "No known allergies" cannot be said."""

    status = 409
    code = "allergy-stands"
    issue = "conflict"


class NotStanding(Refusal):
    """It is over or was taken back. Reopen it first, or record it anew."""

    status = 409
    code = "not-standing"
    issue = "conflict"


class Standing(Refusal):
    """It stands already; there is nothing to reopen."""

    status = 409
    code = "standing"
    issue = "conflict"


@dataclass(frozen=True)
class Reaction:
    """What happened to the patient, and how bad it was (mild, moderate, severe or empty)."""

    manifestation: Coded
    severity: str = ""


@dataclass(frozen=True)
class Allergy:
    """What a clinician says of an allergy.

    Attributes:
        substance: What it is to; uncoded means that no program can check it.
        type: ``allergy``, ``intolerance`` or empty.
        category: ``medication``, ``food``, ``environment``, ``biologic`` or empty.
        criticality: ``low``, ``high``, ``unable-to-assess`` or empty.
        verification: ``confirmed`` or ``unconfirmed``.
        reactions: What happened; an empty tuple means not recorded.
        onset: Since when.
        note: Added to the notes with name and time.
    """

    substance: Coded
    type: str = ""
    category: str = ""
    criticality: str = ""
    verification: str = "confirmed"
    reactions: tuple[Reaction, ...] = ()
    onset: Span = UNKNOWN
    note: str = ""


@transaction.atomic
def record_allergy(*, by: Principal, patient: Patient, said: Allergy) -> AllergyIntolerance:
    """Record an allergy; a statement that none is known ends with it.

    Raises:
        NotAllowed, NotFound: as for ``charting.create``.
        Invalid: no substance, one that stands already, an onset to come or before birth.
    """
    require(by, CHART_WRITE)
    _alone(by, patient)
    row = AllergyIntolerance(
        patient=patient,
        clinical_status="active",
        recorded_at=timezone.now(),
        recorder=author_reference(by),
    )
    _say(row, by, said)
    _not_twice(row)
    create(row, by=by, action="record-allergy")
    _end_statements(by, row)
    return row


@transaction.atomic
def edit(
    *, by: Principal, allergy: AllergyIntolerance, said: Allergy, expected: int
) -> AllergyIntolerance:
    """Correct what was said of an allergy.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        NotStanding: it was ruled out or is over.
        Invalid: as for ``record_allergy``.
    """
    _stands(allergy)
    _say(allergy, by, said)
    _not_twice(allergy)
    update(allergy, by=by, expected=expected)
    _end_statements(by, allergy)
    return allergy


def resolve(
    *, by: Principal, allergy: AllergyIntolerance, expected: int, reason: str
) -> AllergyIntolerance:
    """Say that an allergy, or a statement that none is known, no longer holds.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        NotStanding: it does not hold anyway.
    """
    _stands(allergy)
    allergy.clinical_status = "inactive" if allergy.none_known else "resolved"
    annotate(allergy, by, _("No longer holds: %(reason)s") % {"reason": reason})
    return update(allergy, by=by, expected=expected, action="resolve")


def refute(
    *, by: Principal, allergy: AllergyIntolerance, expected: int, reason: str
) -> AllergyIntolerance:
    """Say that it was tested, and the patient is not allergic.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        NotStanding: it does not hold anyway.
    """
    _stands(allergy)
    allergy.verification_status = "refuted"
    allergy.clinical_status = "inactive"
    annotate(allergy, by, _("Refuted: %(reason)s") % {"reason": reason})
    return update(allergy, by=by, expected=expected, action="refute")


@transaction.atomic
def reopen(
    *, by: Principal, allergy: AllergyIntolerance, expected: int, reason: str
) -> AllergyIntolerance:
    """Say that an allergy holds again; a statement that none is known ends with it.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        NotStanding: it was entered in error, or states that none is known: say that anew.
        Standing: it holds already.
    """
    if is_standing(allergy):
        raise Standing
    if not can_reopen(allergy):
        raise NotStanding
    refuted = allergy.verification_status == "refuted"
    allergy.clinical_status = "active"
    allergy.verification_status = "unconfirmed" if refuted else allergy.verification_status
    annotate(allergy, by, _("Reopened: %(reason)s") % {"reason": reason})
    update(allergy, by=by, expected=expected, action="reopen")
    _end_statements(by, allergy)
    return allergy


@transaction.atomic
def no_known_allergies(*, by: Principal, patient: Patient) -> AllergyIntolerance:
    """State that no allergy is known; said again, it is dated today.

    Raises:
        NotAllowed, NotFound: as for ``charting.create``.
        AllergyStands: one does.
    """
    require(by, CHART_WRITE)
    _alone(by, patient)
    standing = list(AllergyIntolerance.objects.of(patient).standing())
    real = [str(row) for row in standing if not row.none_known]
    if real:
        raise AllergyStands(
            _(
                "%(allergies)s: recorded in this chart. Resolve, refute or enter it in error "
                'first; only then can "No known allergies" be said.'
            )
            % {"allergies": ", ".join(real)}
        )
    said = next((row for row in standing if row.code_code == NO_KNOWN_ALLERGY), None)
    if said is not None:
        said.recorded_at = timezone.now()
        said.recorder = author_reference(by)
        return update(said, by=by, expected=said.version, action="state-no-known-allergies")
    row = AllergyIntolerance(
        patient=patient,
        clinical_status="active",
        verification_status="confirmed",
        recorded_at=timezone.now(),
        recorder=author_reference(by),
        **NONE.columns("code"),
    )
    return create(row, by=by, action="state-no-known-allergies")


def _alone(by: Principal, patient: Patient) -> None:
    """Two who write allergies of one patient at once wait for each other."""
    open_chart(by, patient)
    Patient.objects.select_for_update().get(pk=patient.pk)


def is_standing(row: AllergyIntolerance) -> bool:
    """It counts: neither ruled out nor over."""
    return row.verification_status not in RULED_OUT and row.clinical_status not in OVER


def can_reopen(row: AllergyIntolerance) -> bool:
    """It is over or refuted; a statement that none is known has to be made anew."""
    in_error = row.verification_status == ENTERED_IN_ERROR
    return not (is_standing(row) or in_error or row.none_known)


def _stands(row: AllergyIntolerance) -> None:
    if not is_standing(row):
        raise NotStanding


def _say(row: AllergyIntolerance, by: Principal, said: Allergy) -> None:
    named(said.substance, "AllergyIntolerance.code", _("Substance"))
    if said.substance.code in NONE_KNOWN or NONE_WORDS.match(said.substance.words):
        raise Invalid(
            _(
                'Substance: "%(words)s" is not a substance. '
                'Use the button "No known allergies" on the page of allergies.'
            )
            % {"words": said.substance.words},
            expression="AllergyIntolerance.code",
        )
    in_life(row.patient, said.onset, "AllergyIntolerance.onset", _("Since"))
    set_coded(row, "code", said.substance)
    set_span(row, "onset", said.onset)
    row.type, row.criticality = said.type, said.criticality
    row.verification_status = said.verification
    rest = [each for each in row.categories[1:] if each != said.category]
    row.categories = [said.category, *rest] if said.category else rest
    row.reactions = merged_reactions(row.reactions or [], said.reactions)
    comment(row, by, said.note)


def merged_reactions(
    before: list[dict[str, Any]], said: tuple[Reaction, ...]
) -> list[dict[str, Any]]:
    """The reactions that were said, each with the details that stood under the same words."""
    known = {all_words(each.get("manifestation")): each for each in before}
    merged = []
    for reaction in said:
        old = known.get(reaction.manifestation.words, {})
        new = {"manifestation": [reaction.manifestation.concept()]} | old
        new.pop("severity", None)
        merged.append(new | ({"severity": reaction.severity} if reaction.severity else {}))
    return merged


def _not_twice(row: AllergyIntolerance) -> None:
    others = AllergyIntolerance.objects.filter(patient=row.patient).standing().exclude(pk=row.pk)
    for other in others:
        coded = bool(row.code_code) and Coded.of(row, "code").code == other.code_code
        if (coded and row.code_system == other.code_system) or same_words(str(row), str(other)):
            raise Invalid(
                _("Substance: an allergy to %(words)s stands already. Edit that one.")
                % {"words": str(other)},
                expression="AllergyIntolerance.code",
            )


def same_words(one: str, other: str) -> bool:
    """Equal but for case and spaces around."""
    return one.strip().casefold() == other.strip().casefold()


def _end_statements(by: Principal, row: AllergyIntolerance) -> None:
    """End every statement that the standing allergy ``row`` contradicts."""
    about = set(row.categories) or {""}
    rows = AllergyIntolerance.objects.filter(patient=row.patient, code_code__in=NONE_KNOWN)
    for statement in rows.standing():
        spoken_of = NONE_KNOWN[statement.code_code]
        if "" in about or "" in spoken_of or about & spoken_of:
            statement.clinical_status = "inactive"
            annotate(
                statement,
                by,
                _("Ended: an allergy to %(substance)s was recorded.") % {"substance": str(row)},
            )
            update(statement, by=by, expected=statement.version, action="end-statement")
