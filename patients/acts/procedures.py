"""Operations and other procedures: recorded and edited."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts.charting import author_reference, create, update
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
from patients.chart.people import performers_named
from patients.models import Patient, Procedure
from patients.models.base import ENTERED_IN_ERROR
from patients.models.procedure import NOT_DONE, SURGICAL, SURGICAL_WORDS
from patients.terminology.coded import Coded

SNOMED = "http://snomed.info/sct"
SURGERY = Coded(SNOMED, SURGICAL, "Surgical procedure")
STATUSES = ("completed", "in-progress", "stopped", NOT_DONE, "unknown")


class ProcedureTakenBack(Refusal):
    """It was entered in error and can no longer be changed. Record it anew if it is true."""

    status = 409
    code = "taken-back"
    issue = "conflict"


@dataclass(frozen=True)
class Operation:
    """What a clinician says of an operation.

    Attributes:
        code: What was done.
        performed: When, as much as is known.
        status: One of STATUSES.
        status_reason: Why it was not done, or stopped.
        surgical: It was surgery; otherwise another procedure.
        place: Where, in words.
        performer: By whom, in words.
        body_site: Where on the body, in words.
        outcome: How it ended, in words.
        complication: What went wrong, in words.
        note: Added to the notes with name and time.
    """

    code: Coded
    performed: Span = UNKNOWN
    status: str = "completed"
    status_reason: str = ""
    surgical: bool = True
    place: str = ""
    performer: str = ""
    body_site: str = ""
    outcome: str = ""
    complication: str = ""
    note: str = ""


def record_procedure(*, by: Principal, patient: Patient, said: Operation) -> Procedure:
    """Record what was done to the patient, or that it was not done.

    Raises:
        NotAllowed, NotFound: as for ``charting.create``.
        Invalid: no name, a date to come or before birth, "not done" without a reason.
    """
    row = Procedure(patient=patient, recorder=author_reference(by))
    _say(row, by, said)
    return create(row, by=by, action="record-procedure")


def edit(*, by: Principal, procedure: Procedure, said: Operation, expected: int) -> Procedure:
    """Correct what was said of a procedure.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        ProcedureTakenBack: it was entered in error.
        Invalid: as for ``record_procedure``.
    """
    if procedure.status == ENTERED_IN_ERROR:
        raise ProcedureTakenBack
    _say(procedure, by, said)
    return update(procedure, by=by, expected=expected)


def _say(row: Procedure, by: Principal, said: Operation) -> None:
    named(said.code, "Procedure.code", _("Procedure"))
    in_life(row.patient, said.performed, "Procedure.performed", _("When"))
    if said.status == NOT_DONE and not said.status_reason.strip():
        raise Invalid(_("Reason: say why it was not done."), expression="Procedure.status_reason")
    set_coded(row, "code", said.code)
    set_coded(row, "status_reason", Coded(text=said.status_reason.strip()))
    set_coded(row, "outcome", Coded(text=said.outcome.strip()))
    set_span(row, "performed", said.performed)
    row.status = said.status
    _categorise(row, surgical=said.surgical)
    _details(row, said)
    comment(row, by, said.note)


def is_surgical(row: Procedure) -> bool:
    """Surgery by category, or by its name where nobody gave a category."""
    if row.category_code or row.category_text:
        return row.category_code == SURGICAL
    return bool(re.search(SURGICAL_WORDS, f"{row.code_text} {row.code_display}", re.IGNORECASE))


def _categorise(row: Procedure, *, surgical: bool) -> None:
    """Surgery by its SNOMED category; another category stays as it is."""
    if surgical:
        set_coded(row, "category", SURGERY)
    elif row.category_code == SURGICAL:
        set_coded(row, "category", NOT_SAID)


def _details(row: Procedure, said: Operation) -> None:
    sites, wrong = row.body_sites or [], row.complications or []
    row.body_sites = kept(sites, all_words(sites), said.body_site, texts(said.body_site))
    row.complications = kept(wrong, all_words(wrong), said.complication, texts(said.complication))
    team = row.performers or []
    row.performers = kept(team, performers_named(team), said.performer, actors(said.performer))
    place = row.location or {}
    row.location = kept(place, place.get("display", ""), said.place, displayed(said.place))


def actors(words: str) -> list[dict[str, Any]]:
    """A performer who is words only; empty without words."""
    return [{"actor": displayed(words)}] if words.strip() else []


def displayed(words: str) -> dict[str, str]:
    """A reference that is words only."""
    return {"display": words.strip()} if words.strip() else {}
