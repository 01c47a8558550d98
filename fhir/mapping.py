"""How one FHIR type and one table stand for each other, declared element by element.

Nothing is lost by construction: reading fills the columns, renders them again, and keeps in
``extra`` whatever the rendering did not give back. A mapping is therefore free to understand as
little of a type as the product needs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from django.db.models import QuerySet

from fhir.codec import same
from fhir.models import Record
from fhir.search.columns import Parameter

Resource: TypeAlias = dict[str, Any]
Columns: TypeAlias = dict[str, Any]
Model: TypeAlias = type[Any]

IDENTITY = ("resourceType", "id", "meta")


class Resolver(Protocol):
    """Finds the row behind a FHIR reference."""

    def resolve(self, reference: str, target: str) -> UUID | None:
        """Primary key of ``target`` type's row, None where it is not here."""
        ...


@dataclass(frozen=True)
class Element:
    """One element: how its JSON fills columns, and how the columns give JSON again.

    Attributes:
        name: Element as the specification calls it, e.g. ``effective[x]``.
        columns: Columns it fills.
        read: From the whole resource to column values.
        render: From the record to the JSON members of this element.
    """

    name: str
    columns: tuple[str, ...]
    read: Callable[[Resource, Resolver], Columns]
    render: Callable[[Any], Resource]


@dataclass(frozen=True)
class Mapping:
    """A FHIR type, its table, its elements and its search parameters.

    Attributes:
        type: FHIR resource type.
        model: Record subclass that holds it.
        elements: What columns understand.
        search: Parameters beyond those that every type has.
        joins: Foreign keys that rendering follows.
        derive: Fills search columns (words, tokens) from the others before each save.
        check: Raises Invalid where the columns would break a rule of the product.
        link: Brings rows that follow from saved records (members, links) up to date.
    """

    type: str
    model: Model
    elements: tuple[Element, ...]
    search: tuple[Parameter, ...] = ()
    joins: tuple[str, ...] = ()
    derive: Callable[[Any], None] = field(default=lambda _: None)
    check: Callable[[Any], None] = field(default=lambda _: None)
    link: Callable[[list[Any]], None] = field(default=lambda _: None)

    def queryset(self) -> QuerySet[Any]:
        """Rows with everything that rendering needs."""
        rows: QuerySet[Any] = self.model.objects.select_related(*self.joins)
        return rows

    def with_id(self, rows: QuerySet[Any], fhir_id: str) -> QuerySet[Any]:
        """The row of this id."""
        return rows.filter(fhir_id=fhir_id)

    def read(self, resource: Resource, resolver: Resolver, into: Any | None = None) -> Any:
        """A record (not saved) that holds all of ``resource``.

        Args:
            resource: Parsed JSON.
            resolver: Finds rows that references name.
            into: The record to replace the content of; a new one by default.
        """
        record = into if into is not None else self.model()
        for element in self.elements:
            for column, value in element.read(resource, resolver).items():
                setattr(record, column, value)
        read_identity(record, resource, keep_id=into is not None)
        self.derive(record)
        record.extra = remainder(resource, self.columns_as_json(record))
        return record

    def columns_as_json(self, record: Any) -> Resource:
        """What the columns alone render to."""
        rendered: Resource = {}
        for element in self.elements:
            rendered.update(element.render(record))
        return rendered

    def render(self, record: Any) -> Resource:
        """The whole resource, as it came in, with our version and time in ``meta``."""
        return with_identity(record, merged(self.columns_as_json(record), record.extra))


def remainder(resource: Resource, rendered: Resource) -> Resource:
    """The members that ``rendered`` lacks or spells differently; None for what it adds."""
    rest = {
        name: value
        for name, value in resource.items()
        if name not in IDENTITY and (name not in rendered or not same(rendered[name], value))
    }
    rest.update({name: None for name in rendered if name not in resource})
    kept = {k: v for k, v in resource.get("meta", {}).items() if k not in OUR_META}
    return rest | ({"meta": kept} if kept else {})


OUR_META = ("versionId", "lastUpdated")


def merged(rendered: Resource, extra: Resource) -> Resource:
    """Columns and remainder as one resource body."""
    both = rendered | extra
    return {name: value for name, value in both.items() if value is not None and name != "meta"}


def read_identity(record: Record, resource: Resource, *, keep_id: bool) -> None:
    """Take id, source and security labels from ``resource``; version and time are ours."""
    if not keep_id and resource.get("id"):
        record.fhir_id = resource["id"]
    meta = resource.get("meta", {})
    record.source = meta.get("source", "")[:1000]
    record.security = [
        f"{label.get('system', '')}|{label.get('code', '')}" for label in meta.get("security", [])
    ]


def with_identity(record: Record, body: Resource) -> Resource:
    """``body`` as a resource: type, id and meta first."""
    kept = (record.extra or {}).get("meta") or {}
    ours = {
        "versionId": str(record.version),
        "lastUpdated": record.updated_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if record.source and "source" not in kept:
        ours["source"] = record.source
    return {
        "resourceType": record.resource_type,
        "id": record.fhir_id,
        "meta": ours | {k: v for k, v in kept.items() if k not in OUR_META},
    } | body


def forget_edited(extra: Resource, before: Resource, after: Resource) -> Resource:
    """``extra`` after an edit of columns: what belonged to the old values goes.

    Args:
        extra: Remainder of the old version.
        before: Old columns as JSON.
        after: New columns as JSON.

    Returns:
        The remainder without the elements that changed, their primitive extensions and the
        narrative that described them. The old version, in history, keeps them.
    """
    changed = {
        name
        for name in before.keys() | after.keys()
        if name not in before or name not in after or not same(before[name], after[name])
    }
    if not changed:
        return extra
    gone = changed | {f"_{name}" for name in changed} | {"text"}
    return {name: value for name, value in extra.items() if name not in gone}
