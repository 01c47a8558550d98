"""Every search that US Core obliges a server to answer finds what it must among its examples."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from fhirpathpy import evaluate

from fhir.importing import take_in
from fhir.principal import SYSTEM
from fhir.search.engine import find
from fhir.search.query import parse
from fhir.tests.us_core.package import examples, expression, searches, server, shall
from fhir.times import moment_range
from tests.shared_data import DATA

pytestmark = [pytest.mark.needs("shared_data"), pytest.mark.django_db]
assert DATA is not None

Resource = dict[str, Any]
Query = tuple[tuple[str, str], ...]


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker) -> Iterator[list[Resource]]:
    """The examples, taken in once for all tests of this file, and gone afterwards."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        entries = [(str(n), example, "") for n, example in enumerate(examples())]
        outcome = take_in(entries, by=SYSTEM, origin="us-core")
        refused = {entries[int(each.place)][1].get("id") for each in outcome.refused}
        yield [example for example in examples() if example.get("id") not in refused]
        transaction.set_rollback(True)


def values(resource: Resource, name: str) -> list[Any]:
    """What the parameter reads from the resource, by an independent FHIRPath engine."""
    text = expression(resource["resourceType"], name)
    parts = [p.strip() for p in text.split("|")]
    own = [p for p in parts if p.startswith((resource["resourceType"], "Resource", "("))]
    found: list[Any] = []
    for part in own:
        if part.lstrip("(").startswith((f"{resource['resourceType']}.", "Resource.")):
            plain = part.replace(".where(resolve() is Patient)", "")
            found += evaluate(resource, plain, model=None)
    return found


def asked(value: Any) -> list[str]:
    """Ways to search for ``value``; the family of a name, a line of an address, the day."""
    match value:
        case {"coding": codings}:
            return [f"{coding.get('system', '')}|{coding['code']}" for coding in codings]
        case {"system": system, "value": text}:
            return [f"{system}|{text}"]
        case {"start": start}:
            return [f"ge{start[:10]}"]
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
    }


# Parameters that no example of the package has a value for.
WITHOUT_EXAMPLE: set[tuple[str, tuple[str, ...]]] = set()


@pytest.mark.parametrize(("type_", "names"), searches(), ids=lambda part: str(part))
def test_an_obligatory_search_finds_what_it_must(loaded, type_, names):
    made = queries(loaded, type_, names)
    assert bool(made) != ((type_, names) in WITHOUT_EXAMPLE)
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
