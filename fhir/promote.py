"""Giving a stored type a table of its own, by one migration operation."""

from typing import Any

from django.db.migrations.operations.base import Operation

from fhir.known import Known
from fhir.registry import mapping

AT_ONCE = 1000
# What it is found by is kept under its type and id, so it stays right.
KEPT = ("id", "fhir_id", "version", "created_at", "updated_at", "search_tokens")


class Promote(Operation):
    """Move the stored resources of ``model``'s type into its table.

    Ids, versions, times and history stay what they were. Put it into the migration after the
    one that makes the table, and before ``GuardVersion``'s first update.

    Args:
        model: Name of the Record, in this app, that now holds the type.
    """

    reversible = False

    def __init__(self, model: str) -> None:
        self.model = model

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Only rows move; Django's state does not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: Any,
        from_state: Any,  # noqa: ARG002  Django's signature
        to_state: Any,
    ) -> None:
        stored = to_state.apps.get_model("fhir", "StoredResource")
        target = to_state.apps.get_model(app_label, self.model)
        move(stored, target, schema_editor.connection.alias)

    def describe(self) -> str:
        return f"Give {self.model} its own table"


def move(stored: Any, target: Any, using: str = "default") -> int:
    """Move rows from the model ``stored`` to the model ``target``; returns how many.

    Columns are filled by today's mapping of the type, as far as ``target`` has them.
    """
    rules = mapping(target.__name__)
    columns = {field.attname for field in target._meta.concrete_fields}
    moved = 0
    rows = stored.objects.using(using).filter(type=rules.type).order_by("pk")
    while batch := list(rows[:AT_ONCE]):
        known = Known()
        known.look_up_references([row.extra for row in batch])
        fresh = []
        for row in batch:
            record = rules.read(whole(row), known)
            values = {name: getattr(record, name) for name in columns if hasattr(record, name)}
            same = {name: getattr(row, name) for name in KEPT if name in columns}
            fresh.append(target(**values | same))
        target.objects.using(using).bulk_create(fresh)
        stored.objects.using(using).filter(pk__in=[row.pk for row in batch]).delete()
        moved += len(batch)
    return moved


def whole(row: Any) -> dict[str, Any]:
    """The resource of a stored row, as it was sent."""
    rest: dict[str, Any] = row.extra
    return {"resourceType": row.type, "id": row.fhir_id} | rest
