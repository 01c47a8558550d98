"""Searching: by GET, by a posted form, and within the compartment of one patient."""

from typing import Any

from fhir.errors import NotFound
from fhir.history import url
from fhir.mapping import Resource
from fhir.models import Record
from fhir.outcome import issue, outcome_of
from fhir.ports import port
from fhir.registry import mapping
from fhir.search.engine import Page, find
from fhir.search.query import parse, searchable
from fhir.search.subsetting import subset
from fhir.views.ask import Answer, Ask, Pairs


def search(ask: Ask, *, type_: str) -> Answer:
    """A page of matches among what the principal may see."""
    return _searched(ask, type_, ask.pairs)


def search_posted(ask: Ask, *, type_: str) -> Answer:
    """The same with the question in a form, so that it stands in no address."""
    return _searched(ask, type_, [*ask.pairs, *_asked_in_form(ask)])


def search_chart(ask: Ask, *, fhir_id: str, type_: str) -> Answer:
    """A page of matches about one patient (the patient's compartment)."""
    return _searched(ask, type_, [_about(type_, fhir_id), *ask.pairs])


def search_chart_posted(ask: Ask, *, fhir_id: str, type_: str) -> Answer:
    """The same, posted."""
    return _searched(ask, type_, [_about(type_, fhir_id), *ask.pairs, *_asked_in_form(ask)])


def _about(type_: str, fhir_id: str) -> tuple[str, str]:
    if "patient" not in searchable(type_):
        raise NotFound(f"{type_} is not in the compartment of a patient.")
    return "patient", f"Patient/{fhir_id}"


def _asked_in_form(ask: Ask) -> Pairs:
    return [pair for pair in ask.form() if pair[0] not in ("_format", "_pretty")]


def _searched(ask: Ask, type_: str, pairs: Pairs) -> Answer:
    query = parse(type_, pairs, lenient=ask.prefer.lenient, base=ask.base)
    page = find(ask.by, query)
    port("record_access")(
        by=ask.by,
        action="search",
        entities=[record.reference for record in (*page.matches, *page.included)],
        detail={"type": type_, "query": [list(pair) for pair in pairs]},
    )
    return Answer(resource=searchset(page, f"{ask.base}/{type_}", ask.base, pairs))


def searchset(page: Page, address: str, base: str, pairs: Pairs) -> Resource:
    """A page of matches as a Bundle."""
    links = [{"relation": "self", "url": url(address, page.self_pairs)}]
    if page.next_pairs:
        links.append({"relation": "next", "url": url(address, page.next_pairs)})
    entries = [
        *(entry(record, base, pairs, "match") for record in page.matches),
        *(entry(record, base, pairs, "include") for record in page.included),
        *_passed_over(page.ignored),
    ]
    found: Resource = {"resourceType": "Bundle", "type": "searchset"}
    if page.total is not None:
        found["total"] = page.total
    found["link"] = links
    return found | ({"entry": entries} if entries else {})


def entry(record: Record, base: str, pairs: Pairs, mode: str) -> Resource:
    """A record as an entry of a searchset."""
    resource = subset(mapping(record.resource_type).render(record), pairs)
    return {
        "fullUrl": f"{base}/{record.reference}",
        "resource": resource,
        "search": {"mode": mode},
    }


def _passed_over(names: Any) -> list[Resource]:
    if not names:
        return []
    said = [
        issue("warning", "not-supported", f'The parameter "{str(name)[:60]}" was passed over.')
        for name in names
    ]
    return [{"resource": outcome_of(said), "search": {"mode": "outcome"}}]
