"""Operations and other procedures in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fhir.together import Loading
from patients.chart.choices import last_note, span_or_words
from patients.chart.concepts import all_words, name_of, noted
from patients.chart.people import names, names_of, performer_words, practitioners, with_names
from patients.models import Patient, Procedure
from patients.models.base import ENTERED_IN_ERROR
from patients.models.procedure import NOT_DONE

MAJOR_SHOWN = 4


@dataclass(frozen=True)
class Operation:
    """One procedure as shown.

    Attributes:
        not_done: It was planned and not done: said loudly, with ``status_reason``.
        when_text: As precise as it was recorded; empty where nobody said.
    """

    id: UUID
    version: int
    text: str
    code: str
    uncoded: bool
    status: str
    not_done: bool
    status_reason: str
    when_text: str
    at: datetime | None
    place: str
    by: str
    body_site: str
    outcome: str
    complications: str
    entered_in_error: bool
    reason: str


def major_operations(patient: Patient) -> Loading[dict[str, Any]]:
    """Surgery that was done, or that is said not to have been done, the newest first."""
    surgery = Procedure.objects.of(patient).standing().operations()
    rows = (yield {"rows": surgery.order_by("-performed_start", "-id")[:MAJOR_SHOWN]})["rows"]
    words = [performer_words(row.performers) for row in rows]
    known = yield {"people": practitioners(part for each in words for part in each.split(", "))}
    named = names(known["people"])
    return {
        "operations": [
            operation(row, with_names(said, named)) for row, said in zip(rows, words, strict=True)
        ]
    }


def operations(rows: list[Procedure]) -> list[Operation]:
    """Procedures in words; their performers' names come by one query."""
    words = [performer_words(row.performers) for row in rows]
    names = names_of(part for each in words for part in each.split(", "))
    return [operation(row, with_names(said, names)) for row, said in zip(rows, words, strict=True)]


def operation(row: Procedure, by: str) -> Operation:
    """One procedure in words; ``by`` names who did it."""
    return Operation(
        id=row.id,
        version=row.version,
        text=noted(name_of(row, "code"), row),
        code=row.code_code,
        uncoded=not row.code_code,
        status=row.status or "unknown",
        not_done=row.status == NOT_DONE,
        status_reason=row.status_reason_text or row.status_reason_display,
        when_text=span_or_words(row, "performed"),
        at=row.performed_start,
        place=str((row.location or {}).get("display", "")),
        by=by,
        body_site=all_words(row.body_sites),
        outcome=row.outcome_text or row.outcome_display,
        complications=all_words(row.complications),
        entered_in_error=row.status == ENTERED_IN_ERROR,
        reason=last_note(row),
    )
