"""Rules about who sees whom that Django puts together once per process, not for each question.

Putting the rule of visibility together out of query sets takes some fifteen milliseconds, several
times a page; PostgreSQL answers it in a fraction of one. So its SQL is made once, from the same
query sets, for a reader who stands in for all with as many facilities. Each question fills in who
asks, where, and when.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import BooleanField, F, Func, Q
from django.utils import timezone

from accounts.roles import CHART_READ
from fhir.principal import Kind, Principal
from patients.models import Patient

Rule: TypeAlias = Callable[[Principal, str], Q]

STAND_IN: Final = UUID("00000000-0000-4000-8000-0000000000ff")
PATIENT: Final = '"patients_patient"."id"'
HALF_A_SECOND: Final = timedelta(seconds=0.5)
# Names that Django gives to tables inside; renamed, because the question around has its own.
INNER: Final = re.compile(r"\b([U-Z]\d+)\b")


class Reader(NamedTuple):
    """A person, or a program that is registered for named facilities.

    Attributes:
        kind: Which of them.
        id: Who.
        places: Facilities where they read charts.
    """

    kind: Kind
    id: str
    places: tuple[UUID, ...]


# Of the reader and the moment: what stands in one place of the statement.
Filling: TypeAlias = Callable[[Reader, datetime], Any]


class Compiled(Func):
    """What a rule says of the patient in a column.

    Args:
        patient: Name of the patient key on the row.
        rule: Gives the condition of a reader.
        reader: Who asks.
        now: The moment that counts.
    """

    output_field = BooleanField()

    def __init__(self, patient: str, rule: Rule, reader: Reader, now: datetime) -> None:
        super().__init__(F(patient))
        self.rule, self.reader, self.now = rule, reader, now

    def as_sql(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        """The condition, with the row's own column in the place of the patient."""
        column, _none = compiler.compile(self.source_expressions[0])
        text, fillings = _made(self.rule, self.reader.kind, len(self.reader.places))
        values = tuple(fill(self.reader, self.now) for fill in fillings)
        return text.replace(PATIENT, column), values


def places(reader: Principal) -> list[UUID]:
    """Facilities where a person reads charts, or that a program is registered for."""
    if reader.kind == "user":
        return reader.facilities_with(CHART_READ)
    return [UUID(place) for place in reader.facilities or {}]


def compiled(rule: Rule, principal: Principal, patient: str) -> Q:
    """``rule(principal, patient)``: what it says of the patient in this column."""
    reader = Reader(principal.kind, principal.id, tuple(places(principal)))
    return Q(Compiled(patient, rule, reader, timezone.now()))


@cache
def _made(rule: Rule, kind: Kind, facilities: int) -> tuple[str, tuple[Filling, ...]]:
    here = [UUID(int=STAND_IN.int + 1 + number) for number in range(facilities)]
    scopes = {str(place): frozenset({CHART_READ}) for place in here}
    reader = Principal(kind, str(STAND_IN), "", scopes)
    text, values, began = _put_together(rule, reader)
    return INNER.sub(r"inner_\1", text), tuple(_filling(each, here, began) for each in values)


def _put_together(rule: Rule, reader: Principal) -> tuple[str, Sequence[Any], datetime]:
    """The SQL, its values, and the moment they count from: whole seconds lie between.

    Anew where it took longer than can be told from such a second.
    """
    while True:
        began = timezone.now()
        query = Patient.objects.filter(rule(reader, "pk")).query
        text, values = query.get_compiler(DEFAULT_DB_ALIAS).compile(query.where)
        if abs(timezone.now() - began) < HALF_A_SECOND:
            return text, values, began


def _filling(value: Any, here: Sequence[UUID], began: datetime) -> Filling:
    """What takes the place of ``value`` when the question is asked.

    Raises:
        ValueError: The rule rests on more than who reads, where, and the moment.
    """
    if str(value) == str(STAND_IN):
        return lambda reader, _now: UUID(reader.id)
    if value in here:
        number = here.index(value)
        return lambda reader, _now: reader.places[number]
    if isinstance(value, datetime):
        away = timedelta(seconds=round((value - began).total_seconds()))
        return lambda _reader, now: now + away
    if isinstance(value, date) or str(STAND_IN)[:-4] in str(value):
        raise ValueError(f"This rule cannot be compiled: it rests on {value}.")
    return lambda _reader, _now: value
