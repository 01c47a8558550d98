"""Saving a record and its history in one transaction; the only way content is written."""

from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from fhir.errors import NotFound, VersionConflict
from fhir.mapping import Resource, forget_edited
from fhir.models import Change, Record
from fhir.models.change import Op
from fhir.principal import Principal
from fhir.registry import mapping
from fhir.search.indexing import index, lend, rendered
from fhir.search.values import values_of, write
from fhir.us_core import declare

R = TypeVar("R", bound=Record)


@transaction.atomic
def create(record: R, *, by: Principal, origin: str = "") -> R:
    """Insert ``record`` as version 1, with its first Change."""
    bulk_create([record], by=by, origin=origin)
    return record


@transaction.atomic
def bulk_create(
    records: list[Any],
    *,
    by: Principal,
    origin: str = "",
    resources: list[Resource] | None = None,
) -> None:
    """Insert records of one type, each with its first Change, in few statements.

    Args:
        records: Rows that are not there yet.
        by: Who creates them.
        origin: Where they came from.
        resources: The same as FHIR, where they were read from it; else they are rendered.
    """
    if not records:
        return
    for record in records:
        prepare(record)
    ours = resources is None and not origin
    found_by = index(records, declared(records) if ours else resources)
    type(records[0]).objects.bulk_create(records, batch_size=500)
    write(found_by, replace=False)
    mapping(records[0].resource_type).link(records)
    Change.objects.bulk_create(
        [_change(record, Op.CREATE, by, origin, None) for record in records], batch_size=500
    )


def declared(records: list[Any]) -> list[Resource]:
    """Records that the product writes, as FHIR; each says which profile it satisfies."""
    resources = rendered(records)
    for record, resource in zip(records, resources, strict=True):
        record.extra = declare(resource, record.extra)
    return resources


def prepare(record: Record) -> None:
    """Fill the search columns and check the rules of the product."""
    rules = mapping(record.resource_type)
    rules.derive(record)
    rules.check(record)


@transaction.atomic
def update(
    record: R,
    *,
    by: Principal,
    expected: int | None = None,
    origin: str = "",
    edited: bool = True,
) -> R:
    """Save changed columns as the next version.

    Args:
        record: Row with its new values.
        by: Who changes it.
        expected: Version the caller saw; by default the one the record was loaded with.
        origin: Where the change came from.
        edited: Columns were edited by a person or rule: what ``extra`` said of the old values
            goes. False where the whole resource was read anew and ``extra`` with it.

    Raises:
        VersionConflict: somebody else was faster.
        NotFound: the row is gone.
    """
    rules = mapping(record.resource_type)
    old = _locked(record, record.version if expected is None else expected)
    before = rules.render(old)
    prepare(record)
    if edited:
        record.extra = forget_edited(
            record.extra, rules.columns_as_json(old), rules.columns_as_json(record)
        )
    record.version = old.version + 1
    record.updated_at = timezone.now()
    lend(old, record)
    found_by = index([record], declared([record]) if edited else None)
    record.save(force_update=True)
    if found_by[0][1].rows != values_of(before).rows:
        write(found_by, replace=True)
    rules.link([record])
    Change.objects.bulk_create([_change(record, Op.UPDATE, by, origin, before)])
    return record


def _locked(record: Record, expected: int) -> Any:
    rules = mapping(record.resource_type)
    old = rules.queryset().select_for_update(of=("self",)).filter(pk=record.pk).first()
    if old is None:
        raise NotFound
    if old.version != expected:
        raise VersionConflict(
            f"Version {expected} was changed meanwhile; the newest is version {old.version}. "
            "Load it again, look at the difference, then repeat."
        )
    return old


def _change(
    record: Record, op: Op, by: Principal, origin: str, before: dict[str, Any] | None
) -> Change:
    return Change(
        type=record.resource_type,
        fhir_id=record.fhir_id,
        record_id=record.id,
        patient_id=record.about,
        version=record.version,
        op=op,
        at=record.updated_at,
        principal=by.label,
        origin=origin,
        before=before,
    )


def committed_since(seq: int, limit: int = 500) -> list[Change]:
    """The next committed changes after ``seq``; none is ever skipped by a slow transaction."""
    return list(Change.objects.committed().after(seq)[:limit])
