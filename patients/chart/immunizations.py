"""Vaccines in words."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from patients.chart.choices import last_note
from patients.chart.concepts import all_words, moment_words, name_of, noted
from patients.chart.people import names_of, performer_words, with_names
from patients.models import Immunization, Patient
from patients.models.base import ENTERED_IN_ERROR

NOT_DONE = "not-done"


@dataclass(frozen=True)
class Vaccine:
    """One vaccine as shown.

    Attributes:
        not_given: It was not given, for ``status_reason``.
        subpotent: The dose does not count as a full one, for ``subpotent_reason``.
        reported: Whoever recorded it did not see it given.
        dose: ``dose 2`` and its series, as far as they were sent.
    """

    id: UUID
    version: int
    text: str
    code: str
    uncoded: bool
    status: str
    not_given: bool
    status_reason: str
    when_text: str
    at: datetime | None
    dose: str
    lot_number: str
    manufacturer: str
    expired_on: date | None
    site: str
    by: str
    reported: bool
    subpotent: bool
    subpotent_reason: str
    entered_in_error: bool
    reason: str


def immunizations(patient: Patient, limit: int | None = None) -> list[Vaccine]:
    """Vaccines given and not given, the newest first."""
    rows = Immunization.objects.of(patient).standing()
    return vaccines(list(rows.order_by("-occurrence_start", "-id")[:limit]))


def vaccines(rows: list[Immunization]) -> list[Vaccine]:
    """Vaccines in words; their givers' names come by one query."""
    words = [performer_words(row.performers) for row in rows]
    names = names_of(part for each in words for part in each.split(", "))
    return [vaccine(row, with_names(said, names)) for row, said in zip(rows, words, strict=True)]


def vaccine(row: Immunization, by: str) -> Vaccine:
    """One vaccine in words; ``by`` names who gave it."""
    return Vaccine(
        id=row.id,
        version=row.version,
        text=noted(name_of(row, "vaccine"), row),
        code=row.vaccine_code,
        uncoded=not row.vaccine_code,
        status=row.status or "unknown",
        not_given=row.status == NOT_DONE,
        status_reason=row.status_reason_text or row.status_reason_display,
        when_text=moment_words(row.occurrence_start, row.occurrence_end) or row.occurrence_text,
        at=row.occurrence_start,
        dose=dose_words(row),
        lot_number=row.lot_number,
        manufacturer=str((row.manufacturer or {}).get("display", "")),
        expired_on=_expired(row),
        site=row.site_text or row.site_display,
        by=by,
        reported=row.primary_source is False,
        subpotent=row.is_subpotent is True,
        subpotent_reason=all_words(row.subpotent_reasons),
        entered_in_error=row.status == ENTERED_IN_ERROR,
        reason=last_note(row),
    )


def dose_words(row: Immunization) -> str:
    """``2 of 3, Primary``: dose, doses of the series, and the series' name, as far as sent."""
    said = []
    for protocol in row.protocols or []:
        number = protocol.get("doseNumberPositiveInt") or protocol.get("doseNumberString") or ""
        of = protocol.get("seriesDosesPositiveInt") or protocol.get("seriesDosesString") or ""
        dose = f"{number} of {of}" if number and of else str(number)
        said.append(", ".join(filter(None, (dose, str(protocol.get("series", ""))))))
    return "; ".join(filter(None, said))


def _expired(row: Immunization) -> date | None:
    """The day the vial expired, when that was before the vaccine was given."""
    given, expiry = row.occurrence_start, row.expiry_high
    late = given is not None and expiry is not None and expiry < given.date()
    return expiry if late else None
