"""What runs in the family, in words."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from patients.chart.choices import choice_words, last_note
from patients.chart.concepts import name_of, noted, words_of
from patients.models import FamilyMemberHistory, Patient
from patients.models.base import ENTERED_IN_ERROR

HEALTH_UNKNOWN = "health-unknown"
PARTIAL = "partial"


@dataclass(frozen=True)
class Relative:
    """One relative as shown.

    Attributes:
        illnesses: Each with the age it began at, and whether it was a cause of death.
        life: That they died, and at what age; empty when nobody said.
        unknown: Nothing could be learned about this relative: not the same as healthy.
        partial: The history is known to be incomplete.
    """

    id: UUID
    version: int
    text: str
    name: str
    illnesses: list[str]
    life: str
    unknown: bool
    unknown_reason: str
    partial: bool
    entered_in_error: bool
    reason: str


def family(patient: Patient) -> list[Relative]:
    """Relatives in the order they were recorded."""
    rows = FamilyMemberHistory.objects.of(patient).standing()
    return [relative(row) for row in rows.order_by("recorded_at", "id")]


def relative(row: FamilyMemberHistory) -> Relative:
    """One relative in words."""
    return Relative(
        id=row.id,
        version=row.version,
        text=noted(name_of(row, "relationship"), row),
        name=row.name,
        illnesses=[illness_words(each) for each in row.conditions or []],
        life=life_words(row),
        unknown=row.status == HEALTH_UNKNOWN,
        unknown_reason=row.absent_reason_text or row.absent_reason_display,
        partial=row.status == PARTIAL,
        entered_in_error=row.status == ENTERED_IN_ERROR,
        reason=last_note(row),
    )


def illness_words(condition: dict[str, Any]) -> str:
    """``Stroke at 61 years, cause of death``."""
    name = words_of(condition.get("code")) or _("not named")
    began = choice_words(condition, "onset")
    outcome = words_of(condition.get("outcome"))
    fatal = _("contributed to death") if condition.get("contributedToDeath") is True else ""
    said = " ".join(filter(None, (name, began)))
    return ", ".join(filter(None, (said, outcome, fatal)))


def life_words(row: FamilyMemberHistory) -> str:
    """That the relative lives or died, as far as it was said."""
    if row.deceased_age_years is not None:
        return _("died at %(age)s years") % {"age": row.deceased_age_years}
    if row.deceased:
        return " ".join(filter(None, (_("died"), choice_words(row.extra or {}, "deceased"))))
    return _("alive") if row.deceased is False else ""
