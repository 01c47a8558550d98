"""Bringing resources in from files: ids of the source are kept, a second run changes nothing."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from fhir.errors import Invalid, Refusal
from fhir.files import Item
from fhir.mapping import Resource
from fhir.ports import port
from fhir.principal import Principal
from fhir.validation import validate
from fhir.writing.complaints import Meanwhile, told
from fhir.writing.drafts import drafts_of
from fhir.writing.intents import Intent
from fhir.writing.pipeline import carry_out
from fhir.writing.references import localise

TURNS = 5  # how often a bundle is tried while others write the same


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

    def refuse(self, intent: Intent, refusal: Refusal) -> None:
        """Note an entry that stays out; start again where another import brings the same."""
        if isinstance(refusal, Meanwhile):
            raise refusal
        element = refusal.expression or intent.type
        self.refused.append(Refused(intent.place, element, refusal.message))


def take_in(entries: Iterable[Item], *, by: Principal, origin: str) -> Outcome:
    """Create or update every resource of one bundle, in one transaction.

    Args:
        entries: (place, resource, fullUrl) of each; the place is named in refusals.
        by: Who imports.
        origin: Where it comes from, kept in the history so that sync never sends it back there.

    Returns:
        Counts, and every entry that was refused. The others are in.
    """
    kept = list(entries)
    for _ in range(TURNS):
        with suppress(Meanwhile):
            return _take_in(kept, by, origin)
    raise Meanwhile


def _take_in(entries: list[Item], by: Principal, origin: str) -> Outcome:
    outcome = Outcome()
    intents = _intents(entries, outcome)
    drafts = localise(drafts_of(intents, outcome.refuse), outcome.refuse)
    with told(), transaction.atomic():
        carry_out(drafts, by, origin, outcome.refuse)
        port("record_access")(
            by=by,
            action="import",
            entities=[draft.reference for draft in drafts],
            detail={"origin": origin, "refused": len(outcome.refused)},
        )
    done = Counter(draft.done for draft in drafts)
    outcome.created, outcome.updated = done["created"], done["updated"]
    outcome.unchanged = done["unchanged"]
    return outcome


def _intents(entries: Iterable[Item], outcome: Outcome) -> list[Intent]:
    """The entries that can be recognised again next time."""
    found: list[Intent] = []
    for place, resource, full_url in entries:
        try:
            type_, fhir_id = _identity(resource, full_url)
            found.append(Intent("update", type_, fhir_id, resource, None, place, full_url))
        except Refusal as refusal:
            outcome.refused.append(Refused(place, refusal.expression, refusal.message))
    return found


def _identity(resource: Any, full_url: str) -> tuple[str, str]:
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        validate(resource)
    kept: Resource = resource
    type_ = kept["resourceType"]
    if "id" in kept:
        return type_, str(kept["id"])
    if full_url.startswith("urn:uuid:"):
        return type_, full_url.removeprefix("urn:uuid:")
    raise Invalid(
        f"{type_}.id is missing. An import needs the source's id to recognise the resource "
        "next time: add one, or a fullUrl that is a urn:uuid.",
        expression=f"{type_}.id",
    )
