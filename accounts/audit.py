"""Writing the audit trail; nothing here can be changed or deleted afterwards."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signals import setting_changed
from django.db import connection
from django.utils.module_loading import import_string

from accounts.models import AuditEvent
from fhir.codec import dumps
from fhir.models import Record
from fhir.principal import Principal

NOTE = """
INSERT INTO accounts_auditevent
  (id, at, action, outcome, principal, patient_id, entities, detail, network, purpose)
SELECT %(id)s::uuid, %(at)s::timestamptz, %(action)s, %(outcome)s, %(principal)s,
  %(patient)s::uuid, %(entities)s::jsonb, %(detail)s::json, %(network)s, {purpose}
"""
# Looks are many: one statement, which is its own transaction and sets what counts at its end.
HURRIED = "WITH hurried AS (SELECT set_config('synchronous_commit', 'off', true))"
# The address of the request that is being answered, and the patients it noted something about.
_heard_from: ContextVar[str] = ContextVar("heard_from", default="")
_noted: ContextVar[set[UUID] | None] = ContextVar("noted", default=None)


@contextmanager
def heard_from(address: str) -> Iterator[None]:
    """While this lasts, what is noted was asked for from ``address``."""
    before, about = _heard_from.set(address[:45]), _noted.set(set())
    try:
        yield
    finally:
        _heard_from.reset(before)
        _noted.reset(about)


def noted_about() -> frozenset[UUID]:
    """The patients about whom this request has noted something."""
    return frozenset(_noted.get() or ())


def query(words: str) -> str:
    """What somebody searched for, as AuditEvent.entity.query keeps it (Base64)."""
    return b64encode(words.encode()).decode()


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
        action: What, as "create", "read", "attach", … (``accounts.trail.actions``).
        entity: The record touched, if it is one.
        outcome: "success", "refused" or "failed".
        patient_id: Whom it concerns, when ``entity`` does not say.
        entities: FHIR references, when there are many.
        detail: More, without clinical content.
    """
    noted = AuditEvent(
        action=action,
        outcome=outcome,
        principal=by.label,
        patient_id=entity.about if entity is not None and patient_id is None else patient_id,
        entities=[entity.reference] if entity is not None else list(entities),
        detail=detail or {},
        network=_heard_from.get(),
    )
    _insert(noted, by)
    return noted


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
    noted = AuditEvent(
        action=action,
        outcome=outcome,
        principal=by.label,
        patient_id=patient_id,
        entities=list(entities),
        detail=detail or {},
        network=_heard_from.get(),
    )
    # Inside an act its commit is durable, and so is this.
    _insert(noted, by, hurried=not connection.in_atomic_block)


def _insert(noted: AuditEvent, by: Principal, *, hurried: bool = False) -> None:
    about = str(noted.patient_id) if noted.patient_id else None
    row: dict[str, str | datetime | None] = {
        "id": str(noted.pk),
        "at": noted.at,
        "action": noted.action,
        "outcome": noted.outcome,
        "principal": noted.principal,
        "patient": about,
        "entities": dumps(noted.entities).decode(),
        "detail": dumps(noted.detail).decode(),
        "network": noted.network,
        "user": by.id if by.kind == "user" and about else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(hurried=hurried), row)
    about_now = _noted.get()
    if about_now is not None and noted.patient_id is not None:
        about_now.add(noted.patient_id)


@cache
def _statement(*, hurried: bool) -> str:
    """The statement, with what the floor above knows of the purpose (settings)."""
    purpose: str = import_string(settings.AUDIT_PURPOSE_OF_USE)
    note = NOTE.format(purpose=purpose)
    return f"{HURRIED}{note} FROM hurried" if hurried else note


def _forget(*, setting: str, **_: object) -> None:
    if setting == "AUDIT_PURPOSE_OF_USE":
        _statement.cache_clear()


setting_changed.connect(_forget)
