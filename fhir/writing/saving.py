"""Rows from resources, table by table, so that what others point to is there first."""

from collections import defaultdict
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from fhir.errors import Refusal
from fhir.known import Known
from fhir.models import Record, StoredResource
from fhir.models.record import new_id
from fhir.ports import port
from fhir.principal import Principal
from fhir.search import values
from fhir.search.values import values_of
from fhir.writing import rows
from fhir.writing.complaints import told
from fhir.writing.drafts import Draft, Refuse, each
from fhir.writing.intents import Intent

STORED_LAST = 99
_depths: dict[type[Any], int] = {}


def save(drafts: list[Draft], known: Known, by: Principal, refuse: Refuse) -> list[Draft]:
    """Insert what is new, update what is not; returns what was saved."""
    levels: dict[int, list[Draft]] = defaultdict(list)
    for draft in drafts:
        levels[depth(draft.rules.model)].append(draft)
        if draft.old is None:
            # Keys are given before anything is read, so references may be in any order.
            known.found[draft.key] = new_id() if draft.intent.id else UUID(draft.key[1])

    def leave_out(intent: Intent, refusal: Refusal) -> None:
        refuse(intent, refusal)
        known.found.pop((intent.type, intent.id), None)

    saved: list[Draft] = []
    now = timezone.now()
    for level in sorted(levels):
        ready = each(levels[level], partial(_read, known=known, now=now), leave_out)
        ready = permitted(ready, by, leave_out)
        # In one order for all, so that no two writers of the same ids wait for each other.
        saved += _save(sorted(ready, key=lambda draft: draft.key), leave_out)
    return saved


def permitted(drafts: list[Draft], by: Principal, refuse: Refuse) -> list[Draft]:
    """The drafts whose rows ``by`` may write; one at fault is named."""

    def step(draft: Draft) -> None:
        port("writable")([draft.record or draft.old], by)

    try:
        port("writable")([draft.record or draft.old for draft in drafts], by)
    except Refusal:
        return each(drafts, step, refuse)
    return drafts


def depth(model: type[Any]) -> int:
    """How many tables of records must be filled before this one."""
    if model not in _depths:
        _depths[model] = (
            STORED_LAST
            if model is StoredResource
            else 1 + max(map(depth, targets(model)), default=0)
        )
    return _depths[model]


def targets(model: type[Any]) -> set[type[Any]]:
    """The tables of records that this one points to."""
    keys = (f for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey))
    return {
        key.related_model
        for key in keys
        if isinstance(key.related_model, type)
        and issubclass(key.related_model, Record)
        and key.related_model is not model
    }


def _read(draft: Draft, known: Known, now: datetime) -> None:
    record = draft.old
    if record is None:
        kind, fhir_id = draft.key
        model = draft.rules.model
        record = rows.blank(
            model,
            id=known.found[draft.key],
            fhir_id=fhir_id,
            version=draft.former,
            created_at=now,
            **({"type": kind} if model is StoredResource else {}),
        )
    draft.rules.read(draft.resource, known, into=record)
    record.version += 1
    record.updated_at = now
    draft.rules.check(record)
    draft.record, draft.values = record, values_of(draft.resource)
    record.search_tokens = draft.values.tokens


def index(drafts: list[Draft]) -> None:
    """Write what saved records can be found by; mostly that is what it was before."""
    found = [(draft, draft.record, draft.values) for draft in drafts if draft.values is not None]
    values.write([(record, each) for d, record, each in found if d.before is None], replace=False)
    changed = [
        (record, each)
        for draft, record, each in found
        if draft.before is not None and each.rows != values_of(draft.before).rows
    ]
    if changed:
        values.write(changed, replace=True)


def _save(drafts: list[Draft], refuse: Refuse) -> list[Draft]:
    """All at once; where the database refuses, one by one, so that the one at fault is named."""
    if not drafts:
        return []
    alone = drafts[0].key[0] if len(drafts) == 1 else ""
    try:
        with told(alone), transaction.atomic():
            _put(drafts)
    except Refusal as refusal:
        if not alone:
            return [saved for draft in drafts for saved in _save([draft], refuse)]
        refuse(drafts[0].intent, refusal)
        return []
    for draft in drafts:
        draft.done = "created" if draft.old is None else "updated"
    return drafts


def _put(drafts: list[Draft]) -> None:
    by_type: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_type[draft.key[0]].append(draft)
    for same_type in by_type.values():
        rows.insert(draft.record for draft in same_type if draft.old is None)
        rows.replace([draft.record for draft in same_type if draft.old is not None])
        for draft in same_type:
            draft.record._state.adding = False
            draft.record._state.db = "default"
        same_type[0].rules.link([draft.record for draft in same_type])
