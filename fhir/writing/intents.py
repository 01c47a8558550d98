"""What somebody wants written, and what came of it."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from fhir.mapping import Resource

Wish: TypeAlias = Literal["create", "update", "delete"]
Done: TypeAlias = Literal["created", "updated", "unchanged", "deleted"]


@dataclass(frozen=True)
class Intent:
    """One resource to be written.

    Attributes:
        op: ``update`` creates what is not here yet; ``create`` refuses what is.
        type: FHIR resource type.
        id: Its id; empty for a ``create`` whose id the server gives.
        resource: The whole resource; None for a ``delete``. References to other intents of the
            same call (``urn:uuid:…``) are replaced in it.
        expected_version: Only if this is the newest version (``If-Match``).
        place: Where it stood, e.g. ``Bundle.entry[3].resource``: refusals name it.
        full_url: By what the other resources of the call refer to it.
    """

    op: Wish
    type: str
    id: str = ""
    resource: Resource | None = None
    expected_version: int | None = None
    place: str = ""
    full_url: str = ""


@dataclass(frozen=True)
class Written:
    """What stands there now.

    Attributes:
        done: ``unchanged`` where the resource already said the same: no new version.
        type: FHIR resource type.
        id: Its id.
        version: The newest version; for ``deleted`` that of the tombstone.
        record: The row; None when it is gone.
        resource: The resource with our ``meta``; None when it is gone.
    """

    done: Done
    type: str
    id: str
    version: int
    record: Any = None
    resource: Resource | None = None

    @property
    def reference(self) -> str:
        """``Type/id``."""
        return f"{self.type}/{self.id}"
