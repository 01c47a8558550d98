"""One row of a table: its columns and joins are compiled once, its condition for each question.

Django compiles the columns of a statement anew whenever it is asked; those of a Patient and of
what comes along are 48, which took a third of the processor time of a read over FHIR.
"""

from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.query import get_related_populators

CHOSEN: Final = "{chosen}"


class OneRow:
    """Fetches single rows as Django would, with all that comes along.

    Args:
        rows: What there is to choose from, with its joins and annotations.
    """

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.db = rows.db
        chosen = rows.filter(pk=RawSQL(CHOSEN, ())).order_by()  # noqa: S611  a mark of our own
        compiler = chosen.query.get_compiler(using=self.db)
        self.sql, self.parameters = compiler.as_sql()
        expressions = [expression for expression, *_ in compiler.select]
        self.converters = compiler.get_converters(expressions)
        whose = compiler.klass_info
        first, *_, last = whose["select_fields"]
        self.columns = slice(first, last + 1)
        self.model = whose["model"]
        self.names = [expression.target.attname for expression in expressions[self.columns]]
        self.related = get_related_populators(whose, compiler.select, self.db)  # type: ignore[call-arg]
        self.annotations = compiler.annotation_col_map or {}

    def of(self, which: QuerySet[Any]) -> Any | None:
        """The row that ``which`` finds, None where it finds none; of several any one."""
        try:
            condition, found_by = which.order_by().values("pk")[:1].query.sql_with_params()
        except EmptyResultSet:
            return None
        with connections[self.db].cursor() as cursor:
            cursor.execute(self.sql.replace(CHOSEN, condition), (*self.parameters, *found_by))
            values = cursor.fetchone()
        return None if values is None else self._record(list(values))

    def _record(self, values: list[Any]) -> Any:
        connection = connections[self.db]
        for place, (converters, expression) in self.converters.items():
            for converter in converters:
                values[place] = converter(values[place], expression, connection)
        record = self.model.from_db(self.db, self.names, values[self.columns])
        for populator in self.related:
            populator.populate(values, record)
        for name, place in self.annotations.items():
            setattr(record, name, values[place])
        return record
