"""A column for JSON whose text PostgreSQL keeps exactly as it was written."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from fhir.codec import dumps, loads


class VerbatimJSONField(models.Field[Any, Any]):
    """JSON in a ``json`` column: literals such as ``1.50`` and ``1.0E-5`` survive.

    ``jsonb`` would rewrite exponents. The price: no containment index, so what is searched for
    lives in columns of its own.
    """

    description = "JSON, kept to the letter"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002
        return "json"

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:  # noqa: ARG002
        # psycopg would parse json with floats; as text it passes through untouched.
        return f"({sql})::text", params

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002
        return "%s::json"

    def from_db_value(self, value: str | None, *_: object) -> Any:
        return None if value is None else loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else dumps(value).decode()

    def value_to_string(self, obj: models.Model) -> str:
        return dumps(self.value_from_object(obj)).decode()

    def to_python(self, value: Any) -> Any:
        return loads(value) if isinstance(value, str | bytes) else value


class NumericField(models.Field[Decimal | None, Decimal | None]):
    """A number of any size that keeps its digits: ``6.30`` stays ``6.30``."""

    description = "Decimal with its own precision"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002
        return "numeric"

    def to_python(self, value: Any) -> Decimal | None:
        return None if value in (None, "") else Decimal(value)

    def get_prep_value(self, value: Any) -> Decimal | None:
        return self.to_python(value)
