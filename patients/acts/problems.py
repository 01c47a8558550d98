"""Problems and diagnoses: recorded, edited, resolved, reopened, refuted, put on the list."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts.charting import annotate, author_reference, create, update
from patients.acts.history import (
    NOT_SAID,
    UNKNOWN,
    Span,
    comment,
    in_life,
    kept,
    named,
    set_coded,
    set_span,
    texts,
)
from patients.chart.concepts import all_words
from patients.models import Condition, Patient
from patients.models.base import ENTERED_IN_ERROR
from patients.models.condition import ENCOUNTER_DIAGNOSIS, ON_THE_LIST, PROBLEM_LIST, RULED_OUT
from patients.terminology.coded import Coded

VERIFICATIONS = ("confirmed", "provisional", "differential", "unconfirmed")


class NotActive(Refusal):
    """Only a problem of today can be resolved or refuted; this one is over or taken back."""

    status = 409
    code = "not-active"
    issue = "conflict"


class NotOver(Refusal):
    """Only a problem that is over can be reopened; this one is active or taken back."""

    status = 409
    code = "not-over"
    issue = "conflict"


class OnTheListAlready(Refusal):
    """It stands on the problem list already."""

    status = 409
    code = "on-the-list-already"
    issue = "conflict"


class TakenBack(Refusal):
    """It was refuted or entered in error. Reopen it, or record it anew if it is true."""

    status = 409
    code = "taken-back"
    issue = "conflict"


@dataclass(frozen=True)
class Diagnosis:
    """What a clinician says of a problem.

    Attributes:
        code: What it is.
        onset: When it began.
        verification: How sure: one of VERIFICATIONS.
        severity: Mild, moderate, severe; empty when not said.
        body_site: Where, in words.
        on_problem_list: Put on the problem list; otherwise a diagnosis recorded only.
        note: Added to the notes with name and time.
    """

    code: Coded
    onset: Span = UNKNOWN
    verification: str = "confirmed"
    severity: Coded = NOT_SAID
    body_site: str = ""
    on_problem_list: bool = True
    note: str = ""


def diagnose(*, by: Principal, patient: Patient, said: Diagnosis) -> Condition:
    """Record a problem as active.

    Raises:
        NotAllowed, NotFound: as for ``charting.create``.
        Invalid: no name, an onset to come or before birth.
    """
    row = Condition(
        patient=patient,
        clinical_status="active",
        recorded_at=timezone.now(),
        recorder=author_reference(by),
        asserter=author_reference(by),
        categories=[] if said.on_problem_list else [ENCOUNTER_DIAGNOSIS],
    )
    _say(row, by, said)
    return create(row, by=by, action="diagnose")


def edit(*, by: Principal, condition: Condition, said: Diagnosis, expected: int) -> Condition:
    """Correct what was said of a problem.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        TakenBack: it was refuted or entered in error.
        Invalid: as for ``diagnose``, or an end before the onset.
    """
    _stands(condition)
    _say(condition, by, said)
    return update(condition, by=by, expected=expected)


def _say(row: Condition, by: Principal, said: Diagnosis) -> None:
    named(said.code, "Condition.code", _("Problem"))
    in_life(row.patient, said.onset, "Condition.onset", _("Began"))
    set_coded(row, "code", said.code)
    set_coded(row, "severity", said.severity)
    set_span(row, "onset", said.onset)
    _ordered(row)
    row.verification_status = said.verification
    before = row.body_sites or []
    row.body_sites = kept(before, all_words(before), said.body_site, texts(said.body_site))
    if said.on_problem_list != row.is_on_problem_list:
        rest = [each for each in row.categories if each not in ON_THE_LIST]
        off = rest or [ENCOUNTER_DIAGNOSIS]
        row.categories = [*rest, PROBLEM_LIST] if said.on_problem_list else off
    comment(row, by, said.note)


def _ordered(row: Condition) -> None:
    last = row.abatement_end or row.abatement_start
    if last is not None and row.onset_start is not None and last < row.onset_start:
        raise Invalid(
            _("Ended: %(end)s is before it began (%(start)s). Correct one of the two.")
            % {
                "end": f"{timezone.localtime(last):%d-%b-%Y}",
                "start": f"{timezone.localtime(row.onset_start):%d-%b-%Y}",
            },
            expression="Condition.abatement",
        )


def _stands(row: Condition) -> None:
    if row.verification_status in RULED_OUT:
        raise TakenBack


@transaction.atomic
def resolve(
    *, by: Principal, condition: Condition, expected: int, on: Span = UNKNOWN, note: str = ""
) -> Condition:
    """Say that a problem is over, since ``on`` where that is known.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        NotActive: it is no problem of today.
        Invalid: an end to come, before birth or before the onset.
    """
    if not condition.is_active:
        raise NotActive
    in_life(condition.patient, on, "Condition.abatement", _("Ended"))
    condition.clinical_status = "resolved"
    set_span(condition, "abatement", on)
    _ordered(condition)
    comment(condition, by, note)
    return update(condition, by=by, expected=expected, action="resolve")


def reopen(*, by: Principal, condition: Condition, expected: int, reason: str) -> Condition:
    """Say that a problem that was over, or ruled out, is back.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        NotOver: it is active.
        TakenBack: it was entered in error.
    """
    if condition.verification_status == ENTERED_IN_ERROR:
        raise TakenBack
    if condition.is_active:
        raise NotOver
    again = condition.verification_status != "refuted"
    condition.clinical_status = "recurrence" if again else "active"
    condition.verification_status = condition.verification_status if again else "unconfirmed"
    set_span(condition, "abatement", UNKNOWN)
    annotate(condition, by, _("Reopened: %(reason)s") % {"reason": reason})
    return update(condition, by=by, expected=expected, action="reopen")


def refute(*, by: Principal, condition: Condition, expected: int, reason: str) -> Condition:
    """Say that the patient never had it, though it was rightly suspected.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        NotActive: it is no problem of today.
    """
    if not condition.is_active:
        raise NotActive
    condition.verification_status = "refuted"
    condition.clinical_status = "inactive"
    annotate(condition, by, _("Refuted: %(reason)s") % {"reason": reason})
    return update(condition, by=by, expected=expected, action="refute")


def promote(*, by: Principal, condition: Condition, expected: int) -> Condition:
    """Put a recorded diagnosis on the problem list.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        OnTheListAlready: nothing to do.
        TakenBack: it was refuted or entered in error.
    """
    _stands(condition)
    if condition.is_on_problem_list:
        raise OnTheListAlready
    condition.categories = [*condition.categories, PROBLEM_LIST]
    return update(condition, by=by, expected=expected, action="promote")
