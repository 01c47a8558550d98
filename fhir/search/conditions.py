"""From criteria to conditions on the table of a type, in Django's words.

Whatever a condition looks up elsewhere, it looks up among the rows that the asker may see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BigIntegerField,
    BooleanField,
    F,
    Func,
    Model,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Concat
from django.db.models.lookups import In

from fhir.definitions import patient_paths
from fhir.models import DateValue, NumberValue, StoredResource, StoredSubject, StringValue
from fhir.ports import port
from fhir.principal import Principal
from fhir.registry import mapping, render
from fhir.search import keys
from fhir.search.criteria import (
    AnyOf,
    Chain,
    ColumnMoments,
    Criterion,
    Empty,
    Has,
    Held,
    Ids,
    Moments,
    Numbers,
    Span,
    Test,
    Tokens,
    Words,
)
from fhir.search.official import official
from fhir.search.ranges import Where, dated, in_columns, lying
from fhir.search.references import references_of

NOTHING = Q(pk__in=[])
# So many keys are looked up before, and named in the statement: then its planner knows them.
FEW = 500
FEW_ROWS = 1_000  # where the keys are those of rows, which a foreign key finds quickly


def rows(by: Principal, type_: str, letter: str = "s") -> QuerySet[Any]:
    """The records of ``type_`` that ``by`` may find (``s``) or read (``r``).

    Every path starts here. A type that may not be searched looks like one without records.
    """
    everything = mapping(type_).queryset()
    if not (by.may_interact("s", type_) or (letter == "r" and by.may_interact("r", type_))):
        return everything.none()
    visible: QuerySet[Any] = port("visible")(everything, by)
    return visible


def narrowed(by: Principal, type_: str, criteria: Iterable[Criterion]) -> QuerySet[Any]:
    """The records of ``type_`` that fulfil all criteria, among those that ``by`` may find."""
    found = rows(by, type_)
    together: list[int] = []
    dates: dict[Where, list[Span]] = defaultdict(list)
    for criterion in criteria:
        if (one := _single_key(criterion)) is not None:
            together.append(one)
        elif (date := _single_date(criterion)) is not None:
            dates[date[0]].append(date[1])
        else:
            found = found.filter(_condition(by, criterion))
    for where, spans in dates.items():
        found = found.filter(dated(where, spans))
    if together:
        found = found.filter(search_tokens__contains=sorted(set(together)))
    return found


def _single_key(criterion: Criterion) -> int | None:
    """The key that alone answers the criterion: several of them make one look into the index."""
    if not isinstance(criterion, AnyOf) or criterion.negated or len(criterion.tests) != 1:
        return None
    test = criterion.tests[0]
    return test.keys[0] if isinstance(test, Tokens) and len(test.keys) == 1 else None


def _single_date(criterion: Criterion) -> tuple[Where, Span] | None:
    """Where the only date of a record is; "from" and "until" then speak of the same date."""
    if not isinstance(criterion, AnyOf) or criterion.negated or len(criterion.tests) != 1:
        return None
    test = criterion.tests[0]
    if isinstance(test, Moments) and test.single:
        return test.key, test.span
    if isinstance(test, ColumnMoments):
        return (test.start, test.end, test.days), test.span
    return None


def _condition(by: Principal, criterion: Criterion) -> Q:
    if isinstance(criterion, Chain):
        return _chain(by, criterion)
    if isinstance(criterion, Has):
        return _has(by, criterion)
    either = NOTHING
    for one in _tests(criterion.tests):
        either |= one
    return ~either if criterion.negated else either


def _tests(tests: tuple[Test, ...]) -> Iterator[Q]:
    """One condition for all tests of a kind: one look into an index, or one subquery."""
    tokens = {one for test in tests if isinstance(test, Tokens) for one in test.keys}
    if tokens:
        yield Q(search_tokens__overlap=sorted(tokens))
    ids = {one for test in tests if isinstance(test, Ids) for one in test.ids}
    if ids:
        yield Q(fhir_id__in=sorted(ids))
    yield from _in_table(StringValue, [_text(t) for t in tests if isinstance(t, Words)])
    yield from _in_table(DateValue, [_value(t) for t in tests if isinstance(t, Moments)])
    yield from _in_table(NumberValue, [_value(t) for t in tests if isinstance(t, Numbers)])
    for test in tests:
        if isinstance(test, ColumnMoments):
            yield in_columns(test)
        elif isinstance(test, Held):
            yield from (Q(**{f"{test.column}__{test.how}": value}) for value in test.values)
        elif isinstance(test, Empty):
            yield Q(**{f"{test.start}__isnull": True, f"{test.end}__isnull": True})


def _in_table(table: type[Model], conditions: list[Q]) -> Iterator[Q]:
    if not conditions:
        return
    either = conditions[0]
    for condition in conditions[1:]:
        either |= condition
    yield Q(pk__in=table._default_manager.filter(either).values("record_id"))


def _text(test: Words) -> Q:
    how = "contains" if test.anywhere else "startswith"
    return Q(key=test.key, **{f"text__{how}": test.text})


def _value(test: Moments | Numbers) -> Q:
    return Q(key=test.key) & lying("low", "high", test.span)


class Among(Func):
    """``value = ANY (ARRAY(SELECT …))``: the array is made first, whatever the planner guesses.

    The planner knows nothing of how many records lie behind an array that is only made while the
    statement runs. Left alone it may walk the whole table in the order of its key, testing each
    row; so the few keys are collected before, and the table is entered by them.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


class Collected(ArraySubquery):
    """An array of what a query finds; nothing at all where it cannot find anything."""

    empty_result_set_value = NotImplemented


def key_of_reference(type_: str, parameter: str, target: str) -> Func:
    """The key of a reference to the row, in SQL: what ``keys.key`` is in Python."""
    text = Concat(Value(f"{type_}.{parameter}={target}/"), F("fhir_id"), output_field=TextField())
    return Func(text, template=keys.SQL.format("%(expressions)s"), output_field=BigIntegerField())


def _chain(by: Principal, chain: Chain) -> Q:
    either = NOTHING
    for target, wanted in chain.ends:
        ends = narrowed(by, target, [wanted]).select_related(None).order_by()
        column = foreign_key(chain.type, chain.parameter, target)
        if column:
            either |= Q(**{f"{column}__in": _few_rows(ends.values_list("pk"))})
            continue
        ids = list(ends.values_list("fhir_id", flat=True)[: FEW + 1])
        few = len(ids) <= FEW
        either |= _refers_to_few(chain, target, ids) if few else _refers(chain, target, ends)
    return either


def _few_rows(keys: QuerySet[Any]) -> Any:
    """``keys`` themselves where they are few, else the query for them."""
    some = {key for (key,) in keys[: FEW_ROWS + 1]}
    return some if len(some) <= FEW_ROWS else keys


def _refers_to_few(chain: Chain, target: str, ids: list[str]) -> Q:
    tokens = [
        keys.key(chain.type, name, f"{target}/{fhir_id}")
        for name in chain.stored
        for fhir_id in ids
    ]
    return Q(search_tokens__overlap=sorted(tokens)) if tokens else NOTHING


def _refers(chain: Chain, target: str, ends: QuerySet[Any]) -> Q:
    either = NOTHING
    for name in chain.stored:
        hashes = ends.annotate(_hash=key_of_reference(chain.type, name, target))
        own = mapping(chain.type).model.objects.filter(
            search_tokens__overlap=Collected(hashes.values("_hash"))
        )
        either |= Q(Among(F("pk"), Collected(own.values("pk"))))
    return either


def _has(by: Principal, has: Has) -> Q:
    found = narrowed(by, has.source, [has.wanted]).order_by()
    column = foreign_key(has.source, has.parameter, has.type)
    if column:
        pointing = found.filter(**{f"{column}__isnull": False}).values_list(f"{column}_id")
        return Q(pk__in=_few_rows(pointing))
    some = list(found[: FEW + 1])
    if len(some) <= FEW:
        return Q(fhir_id__in=sorted(set(_named(has, some))))
    return _named_by_many(has, found.select_related(None))


def _named(has: Has, sources: list[Any]) -> Iterator[str]:
    """Ids of the records that ``sources`` refer to by the parameter."""
    for source in sources:
        for reference in references_of(render(source), has.parameter, has.base):
            type_, _, rest = reference.partition("/")
            if type_ == has.type:
                yield rest.partition("/")[0]


def _named_by_many(has: Has, found: QuerySet[Any]) -> Q:
    either = NOTHING
    tokens = found.annotate(_token=Func(F("search_tokens"), function="unnest")).values("_token")
    for name in has.stored:
        either |= Q(In(key_of_reference(has.source, name, has.type), tokens))
    return either & _concerned(has, found)


def _concerned(has: Has, found: QuerySet[Any]) -> Q:
    """Stored resources know the patients of their compartment: nobody else need be looked at."""
    inside = has.type == "Patient" and found.model is StoredResource
    places = {
        tuple(step.name for step in place.steps)
        for name in has.stored
        for place in official(has.source)[name].places
    }
    if not inside or not places <= set(patient_paths(has.source)):
        return Q()
    return Q(
        pk__in=StoredSubject.objects.filter(resource__in=found.values("pk")).values("patient_id")
    )


def foreign_key(type_: str, parameter: str, target: str) -> str:
    """The column by which the table of ``type_`` points to rows of ``target``; '' without one."""
    declared = (p for p in mapping(type_).search if p.name == parameter and p.target == target)
    found = next(declared, None)
    return found.column if found else ""
