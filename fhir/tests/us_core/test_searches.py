"""Every search that US Core obliges a server to answer finds what it must among its examples."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import Any

import pytest
from fhirpathpy import compile as compiled_path
from fhirpathpy.models import models

from fhir.importing import take_in
from fhir.principal import SYSTEM
from fhir.search.engine import find
from fhir.search.query import parse
from fhir.tests.us_core.package import examples, expression, searches, server, shall
from fhir.times import moment_range
from tests.shared_data import DATA

pytestmark = [pytest.mark.needs("shared_data"), pytest.mark.django_db]
assert DATA is not None

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")
Resource = dict[str, Any]
Query = tuple[tuple[str, str], ...]


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker) -> Iterator[list[Resource]]:
    """The examples, taken in once for all tests of this file, and gone afterwards."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        given = [*examples(), ROLE]
        entries = [(str(n), example, "") for n, example in enumerate(given)]
        outcome = take_in(entries, by=SYSTEM, origin="us-core")
        refused = {int(each.place) for each in outcome.refused}
        yield [example for n, example in enumerate(given) if n not in refused]
        transaction.set_rollback(True)


KNOWN: dict[tuple[int, str], list[Any]] = {}


def values(resource: Resource, name: str) -> list[Any]:
    """What the parameter reads from an example, by an independent FHIRPath engine."""
    key = (id(resource), name)
    if key not in KNOWN:
        path = steps(resource["resourceType"], name)
        KNOWN[key] = [resource["id"]] if name == "_id" else list(path(resource))
    return KNOWN[key]


@cache
def steps(type_: str, name: str) -> Callable[[Resource], list[Any]]:
    """The parameter's expression, compiled; the model knows what a choice is called in JSON."""
    parts = [] if name == "_id" else expression(type_, name).split("|")
    own = [p.strip().replace(".where(resolve() is Patient)", "") for p in parts]
    mine = [p for p in own if p.lstrip("(").startswith((f"{type_}.", "Resource."))]
    compiled: Callable[[Resource], list[Any]] = compiled_path(
        " | ".join(mine) or "{}", models["r4"]
    )
    return compiled


def asked(value: Any) -> list[str]:
    """Ways to search for ``value``; the family of a name, a line of an address, the day."""
    match value:
        case {"coding": codings}:
            return [f"{coding.get('system', '')}|{coding['code']}" for coding in codings]
        case {"system": system, "value": text}:
            return [f"{system}|{text}"]
        case {"start": start}:
            return [f"ge{start[:10]}"]
        case str(text) if MOMENT.match(text):
            return [f"ge{text[:10]}"]
        case {"line": [line, *_]}:
            return [line.split(",")[0]]
        case {"reference": text} | {"family": text} | str(text):
            return [text]
    return []


def matches(value: Any, wanted: str) -> bool:
    """Whether ``value`` satisfies what ``asked`` made, by FHIR's rules read anew."""
    match value:
        case {"coding": codings}:
            return any(f"{c.get('system', '')}|{c.get('code')}" == wanted for c in codings)
        case {"reference": literal}:
            return bool(literal == wanted)
        case {"system": system, "value": text}:
            return f"{system}|{text}" == wanted
        case {"start": _}:
            return _not_before(value.get("end", "9999"), wanted)
        case dict():
            parts = [value.get("text"), value.get("family"), value.get("city")]
            parts += [*value.get("given", ()), *value.get("line", ()), value.get("state")]
            parts += [value.get("postalCode"), value.get("country"), *value.get("prefix", ())]
            return any(str(p).lower().startswith(wanted.lower()) for p in parts if p)
        case str() if wanted.startswith("ge"):
            return _not_before(value, wanted)
        case str():
            return value.lower().startswith(wanted.lower())
    return False


def _not_before(text: str, wanted: str) -> bool:
    high, low = moment_range(text)[1], moment_range(wanted[2:])[0]
    return high is not None and low is not None and high >= low


def queries(loaded: list[Resource], type_: str, names: tuple[str, ...]) -> set[Query]:
    """Queries made from what the examples hold."""
    made: set[Query] = set()
    for resource in loaded:
        if resource["resourceType"] == type_:
            ways = [[w for v in values(resource, n) for w in asked(v)] for n in names]
            made |= {tuple(zip(names, chosen, strict=True)) for chosen in product(*ways)}
    return made


def expected(loaded: list[Resource], type_: str, query: Query) -> set[str]:
    """Ids of the examples that satisfy every part of the query."""
    return {
        resource["id"]
        for resource in loaded
        if resource["resourceType"] == type_
        and all(any(matches(v, w) for v in values(resource, n)) for n, w in query)
        and all(resource["id"] == w for n, w in query if n == "_id")
    }


# The one type with an obligatory search and no example in the package.
ROLE = {
    "resourceType": "PractitionerRole",
    "id": "role",
    "practitioner": {"reference": "Practitioner/practitioner-1"},
    "specialty": [{"coding": [{"system": "http://nucc.org/provider-taxonomy", "code": "207R"}]}],
}


@pytest.mark.parametrize(("type_", "names"), searches(), ids=lambda part: str(part))
def test_an_obligatory_search_finds_what_it_must(loaded, type_, names):
    made = queries(loaded, type_, names)
    assert made
    wrong = []
    for query in made:
        page = find(SYSTEM, parse(type_, [*query, ("_count", "500")]))
        found = {record.fhir_id for record in page.matches}
        if found != expected(loaded, type_, query):
            wrong.append((query, found ^ expected(loaded, type_, query)))
    assert wrong == []


def test_whoever_provided_a_record_comes_along(loaded):
    """SHALL: _revinclude=Provenance:target."""
    for resource in loaded:
        if resource["resourceType"] == "Provenance":
            for target in resource["target"]:
                type_, _, id_ = target["reference"].partition("/")
                pairs = [("_id", id_), ("_revinclude", "Provenance:target")]
                page = find(SYSTEM, parse(type_, pairs))
                if page.matches:
                    assert resource["id"] in {record.fhir_id for record in page.included}


def test_every_include_that_the_server_names_is_known():
    for resource in server():
        for include in resource.get("searchInclude", ()):
            parse(resource["type"], [("_include", include)])
        for include in resource.get("searchRevInclude", ()):
            parse(resource["type"], [("_revinclude", include)])


def test_the_package_obliges_to_more_than_forty_searches():
    assert len(searches()) > 40
    assert any(shall(p) for r in server() for p in r.get("searchParam", ()))
