"""Vital signs by time: a column for each moment, a row for each sign, the newest first."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet

from patients.chart.concepts import noted, words_of
from patients.chart.readings import CODES, VITALS, Reading, breathed, reading, series
from patients.models import Observation, Patient

ROUNDS = 10
UNDATED = 20
SALT = "vitals-page"
POSITION_EXTENSION = "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition"


@dataclass(frozen=True)
class Cell:
    """One observation in the table: its reading, and how it was measured."""

    reading: Reading
    detail: str
    understood_text: str


@dataclass(frozen=True)
class SignRow:
    """One sign over the moments of the page; ``cells`` is parallel to them."""

    name: str
    cells: list[list[Cell]]
    series: list[float]
    newest_id: UUID


def rounds(patient: Patient, cursor: str = "") -> dict[str, Any]:
    """One page of the table.

    Args:
        patient: Whose.
        cursor: From ``older`` of the page before; empty for the newest page.

    Raises:
        signing.BadSignature: the cursor was not given out here.
    """
    before = datetime.fromisoformat(signing.loads(cursor, salt=SALT)) if cursor else None
    times, more = _times(patient, before)
    rows = _vital_signs(patient).filter(effective_start__in=times)
    undated = [] if cursor else _undated(patient)
    return {
        "times": times,
        "signs": _table(rows.order_by("-effective_start", "-id"), times),
        "older": signing.dumps(times[-1].isoformat(), salt=SALT) if more else "",
        "undated": undated,
    }


def _vital_signs(patient: Patient) -> QuerySet[Observation]:
    return Observation.objects.of(patient).standing().filter(code_code__in=list(CODES))


def _times(patient: Patient, before: datetime | None) -> tuple[list[datetime], bool]:
    """The newest moments at which something was measured, and whether there are older ones.

    One index walk per code, however long the history is. A code that filled its share says
    nothing of what is older than its last row, so no moment before that is shown yet.
    """
    rows = Observation.objects.of(patient).standing().filter(effective_start__isnull=False)
    if before is not None:
        rows = rows.filter(effective_start__lt=before)
    each = [
        rows.filter(code_code=code)
        .order_by("-effective_start", "-id")
        .values_list("code_code", "effective_start")[: ROUNDS + 1]
        for code in CODES
    ]
    found: dict[str, list[datetime]] = defaultdict(list)
    for code, moment in each[0].union(*each[1:], all=True):
        if moment is not None:
            found[code].append(moment)
    cut = [min(moments) for moments in found.values() if len(moments) > ROUNDS]
    horizon = max(cut, default=None)
    distinct = sorted({moment for moments in found.values() for moment in moments}, reverse=True)
    sure = [moment for moment in distinct if horizon is None or moment >= horizon]
    return sure[:ROUNDS], len(sure) > ROUNDS or len(sure) < len(distinct) or bool(cut)


def _table(rows: Iterable[Observation], times: list[datetime]) -> list[SignRow]:
    grouped: dict[str, dict[datetime, list[Observation]]] = {name: {} for name in VITALS}
    for row in rows:
        if row.effective_start is not None:
            here = grouped[CODES[row.code_code]]
            here.setdefault(row.effective_start, []).append(row)
    return [_sign_row(name, found, times) for name, found in grouped.items() if found]


def _sign_row(
    name: str, found: dict[datetime, list[Observation]], times: list[datetime]
) -> SignRow:
    ordered = [row for moment in times for row in found.get(moment, [])]
    return SignRow(
        name=name,
        cells=[[cell(row) for row in found.get(moment, [])] for moment in times],
        series=series([row for row in ordered if not row.is_unconfirmed]),
        newest_id=ordered[0].id,
    )


def _undated(patient: Patient) -> list[tuple[str, Cell]]:
    """What somebody sent without saying when it was measured."""
    rows = _vital_signs(patient).filter(effective_start__isnull=True).order_by("-id")[:UNDATED]
    return [(CODES[row.code_code], cell(row)) for row in rows]


def cell(row: Observation) -> Cell:
    """One observation for the table."""
    return Cell(reading(row), detail_words(row), noted("", row))


def detail_words(row: Observation) -> str:
    """How it was measured: position, place on the body, air or oxygen, and that there is a note."""
    parts = [
        *(words_of(each.get("valueCodeableConcept")) for each in _positions(row)),
        words_of((row.extra or {}).get("bodySite")),
        *breathed(row),
        *(str(note.get("text", "")) for note in row.notes or []),
    ]
    return ", ".join(filter(None, parts))


def _positions(row: Observation) -> list[dict[str, Any]]:
    extensions = (row.extra or {}).get("extension") or []
    return [each for each in extensions if each.get("url") == POSITION_EXTENSION]
