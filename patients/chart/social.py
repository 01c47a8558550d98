"""Social history in words: the newest answer to each question, and when it was given."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from patients.acts.social import OF_CODE, QUESTIONS, SOCIAL_HISTORY, answer_words
from patients.chart.choices import last_note
from patients.chart.concepts import name_of, noted
from patients.chart.people import names_of
from patients.models import Observation, Patient
from patients.models.base import ENTERED_IN_ERROR

# Some senders file smoking under "survey": it is found by its code all the same.
SOCIAL = Q(categories__contains=[SOCIAL_HISTORY]) | Q(code_code__in=list(OF_CODE))


@dataclass(frozen=True)
class Fact:
    """One answer as shown.

    Attributes:
        question: What was asked, in the words of a clinic where it is a known question.
        answer: What was said; "no answer" where nothing was sent.
        at: The day it speaks of.
    """

    id: UUID
    version: int
    question: str
    answer: str
    at: datetime | None
    status: str
    by: str
    entered_in_error: bool
    reason: str


def social(patient: Patient) -> list[Fact]:
    """The newest answer to each question; the known questions first."""
    rows = Observation.objects.of(patient).standing().filter(SOCIAL).newest_of_each()
    order = list(OF_CODE)
    found = sorted(
        facts(list(rows)),
        key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order),
    )
    return [fact for _code, fact in found]


def facts(rows: list[Observation]) -> list[tuple[str, Fact]]:
    """Answers in words, each with the code of its question; names come by one query."""
    names = names_of(actor.get("reference") or "" for row in rows for actor in row.performers or [])
    return [(row.code_code, _fact(row, names)) for row in rows]


def _fact(row: Observation, names: dict[str, str]) -> Fact:
    known = QUESTIONS.get(OF_CODE.get(row.code_code, ""))
    question = str(known.label) if known else name_of(row, "code")
    by = [
        actor.get("display") or names.get(actor.get("reference") or "", "")
        for actor in row.performers or []
    ]
    return Fact(
        id=row.id,
        version=row.version,
        question=noted(question, row),
        answer=answer_words(row) or "no answer",
        at=row.effective_start,
        status=row.status or "unknown",
        by=", ".join(filter(None, by)),
        entered_in_error=row.status == ENTERED_IN_ERROR,
        reason=last_note(row),
    )
