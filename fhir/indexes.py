"""Indexes by which records are found over FHIR, each made for one table by a migration."""

from typing import Any

from django.db.migrations.operations.base import Operation

NARROW_HOURS = 25  # the longest day, when the clocks go back
# In SQL, of the end and the start of a span; null where one of them is open.
NARROW = f"({{}} - {{}}) <= '{NARROW_HOURS} hours'::interval"


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


class SpanIndex(Operation):
    """Index the spans of two columns of ``model`` by their beginning.

    Nearly all dates are moments or days: what lies in a time began at most ``NARROW_HOURS`` before
    it. The few that are longer, or open, have an index of their own, and the planner is told how
    few they are.

    Args:
        model: Name of the model.
        start: Column where a span begins.
        end: Column where it ends.
        lead: Column that all questions name, before the others.
        by_start: Whether to index the beginnings as well, newest first.
    """

    reversible = True

    def __init__(
        self, model: str, start: str, end: str, *, lead: str = "", by_start: bool = False
    ) -> None:
        self.model, self.start, self.end = model, start, end
        self.lead, self.by_start = lead, by_start

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
        narrow = NARROW.format(f'"{self.end}"', f'"{self.start}"')
        lead = f'"{self.lead}", ' if self.lead else ""
        schema_editor.execute(
            f'CREATE INDEX "{table}_wide" ON "{table}" ({lead}"{self.end}") '
            f"WHERE ({narrow}) IS NOT TRUE"
        )
        schema_editor.execute(f'CREATE STATISTICS "{table}_narrow" ON ({narrow}) FROM "{table}"')
        if self.by_start:
            schema_editor.execute(
                f'CREATE INDEX "{table}_start" ON "{table}" '
                f'("{self.start}" DESC NULLS LAST, id DESC)'
            )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: Any,
        from_state: Any,
        to_state: Any,  # noqa: ARG002
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model)._meta.db_table
        schema_editor.execute(f'DROP INDEX IF EXISTS "{table}_start"')
        schema_editor.execute(f'DROP STATISTICS "{table}_narrow"')
        schema_editor.execute(f'DROP INDEX "{table}_wide"')

    def describe(self) -> str:
        return f"Index the spans of {self.model}"
