"""Indexes by which records are found over FHIR, each made for one table by a migration."""

from collections.abc import Iterator

from fhir.table_operation import TableOperation

NARROW_HOURS = 25  # the longest day, when the clocks go back
# In SQL, of the end and the start of a span; null where one of them is open.
NARROW = f"({{}} - {{}}) <= '{NARROW_HOURS} hours'::interval"


class TokenIndex(TableOperation):
    """Index ``search_tokens`` of ``model``.

    Not ``Meta.indexes`` of Record: a model with a Meta of its own would not inherit it, and
    nobody would notice but the one who waits for an answer.
    """

    def make(self, table: str) -> Iterator[str]:
        yield f'CREATE INDEX "{table}_tokens" ON "{table}" USING gin (search_tokens)'

    def drop(self, table: str) -> Iterator[str]:
        yield f'DROP INDEX "{table}_tokens"'

    def describe(self) -> str:
        return f"Index what {self.model} is found by"


class LabelIndex(TableOperation):
    """Index the few rows of ``model`` that carry a security label, by patient."""

    def make(self, table: str) -> Iterator[str]:
        yield (
            f'CREATE INDEX "{table}_labelled" ON "{table}" (patient_id) '
            "WHERE cardinality(security) > 0"
        )

    def drop(self, table: str) -> Iterator[str]:
        yield f'DROP INDEX "{table}_labelled"'

    def describe(self) -> str:
        return f"Index the labelled rows of {self.model}"


class SpanIndex(TableOperation):
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

    def __init__(
        self, model: str, start: str, end: str, *, lead: str = "", by_start: bool = False
    ) -> None:
        super().__init__(model)
        self.start, self.end = start, end
        self.lead, self.by_start = lead, by_start

    def make(self, table: str) -> Iterator[str]:
        narrow = NARROW.format(f'"{self.end}"', f'"{self.start}"')
        lead = f'"{self.lead}", ' if self.lead else ""
        yield (
            f'CREATE INDEX "{table}_wide" ON "{table}" ({lead}"{self.end}") '
            f"WHERE ({narrow}) IS NOT TRUE"
        )
        yield f'CREATE STATISTICS "{table}_narrow" ON ({narrow}) FROM "{table}"'
        if self.by_start:
            yield (
                f'CREATE INDEX "{table}_start" ON "{table}" '
                f'("{self.start}" DESC NULLS LAST, id DESC)'
            )

    def drop(self, table: str) -> Iterator[str]:
        yield f'DROP INDEX IF EXISTS "{table}_start"'
        yield f'DROP STATISTICS "{table}_narrow"'
        yield f'DROP INDEX "{table}_wide"'

    def describe(self) -> str:
        return f"Index the spans of {self.model}"
