"""Letting new columns of a table take over from ``extra`` what they now understand."""

from typing import Any

from django.db.migrations.operations.base import Operation

from fhir.known import Known
from fhir.registry import mapping

AT_ONCE = 1000
# Identity stays; everything else is what reading the resource anew gives.
KEPT = {
    "id",
    "fhir_id",
    "version",
    "created_at",
    "updated_at",
    "source",
    "security",
    "search_tokens",
}


class Reread(Operation):
    """Read every row of ``model`` anew with today's mapping, as the same version.

    A column that a migration adds starts empty, while the element it stands for lies in
    ``extra``; the first edit of that column would then drop it. Put this after the migration
    that adds the columns. What the row says as FHIR does not change by a letter.

    Args:
        model: Name of a Record in this app, guarded by ``GuardVersion``.
    """

    reversible = False

    def __init__(self, model: str) -> None:
        self.model = model

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Only content moves; Django's state does not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: Any,
        from_state: Any,  # noqa: ARG002  Django's signature
        to_state: Any,
    ) -> None:
        rows = to_state.apps.get_model(app_label, self.model)
        table = schema_editor.quote_name(rows._meta.db_table)
        alias = schema_editor.connection.alias
        _check_now(schema_editor)
        schema_editor.execute(f"ALTER TABLE {table} DISABLE TRIGGER version_grows")
        reread(rows, mapping(self.model), alias)
        _check_now(schema_editor)
        schema_editor.execute(f"ALTER TABLE {table} ENABLE TRIGGER version_grows")

    def describe(self) -> str:
        return f"Let the new columns of {self.model} take over"


def _check_now(schema_editor: Any) -> None:
    """A table with checks still to come cannot be altered."""
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


def reread(rows: Any, rules: Any, using: str = "default") -> int:
    """Read all of ``rows`` (a model) anew by the mapping ``rules``; returns how many."""
    columns = [field.attname for field in rows._meta.concrete_fields]
    filled = [name for name in columns if name not in KEPT]
    names = [rows._meta.get_field(name).name for name in filled]
    done, last = 0, None
    while True:
        page = rows.objects.using(using).order_by("pk")
        batch = list((page.filter(pk__gt=last) if last else page)[:AT_ONCE])
        if not batch:
            return done
        _reread(batch, rules, columns, filled)
        rows.objects.using(using).bulk_update(batch, names, batch_size=200)
        done, last = done + len(batch), batch[-1].pk


def _reread(batch: list[Any], rules: Any, columns: list[str], filled: list[str]) -> None:
    whole = [
        rules.render(rules.model(**{name: getattr(row, name) for name in columns})) for row in batch
    ]
    known = Known()
    known.look_up_references(whole)
    for row, resource in zip(batch, whole, strict=True):
        record = rules.read(resource, known)
        for name in filled:
            setattr(row, name, getattr(record, name, getattr(row, name)))
