"""An intent on its way into the database: checked for itself, not yet against what is there."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from fhir.errors import Invalid, Refusal
from fhir.known import Key
from fhir.mapping import Mapping, Resource
from fhir.models.record import new_id
from fhir.registry import mapping
from fhir.search.values import Values
from fhir.validation import validate
from fhir.writing.intents import Done, Intent
from fhir.written_here import WrittenHere, refusal

FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
URN = ("urn:uuid:", "urn:oid:")
LINKS = ("reference", "url")  # Attachment.url may name a Binary of the same bundle
# What becomes of an intent that cannot be carried out: it is raised, or noted and left out.
Refuse: TypeAlias = Callable[[Intent, Refusal], None]


@dataclass
class Draft:
    """An intent, and what was found out about it so far.

    Attributes:
        intent: What is wanted.
        rules: The mapping of its type.
        key: Type and id.
        resource: What is to stand there; empty for a delete.
        names: What other resources of the call call it.
        holders: The objects within it that refer to something.
        former: The newest version there was, when it is gone; 0 for none.
        deleted_by: Who deleted it, when it is gone.
        old: The row as it was before, locked.
        before: The resource that ``old`` was.
        record: The row as it will be, or was before it went.
        values: What it can be found by, in tables of its own.
        about_before: Whom the row that went was about.
        done: What was done, once it was.
    """

    intent: Intent
    rules: Mapping
    key: Key
    resource: Resource
    names: tuple[str, ...] = ()
    holders: list[Resource] = field(default_factory=list)
    former: int = 0
    deleted_by: str = ""
    old: Any = None
    before: Resource | None = None
    record: Any = None
    values: Values | None = None
    about_before: UUID | None = None
    done: Done | None = None

    @property
    def reference(self) -> str:
        """``Type/id``."""
        return f"{self.key[0]}/{self.key[1]}"

    @property
    def about(self) -> UUID | None:
        """The patient it concerns."""
        if self.record is None or self.done == "deleted":
            return self.about_before
        about: UUID | None = self.record.about
        return about

    @property
    def version(self) -> int:
        """The newest version; that of the tombstone when it is gone."""
        if self.record is None:
            return self.former
        version: int = self.record.version
        return version + 1 if self.done == "deleted" else version


def drafts_of(intents: Iterable[Intent], refuse: Refuse) -> list[Draft]:
    """The drafts of all intents that make sense in themselves; no id twice."""
    found: dict[Key, Draft] = {}
    for intent in intents:
        try:
            draft = _draft(intent)
            if draft.key in found:
                raise Invalid(
                    f"{draft.reference}: the same id stands twice in this bundle.",
                    expression=f"{intent.type}.id",
                )
            found[draft.key] = draft
        except Refusal as refusal:
            refuse(intent, refusal)
    return list(found.values())


def each(drafts: Iterable[Draft], step: Callable[[Draft], None], refuse: Refuse) -> list[Draft]:
    """The drafts for which ``step`` went well."""
    fit: list[Draft] = []
    for draft in drafts:
        try:
            step(draft)
        except Refusal as refusal:
            refuse(draft.intent, refusal)
        else:
            fit.append(draft)
    return fit


def holders_of(resource: Resource) -> list[Resource]:
    """Every object within ``resource`` that refers to something.

    What a stored Bundle holds refers to its own entries and is left alone.
    """
    found: list[Resource] = []
    waiting: list[Any] = [resource] if resource.get("resourceType") != "Bundle" else []
    while waiting:
        item = waiting.pop()
        if item.__class__ is dict:
            if ("reference" in item or "url" in item) and _refers(item):
                found.append(item)
            item = item.values()
        waiting.extend(v for v in item if v.__class__ is dict or v.__class__ is list)
    return found


def _refers(item: Resource) -> bool:
    """A literal reference, or the address of something in the same bundle."""
    return item.get("reference").__class__ is str or str(item.get("url")).startswith(URN)


def _draft(intent: Intent) -> Draft:
    rules = mapping(intent.type)
    if isinstance(rules, WrittenHere):
        raise refusal(intent.type)
    if intent.op == "delete":
        return Draft(intent, rules, (intent.type, intent.id), {})
    resource = intent.resource
    validate(resource)
    if resource is None or resource["resourceType"] != intent.type:
        raise Invalid(f"{intent.type} was expected here.", expression="resourceType")
    names = _names(intent, resource)
    resource = resource | {"id": _id(intent, resource)}
    key = intent.type, resource["id"]
    return Draft(intent, rules, key, resource, names, holders_of(resource))


def _names(intent: Intent, resource: Resource) -> tuple[str, ...]:
    """The full URL; with a new id also ``Type/id`` as the sender's own server called it."""
    sender = f"{intent.type}/{resource.get('id', '')}"
    renamed = not intent.id and "id" in resource and intent.full_url.endswith(f"/{sender}")
    return tuple(filter(None, (intent.full_url, sender if renamed else "")))


def _id(intent: Intent, resource: Resource) -> str:
    path = f"{intent.type}.id"
    if not intent.id:
        return str(new_id())
    if not FHIR_ID.fullmatch(intent.id):
        raise Invalid(f"{path}: 1 to 64 letters, digits, hyphens or dots.", expression=path)
    if resource.get("id", intent.id) != intent.id:
        raise Invalid(
            f'{path} is "{resource["id"]}", but it was sent to "{intent.id}". '
            "Send each resource to its own address.",
            expression=path,
        )
    return intent.id
