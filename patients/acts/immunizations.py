"""Vaccines: recorded as given or as not given, and edited."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts.charting import author, create, update
from patients.acts.history import (
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
from patients.acts.procedures import actors, displayed
from patients.chart.concepts import all_words
from patients.chart.people import performers_named
from patients.models import Immunization, Patient
from patients.models.base import ENTERED_IN_ERROR
from patients.terminology.coded import Coded

NOT_DONE = "not-done"


class VaccineTakenBack(Refusal):
    """It was entered in error and can no longer be changed. Record it anew if it is true."""

    status = 409
    code = "taken-back"
    issue = "conflict"


@dataclass(frozen=True)
class Vaccination:
    """What a clinician says of a vaccine.

    Attributes:
        vaccine: Which one.
        given: When, as much as is known; for "not given": when that was decided.
        status: ``completed`` or ``not-done``.
        status_reason: Why it was not given.
        seen_here: Given or seen by whoever records it; otherwise reported to them.
        lot_number: As printed on the vial.
        manufacturer: In words.
        site: Where on the body, in words.
        dose_number: Which dose of its series; None when not known.
        performer: By whom, in words.
        subpotent: The dose does not count as a full one.
        subpotent_reason: Why it does not.
        note: Added to the notes with name and time.
    """

    vaccine: Coded
    given: Span = UNKNOWN
    status: str = "completed"
    status_reason: str = ""
    seen_here: bool = True
    lot_number: str = ""
    manufacturer: str = ""
    site: str = ""
    dose_number: int | None = None
    performer: str = ""
    subpotent: bool = False
    subpotent_reason: str = ""
    note: str = ""


def record_vaccine(*, by: Principal, patient: Patient, said: Vaccination) -> Immunization:
    """Record a vaccine as given, or as not given and why.

    Raises:
        NotAllowed, NotFound: as for ``charting.create``.
        Invalid: no vaccine, no date, a date to come or before birth, "not given" without reason.
    """
    row = Immunization(patient=patient, recorded_at=timezone.now())
    _say(row, by, said)
    if not row.performers and said.seen_here and said.status != NOT_DONE:
        row.performers = [{"actor": author(by)}]
    return create(row, by=by, action="record-vaccine")


def edit(*, by: Principal, vaccine: Immunization, said: Vaccination, expected: int) -> Immunization:
    """Correct what was said of a vaccine.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        VaccineTakenBack: it was entered in error.
        Invalid: as for ``record_vaccine``.
    """
    if vaccine.status == ENTERED_IN_ERROR:
        raise VaccineTakenBack
    _say(vaccine, by, said)
    return update(vaccine, by=by, expected=expected)


def _say(row: Immunization, by: Principal, said: Vaccination) -> None:
    _check(row, said)
    row.status = said.status
    row.primary_source = said.seen_here
    set_coded(row, "vaccine", said.vaccine)
    set_coded(row, "status_reason", Coded(text=said.status_reason.strip()))
    set_coded(row, "site", Coded(text=said.site.strip()))
    if said.given != UNKNOWN:
        set_span(row, "occurrence", said.given)
        row.occurrence_text = ""
    row.lot_number = said.lot_number.strip()
    _details(row, said)
    comment(row, by, said.note)


def _check(row: Immunization, said: Vaccination) -> None:
    named(said.vaccine, "Immunization.vaccine", _("Vaccine"))
    if said.given == UNKNOWN and not row.occurrence_text:
        raise Invalid(
            _("Date: enter when, as much as is known; a year is enough."),
            expression="Immunization.given",
        )
    in_life(row.patient, said.given, "Immunization.given", _("Date"))
    if said.status == NOT_DONE and not said.status_reason.strip():
        raise Invalid(
            _("Reason: say why it was not given."), expression="Immunization.status_reason"
        )


def _details(row: Immunization, said: Vaccination) -> None:
    maker, team = row.manufacturer or {}, row.performers or []
    row.manufacturer = kept(
        maker, maker.get("display", ""), said.manufacturer, displayed(said.manufacturer)
    )
    row.performers = kept(team, performers_named(team), said.performer, actors(said.performer))
    # "No" and "not said" are the same in the form: what was sent stays.
    if said.subpotent or row.is_subpotent:
        row.is_subpotent = said.subpotent
    why = row.subpotent_reasons or []
    row.subpotent_reasons = kept(
        why, all_words(why), said.subpotent_reason, texts(said.subpotent_reason)
    )
    if said.dose_number != dose_number(row):
        row.protocols = _protocols(row.protocols or [], said.dose_number)


def dose_number(row: Immunization) -> int | None:
    """Which dose of its series it was, where that is a number."""
    first: dict[str, Any] = (row.protocols or [{}])[0]
    number = first.get("doseNumberPositiveInt")
    return number if isinstance(number, int) else None


def _protocols(before: list[dict[str, Any]], number: int | None) -> list[dict[str, Any]]:
    """The dose number of the first protocol; without one FHIR knows no protocol."""
    if number is None:
        return before[1:]
    first = {name: value for name, value in (before or [{}])[0].items() if "doseNumber" not in name}
    return [first | {"doseNumberPositiveInt": number}, *before[1:]]
