"""Working out anew what standing records are found by, without a new version of any."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.migrations.operations.base import Operation

from fhir.mapping import Mapping
from fhir.models import StoredResource
from fhir.registry import mapping
from fhir.search.values import Values, values_of, write

AT_ONCE = 500


class Reindex(Operation):
    """Let every row of ``model`` be found by what today's table of search parameters reads in it.

    Put it after the migration that adds ``search_tokens``, or after one that changes what is kept.

    Args:
        model: Name of a Record in this app.
    """

    reversible = True
    elidable = True

    def __init__(self, model: str) -> None:
        self.model = model

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Only bookkeeping changes; Django's state does not."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: Any,  # noqa: ARG002  Django's signature
        from_state: Any,  # noqa: ARG002
        to_state: Any,
    ) -> None:
        reindex(to_state.apps.get_model(app_label, self.model))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """What is found by today is good enough for yesterday."""

    def describe(self) -> str:
        return f"Work out what {self.model} is found by"


def reindex(rows: Any, type_: str = "") -> int:
    """Work out anew what all of ``rows`` are found by; returns how many there are.

    Args:
        rows: A model, perhaps as it was at some migration: only its columns are relied on.
        type_: For stored resources, only those of this type.
    """
    wanted = rows._base_manager.order_by("pk")
    wanted = wanted.filter(type=type_) if type_ else wanted
    done, last = 0, None
    while True:
        with transaction.atomic():
            here = wanted.filter(pk__gt=last) if last else wanted
            batch = list(here.select_for_update(of=("self",))[:AT_ONCE])
            if not batch:
                return done
            _index(rows._meta.db_table, [_as_record(row) for row in batch])
        done, last = done + len(batch), batch[-1].pk


def _index(table: str, records: Sequence[Any]) -> None:
    by_name = {name: records[0]._meta.get_field(name) for name in _rules(records[0]).joins}
    for name, field in by_name.items():
        _point(records, name, field)
    pairs = [(record, values_of(_rules(record).render(record))) for record in records]
    _set_tokens(table, pairs)
    write(pairs, replace=True)


def _as_record(row: Any) -> Any:
    """The row as a record of today; columns that it has not got yet have their defaults."""
    columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    type_ = columns.get("type") if row._meta.model_name == "storedresource" else None
    model = StoredResource if type_ else mapping(row._meta.object_name).model
    known = {field.attname for field in model._meta.concrete_fields}
    return model(**{name: value for name, value in columns.items() if name in known})


def _rules(record: Any) -> Mapping:
    return mapping(record.resource_type)


def _point(records: Sequence[Any], name: str, field: Any) -> None:
    """Give records stand-ins for what they point to: a rendering asks for no more than the id.

    The whole rows may have columns by now that the database does not have yet.
    """
    keys = {getattr(record, field.attname) for record in records} - {None}
    targets = field.related_model
    ids = dict(targets._base_manager.filter(pk__in=keys).values_list("pk", "fhir_id"))
    for record in records:
        key = getattr(record, field.attname)
        if key is not None:
            setattr(record, name, targets(id=key, fhir_id=ids.get(key, str(key))))


def _set_tokens(table: str, pairs: Sequence[tuple[Any, Values]]) -> None:
    ids = [record.pk for record, _ in pairs]
    arrays = ["{" + ",".join(map(str, values.tokens)) + "}" for _, values in pairs]
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" AS old SET search_tokens = new.tokens::bigint[] '  # noqa: S608
            "FROM unnest(%s::uuid[], %s::text[]) AS new (id, tokens) "
            "WHERE old.id = new.id AND old.search_tokens IS DISTINCT FROM new.tokens::bigint[]",
            [ids, arrays],
        )
