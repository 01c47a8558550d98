"""Writing the audit trail; nothing here can be changed or deleted afterwards."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import AuditEvent
from fhir.codec import dumps
from fhir.models import Record
from fhir.principal import Principal

# Looks are many: one statement, which is its own transaction and sets what counts at its end.
LOOK = """
WITH hurried AS (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO accounts_auditevent
  (id, at, action, outcome, principal, patient_id, entities, detail)
SELECT %s::uuid, %s::timestamptz, %s, %s, %s, %s::uuid, %s::jsonb, %s::jsonb FROM hurried
"""


def record(
    by: Principal,
    action: str,
    entity: Record | None = None,
    *,
    outcome: str = "success",
    patient_id: UUID | None = None,
    entities: Iterable[str] = (),
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Note what ``by`` did, in the transaction of the act itself.

    Args:
        by: Who.
        action: What, as "create", "read", "attach", …
        entity: The record touched, if it is one.
        outcome: "success", "refused" or "failed".
        patient_id: Whom it concerns, when ``entity`` does not say.
        entities: FHIR references, when there are many.
        detail: More, without clinical content.
    """
    names = [entity.reference] if entity is not None else list(entities)
    about = entity.about if entity is not None and patient_id is None else patient_id
    return AuditEvent.objects.create(
        action=action,
        outcome=outcome,
        principal=by.label,
        patient_id=about,
        entities=names,
        detail=detail or {},
    )


def record_access(
    *,
    by: Principal,
    action: str,
    entities: Iterable[str] = (),
    patient_id: UUID | None = None,
    outcome: str = "success",
    detail: dict[str, Any] | None = None,
) -> None:
    """Note a look; its commit does not wait for the disk (at most 0.6 s are at risk).

    Also the FHIR engine's ``record_access`` port.
    """
    if connection.in_atomic_block:  # inside an act: its commit is durable, and so is this
        record(
            by,
            action,
            outcome=outcome,
            patient_id=patient_id,
            entities=entities,
            detail=detail,
        )
        return
    noted = AuditEvent(action=action, outcome=outcome, principal=by.label, patient_id=patient_id)
    said = (dumps(list(entities)).decode(), dumps(detail or {}).decode())
    row = (
        str(noted.pk),
        noted.at,
        action,
        outcome,
        by.label,
        patient_id and str(patient_id),
        *said,
    )
    with connection.cursor() as cursor:
        cursor.execute(LOOK, row)
