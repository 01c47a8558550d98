"""The index by which records are found over FHIR, made for one table by a migration."""

from typing import Any

from django.db.migrations.operations.base import Operation


class TokenIndex(Operation):
    """Index ``search_tokens`` of ``model``.

    Not ``Meta.indexes`` of Record: a model with a Meta of its own would not inherit it, and
    nobody would notice but the one who waits for an answer.
    """

    reversible = True

    def __init__(self, model: str) -> None:
        self.model = model

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Not part of Django's state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: Any,
        from_state: Any,  # noqa: ARG002
        to_state: Any,
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model)._meta.db_table
        schema_editor.execute(
            f'CREATE INDEX "{table}_tokens" ON "{table}" USING gin (search_tokens)'
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: Any,
        from_state: Any,
        to_state: Any,  # noqa: ARG002
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model)._meta.db_table
        schema_editor.execute(f'DROP INDEX "{table}_tokens"')

    def describe(self) -> str:
        return f"Index what {self.model} is found by"
