"""Records and what they are found by: rendered once, with one query for what they point to."""

from collections.abc import Sequence
from typing import Any

from fhir.mapping import Resource
from fhir.models import Record
from fhir.registry import mapping
from fhir.search.values import Values, values_of


def index(
    records: Sequence[Any], resources: Sequence[Resource] | None = None
) -> list[tuple[Record, Values]]:
    """Set the ``search_tokens`` of records of one type; the rest is for ``values.write``.

    Args:
        records: Rows as they are about to be saved.
        resources: The same as FHIR, where that is at hand; by default they are rendered.
    """
    whole = rendered(records) if resources is None else resources
    pairs = [(record, values_of(each)) for record, each in zip(records, whole, strict=True)]
    for record, values in pairs:
        record.search_tokens = values.tokens
    return pairs


def rendered(records: Sequence[Any]) -> list[Resource]:
    """The resources of records of one type; what they point to is loaded together."""
    if not records:
        return []
    rules = mapping(records[0].resource_type)
    for name in rules.joins:
        _load(records, name)
    return [rules.render(record) for record in records]


def _load(records: Sequence[Any], name: str) -> None:
    """Load the rows behind the foreign key ``name`` of all records that lack theirs."""
    field = records[0]._meta.get_field(name)
    lacking = [
        record
        for record in records
        if getattr(record, field.attname) is not None and not field.is_cached(record)
    ]
    keys = {getattr(record, field.attname) for record in lacking}
    rows = field.related_model._base_manager.in_bulk(keys) if keys else {}
    for record in lacking:
        row = rows.get(getattr(record, field.attname))
        if row is not None:
            field.set_cached_value(record, row)


def lend(old: Any, record: Any) -> None:
    """Let ``record`` have the rows that ``old`` points to, where it points to the same."""
    for name in mapping(record.resource_type).joins:
        field = record._meta.get_field(name)
        same = getattr(old, field.attname) == getattr(record, field.attname)
        if same and field.is_cached(old) and not field.is_cached(record):
            field.set_cached_value(record, field.get_cached_value(old))
