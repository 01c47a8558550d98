"""Searching: by GET, by a posted form, and within the compartment of one patient."""

from typing import Any

from fhir.concerned import patients_of, told
from fhir.history import url
from fhir.mapping import Resource
from fhir.outcome import issue, outcome_of
from fhir.ports import port
from fhir.search.engine import Page, find
from fhir.search.query import parse
from fhir.views.ask import LOOKS, Answer, Ask, Pairs


def search(ask: Ask, *, type_: str) -> Answer:
    """A page of matches among what the principal may see."""
    return _searched(ask, type_, ask.pairs)


def search_posted(ask: Ask, *, type_: str) -> Answer:
    """The same with the question in a form, so that it stands in no address."""
    return _searched(ask, type_, _posted(ask))


def search_chart(ask: Ask, *, fhir_id: str, type_: str) -> Answer:
    """A page of matches about one patient (the patient's compartment)."""
    return _searched(ask, type_, ask.pairs, fhir_id)


def search_chart_posted(ask: Ask, *, fhir_id: str, type_: str) -> Answer:
    """The same, posted."""
    return _searched(ask, type_, _posted(ask), fhir_id)


def _posted(ask: Ask) -> Pairs:
    return [*ask.pairs, *(pair for pair in ask.form() if pair[0] not in LOOKS)]


def _searched(ask: Ask, type_: str, pairs: Pairs, patient: str = "") -> Answer:
    query = parse(type_, pairs, lenient=ask.prefer.lenient, base=ask.base)
    page = find(ask.by, query, base=ask.base, within=patient)
    records = [*page.matches, *page.included]
    one, several = told(patients_of(records))
    port("record_access")(
        by=ask.by,
        action="search",
        entities=dict.fromkeys([*(record.reference for record in records), *several]),
        patient_id=one,
        detail={"type": type_, "query": pairs} | ({"patient": patient} if patient else {}),
    )
    place = f"Patient/{patient}/{type_}" if patient else type_
    return Answer(resource=searchset(page, f"{ask.base}/{place}", ask.base))


def searchset(page: Page, address: str, base: str) -> Resource:
    """A page of matches as a Bundle."""
    links = [{"relation": "self", "url": url(address, page.self_pairs)}]
    if page.next_pairs:
        links.append({"relation": "next", "url": url(address, page.next_pairs)})
    matches = len(page.matches)
    entries = [
        *(entry(resource, base, "match") for resource in page.resources[:matches]),
        *(entry(resource, base, "include") for resource in page.resources[matches:]),
        *_said(page),
    ]
    found: Resource = {"resourceType": "Bundle", "type": "searchset"}
    if page.total is not None:
        found["total"] = page.total
    found["link"] = links
    return found | ({"entry": entries} if entries else {})


def entry(resource: Resource, base: str, mode: str) -> Resource:
    """A resource as an entry of a searchset."""
    return {
        "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
        "resource": resource,
        "search": {"mode": mode},
    }


def _said(page: Page) -> list[Resource]:
    """What the asker must know about the page, as an entry of its own."""
    said: list[Any] = [
        issue("warning", "not-supported", f'The parameter "{name}" was passed over.')
        for name in page.ignored
    ]
    said += [issue("warning", "incomplete", text) for text in page.warnings]
    return [{"resource": outcome_of(said), "search": {"mode": "outcome"}}] if said else []
