"""What others wrote into a chart since somebody last looked."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from fhir.principal import Principal
from patients.models import Patient

# A look within this time belongs to the look that goes on now.
SAME_LOOK = timedelta(minutes=30)
COUNTED_AT_MOST = 99

_LAST_LOOKS = """
SELECT p.id, l.at
FROM unnest(%(patients)s::uuid[]) AS p(id)
LEFT JOIN LATERAL (
    SELECT a.at FROM accounts_auditevent a
    WHERE a.patient_id = p.id AND a.principal = %(who)s AND a.action = 'read' AND a.at < %(now)s
    ORDER BY a.at DESC LIMIT 1
) l ON true
"""

# Records, not versions: a device that writes one record a hundred times is one piece of news.
_COUNTS = f"""
WITH looks AS ({_LAST_LOOKS})
SELECT looks.id, looks.at, (
    SELECT count(DISTINCT n.record_id) FROM (
        SELECT c.record_id FROM fhir_change c
        WHERE c.patient_id = looks.id AND c.at > looks.at AND c.principal <> %(who)s
        LIMIT 1000
    ) n
) FROM looks
"""  # noqa: S608  only this module's own text

_KINDS = f"""
WITH looks AS ({_LAST_LOOKS})
SELECT looks.at, n.* FROM looks LEFT JOIN LATERAL (
    SELECT c.type, o.categories, c.record_id
    FROM fhir_change c LEFT JOIN patients_observation o ON o.id = c.record_id
    WHERE c.patient_id = looks.id AND c.at > looks.at AND c.principal <> %(who)s
    LIMIT 1000
) n ON true
"""  # noqa: S608  only this module's own text


@dataclass(frozen=True)
class News:
    """What is new in one chart.

    Attributes:
        since: When the person last looked; None: never.
        count: Records that others wrote since then.
        kinds: The same by FHIR type, Observations by category.
    """

    since: datetime | None
    count: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


def news_of(patient_ids: list[UUID], by: Principal) -> dict[UUID, News]:
    """How much is new in each chart, by one statement."""
    asked: dict[str, Any] = {"patients": patient_ids, "who": by.label, "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, asked)
        return {key: News(at, count) for key, at, count in cursor.fetchall()}


def news(patient: Patient, by: Principal) -> News:
    """What is new in one chart, by kind; the look that goes on now does not count."""
    before = timezone.now() - SAME_LOOK
    with connection.cursor() as cursor:
        cursor.execute(_KINDS, {"patients": [patient.id], "who": by.label, "now": before})
        rows = cursor.fetchall()
    written = {key: kind(type_, categories) for _, type_, categories, key in rows if key}
    return News(rows[0][0], len(written), Counter(written.values()))


def kind(type_: str, categories: list[str] | None) -> str:
    """FHIR type; an Observation is its category.

    >>> kind("Observation", ["laboratory"]), kind("Condition", None)
    ('laboratory', 'Condition')
    """
    return categories[0] if type_ == "Observation" and categories else type_
