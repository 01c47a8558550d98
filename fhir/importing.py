"""Bringing resources in from files: ids of the source are kept, a second run changes nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import DataError, IntegrityError, connection, models, transaction

from fhir import changes
from fhir.codec import same
from fhir.errors import Invalid, Refusal
from fhir.known import Known
from fhir.mapping import OUR_META, Mapping, Resource
from fhir.models import Record
from fhir.models.record import new_id
from fhir.ports import port
from fhir.principal import Principal
from fhir.registry import mapping
from fhir.validation import validate

URN = ("urn:uuid:", "urn:oid:")
STORED_LAST = 99


@dataclass(frozen=True)
class Refused:
    """An entry that was not taken in, and why."""

    place: str
    element: str
    reason: str


@dataclass
class Outcome:
    """What came of one bundle."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
        )


@dataclass(frozen=True)
class Entry:
    """One resource on its way in: where it stood, what it is, its mapping."""

    place: str
    resource: Resource
    mapping: Mapping

    @property
    def key(self) -> tuple[str, str]:
        """Type and id."""
        return self.resource["resourceType"], self.resource["id"]


@transaction.atomic
def take_in(entries: Iterable[tuple[str, Any, str]], *, by: Principal, origin: str) -> Outcome:
    """Create or update every resource of one bundle, in one transaction.

    Args:
        entries: (place, resource, fullUrl) of each; the place is named in refusals.
        by: Who imports.
        origin: Where it comes from, kept in the history so that sync never sends it back there.

    Returns:
        Counts, and every entry that was refused. The others are in.
    """
    outcome = Outcome()
    accepted = _accepted(entries, outcome)
    known = _known(accepted)
    levels: dict[int, list[Entry]] = defaultdict(list)
    for entry in accepted:
        levels[_depth(entry.mapping.model)].append(entry)
    for level in sorted(levels):
        by_type: dict[str, list[Entry]] = defaultdict(list)
        for entry in levels[level]:
            by_type[entry.mapping.type].append(entry)
        for same_type in by_type.values():
            _save(same_type, known, outcome, by, origin)
    port("record_access")(
        by=by,
        action="import",
        entities=[f"{kind}/{fhir_id}" for kind, fhir_id in (entry.key for entry in accepted)],
        detail={"origin": origin, "refused": len(outcome.refused)},
    )
    return outcome


def _accepted(entries: Iterable[tuple[str, Any, str]], outcome: Outcome) -> list[Entry]:
    """Entries that are FHIR and can be recognised again, their references made local."""
    found: list[Entry] = []
    local: dict[str, str] = {}
    for place, resource, full_url in entries:
        try:
            validate(resource)
            kept = _with_id(resource, full_url)
        except Refusal as refusal:
            outcome.refused.append(Refused(place, refusal.expression, refusal.message))
            continue
        local[full_url] = f"{kept['resourceType']}/{kept['id']}"
        found.append(Entry(place, kept, mapping(kept["resourceType"])))
    local.pop("", None)
    return [entry for entry in found if _localised(entry, local, outcome)]


def _with_id(resource: Resource, full_url: str) -> Resource:
    if resource.get("id"):
        return resource
    if full_url.startswith("urn:uuid:"):
        return resource | {"id": full_url.removeprefix("urn:uuid:")}
    type_ = resource["resourceType"]
    raise Invalid(
        f"{type_}.id is missing. An import needs the source's id to recognise the resource "
        "next time: add one, or a fullUrl that is a urn:uuid.",
        expression=f"{type_}.id",
    )


def _localised(entry: Entry, local: dict[str, str], outcome: Outcome) -> bool:
    missing = rewrite(entry.resource, local)
    if missing:
        reason = f'refers to "{missing}", which this bundle does not hold.'
        outcome.refused.append(Refused(entry.place, f"{entry.mapping.type}.reference", reason))
    return not missing


def rewrite(value: Any, local: dict[str, str]) -> str:
    """Replace bundle-local references in place; returns the first that leads nowhere, or ''."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, dict):
            literal = item.get("reference")
            if isinstance(literal, str) and literal in local:
                item["reference"] = local[literal]
            elif isinstance(literal, str) and literal.startswith(URN):
                return literal
            stack.extend(item.values())
    return ""


def _known(entries: list[Entry]) -> Known:
    """Keys of all rows the entries are or refer to; new ones get theirs now, so cycles are fine."""
    known = Known()
    known.look_up([entry.key for entry in entries])
    known.look_up_references([entry.resource for entry in entries])
    for entry in entries:
        if _native(entry):
            known.found.setdefault(entry.key, new_id())
    return known


def _native(entry: Entry) -> bool:
    return hasattr(entry.mapping.model, "fhir_type")


def _depth(model: type[models.Model]) -> int:
    """How many tables of records must be filled before this one."""
    if not hasattr(model, "fhir_type"):
        return STORED_LAST
    targets = {
        f.related_model
        for f in model._meta.get_fields()
        if isinstance(f, models.ForeignKey) and f.related_model is not model
    }
    below = [t for t in targets if isinstance(t, type) and issubclass(t, Record)]
    return 1 + max((_depth(target) for target in below), default=0)


def _save(entries: list[Entry], known: Known, outcome: Outcome, by: Principal, origin: str) -> None:
    rules = entries[0].mapping
    existing = {
        record.fhir_id: record
        for record in rules.queryset().filter(fhir_id__in=[entry.key[1] for entry in entries])
    }
    fresh: dict[str, tuple[Entry, Record]] = {}
    for entry in entries:
        old = existing.get(entry.key[1])
        if entry.key[1] in fresh:
            _refuse(outcome, entry, "the same id stands twice in this bundle.")
        elif old is None:
            fresh[entry.key[1]] = entry, _read(entry, known)
        else:
            _update(entry, old, known, outcome, by, origin)
    _create(list(fresh.values()), known, outcome, by, origin)


def _read(entry: Entry, known: Known) -> Record:
    record: Record = entry.mapping.read(entry.resource, known)
    record.id = known.found.get(entry.key, record.id)
    return record


def _refuse(outcome: Outcome, entry: Entry, reason: str, element: str = "") -> None:
    outcome.refused.append(Refused(entry.place, element or entry.mapping.type, reason))


def _update(
    entry: Entry, old: Record, known: Known, outcome: Outcome, by: Principal, origin: str
) -> None:
    if same(_content(entry.mapping.render(old)), _content(entry.resource)):
        outcome.unchanged += 1
        return

    def save() -> None:
        entry.mapping.read(entry.resource, known, into=old)
        changes.update(old, by=by, origin=origin, edited=False)

    if _attempt(save, entry, outcome):
        outcome.updated += 1


def _content(resource: Resource) -> Resource:
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in OUR_META}
    body = {name: value for name, value in resource.items() if name != "meta"}
    return body | ({"meta": meta} if meta else {})


def _create(
    pairs: list[tuple[Entry, Record]],
    known: Known,
    outcome: Outcome,
    by: Principal,
    origin: str,
) -> None:
    """All at once; if one of them is refused, one by one, so that only it stays out."""
    try:
        with transaction.atomic():
            changes.bulk_create([record for _, record in pairs], by=by, origin=origin)
            _check_constraints()
        outcome.created += len(pairs)
    except (Refusal, IntegrityError, DataError):
        for entry, record in pairs:
            if _attempt(lambda r=record: _create_one(r, by, origin), entry, outcome):  # type: ignore[misc]
                outcome.created += 1
            else:
                known.found.pop(entry.key, None)


def _create_one(record: Record, by: Principal, origin: str) -> None:
    changes.create(record, by=by, origin=origin)
    _check_constraints()


def _check_constraints() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _attempt(save: Callable[[], None], entry: Entry, outcome: Outcome) -> bool:
    try:
        with transaction.atomic():
            save()
    except Refusal as refusal:
        _refuse(outcome, entry, refusal.message, refusal.expression)
        return False
    except (IntegrityError, DataError) as error:
        _refuse(outcome, entry, f"the database refuses it: {str(error).splitlines()[0][:200]}")
        return False
    return True
