"""What migrations do to one table that is not part of Django's state: triggers, indexes."""

from collections.abc import Iterator
from typing import Any

from django.db.migrations.operations.base import Operation


class TableOperation(Operation):
    """Statements on the table of ``model``, and those that take them back."""

    reversible = True

    def __init__(self, model: str) -> None:
        self.model = model

    def make(self, table: str) -> Iterator[str]:
        """SQL that makes it on ``table``."""
        raise NotImplementedError

    def drop(self, table: str) -> Iterator[str]:
        """SQL that takes it back."""
        raise NotImplementedError

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Not part of Django's state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: Any,
        from_state: Any,  # noqa: ARG002  Django's signature
        to_state: Any,
    ) -> None:
        for statement in self.make(_table(to_state, app_label, self.model)):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: Any,
        from_state: Any,
        to_state: Any,  # noqa: ARG002  Django's signature
    ) -> None:
        for statement in self.drop(_table(from_state, app_label, self.model)):
            schema_editor.execute(statement, params=None)


def _table(state: Any, app_label: str, model: str) -> str:
    table: str = state.apps.get_model(app_label, model)._meta.db_table
    return table
