"""Database triggers that keep a promise no Python can: a record never changes in silence."""

from collections.abc import Iterator

from fhir.table_operation import TableOperation

FUNCTION = """
CREATE OR REPLACE FUNCTION chartwave_version_grows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  -- Columns that are bookkeeping, not content. Without arguments TG_ARGV is NULL.
  bookkeeping text[] := coalesce(TG_ARGV::text[], '{}') || '{search_tokens}'::text[];
BEGIN
  IF NEW.version IS DISTINCT FROM OLD.version + 1
     AND (to_jsonb(NEW) - bookkeeping) IS DISTINCT FROM (to_jsonb(OLD) - bookkeeping) THEN
    RAISE EXCEPTION 'chartwave: % changed without a new version', TG_TABLE_NAME
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class GuardVersion(TableOperation):
    """Refuse an UPDATE of ``model`` whose ``version`` did not grow by one.

    Args:
        model: Name of the Record in this app.
        bookkeeping: Columns that may change without a new version (search helpers).
    """

    def __init__(self, model: str, bookkeeping: tuple[str, ...] = ()) -> None:
        super().__init__(model)
        self.bookkeeping = bookkeeping

    def make(self, table: str) -> Iterator[str]:
        yield FUNCTION
        arguments = ", ".join(f"'{column}'" for column in self.bookkeeping)
        yield (
            f'CREATE TRIGGER version_grows BEFORE UPDATE ON "{table}" '
            f"FOR EACH ROW EXECUTE FUNCTION chartwave_version_grows({arguments})"
        )

    def drop(self, table: str) -> Iterator[str]:
        yield f'DROP TRIGGER version_grows ON "{table}"'

    def describe(self) -> str:
        return f"Guard the version of {self.model}"
