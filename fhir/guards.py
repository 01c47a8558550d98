"""Database triggers that keep a promise no Python can: a record never changes in silence."""

from typing import Any

from django.db.migrations.operations.base import Operation

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


class GuardVersion(Operation):
    """Refuse an UPDATE of ``model`` whose ``version`` did not grow by one.

    Args:
        model: Name of the Record in this app.
        bookkeeping: Columns that may change without a new version (search helpers).
    """

    reversible = True

    def __init__(self, model: str, bookkeeping: tuple[str, ...] = ()) -> None:
        self.model = model
        self.bookkeeping = bookkeeping

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are not part of Django's state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: Any,
        from_state: Any,  # noqa: ARG002
        to_state: Any,
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model)._meta.db_table
        schema_editor.execute(FUNCTION, params=None)
        arguments = ", ".join(f"'{column}'" for column in self.bookkeeping)
        schema_editor.execute(
            f'CREATE TRIGGER version_grows BEFORE UPDATE ON "{table}" '
            f"FOR EACH ROW EXECUTE FUNCTION chartwave_version_grows({arguments})"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: Any,
        from_state: Any,
        to_state: Any,  # noqa: ARG002
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model)._meta.db_table
        schema_editor.execute(f'DROP TRIGGER version_grows ON "{table}"')

    def describe(self) -> str:
        return f"Guard the version of {self.model}"
