"""Deleting: a tombstone in the history, the row gone, nothing left that points to it."""

from typing import Any, TypeAlias
from uuid import UUID

from django.db import models
from django.db.models import Count, Value

from fhir.errors import StillReferredTo
from fhir.models import Record
from fhir.ports import port
from fhir.principal import Principal
from fhir.search.values import forget
from fhir.writing.complaints import told
from fhir.writing.drafts import Draft, Refuse, each

Relation: TypeAlias = Any  # Django's ForeignObjectRel has no useful types
MOST_NAMED = 5


def remove(drafts: list[Draft], refuse: Refuse) -> list[Draft]:
    """Take rows away with their side rows; whether others still refer to them is asked later."""
    gone = each(drafts, _remove, refuse)
    forget([draft.record.pk for draft in gone])
    return gone


def _remove(draft: Draft) -> None:
    draft.record = record = draft.old
    draft.about_before = record.about
    with told(draft.key[0]):
        for relation in _relations(type(record)):
            if _goes_along(relation):
                _pointing(relation, record.pk).delete()
        type(record)._base_manager.filter(pk=record.pk)._raw_delete("default")
    draft.done = "deleted"


def require_nobody(drafts: list[Draft], by: Principal, refuse: Refuse) -> None:
    """Refuse while rows that will stay refer to one of those that went.

    Foreign keys are checked at the end of a transaction, so what refers to them may go or change
    in the same one.
    """

    def step(draft: Draft) -> None:
        relations = [r for r in _relations(type(draft.old)) if not _goes_along(r)]
        rows = [_pointing(relation, draft.old.pk) for relation in relations]
        if _counted(rows):
            raise StillReferredTo(_who_refers(draft, rows, by), expression=draft.key[0])

    each(drafts, step, refuse)


def _who_refers(draft: Draft, rows: list[Any], by: Principal) -> str:
    """Only what ``by`` may see is named."""
    records = [row for row in rows if issubclass(row.model, Record)]
    seen = _counted([port("visible")(row, by) for row in records])
    named = ", ".join(f"{number} {kind}" for kind, number in sorted(seen.items())[:MOST_NAMED])
    return f"{draft.reference} cannot be deleted while other records refer to it" + (
        f": {named}. Delete or change them first." if named else "."
    )


def _relations(model: type[models.Model]) -> list[Relation]:
    """Foreign keys of any table that point to ``model``."""
    return [
        field
        for field in model._meta.get_fields(include_hidden=True)
        if field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one)
    ]


def _goes_along(relation: Relation) -> bool:
    """Side rows that have no meaning without the record."""
    return relation.on_delete is models.CASCADE and not issubclass(relation.related_model, Record)


def _pointing(relation: Relation, key: UUID) -> Any:
    return relation.related_model._base_manager.filter(**{relation.field.attname: key})


def _counted(rows: list[Any]) -> dict[str, int]:
    """How many rows of each model, in one statement."""
    counts = [
        row.order_by().annotate(_table=Value(row.model.__name__)).values_list("_table", Count("pk"))
        for row in rows
    ]
    if not counts:
        return {}
    found: dict[str, int] = {}
    for table, number in counts[0].union(*counts[1:], all=True) if counts[1:] else counts[0]:
        found[table] = found.get(table, 0) + number
    return {table: number for table, number in found.items() if number}
