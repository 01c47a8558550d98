"""Every request that the addresses of ``/fhir/`` take, found in the addresses themselves."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import get_resolver

from fhir.tests.access.hidden import HERE, LOINC, NOWHERE, gone, observation, patient, records

FHIR, FORM = "application/fhir+json", "application/x-www-form-urlencoded"
PATCH = "application/json-patch+json"


@dataclass(frozen=True)
class Request:
    """One request, and what it is called in a failure."""

    method: str
    path: str
    body: bytes = b""
    content_type: str = FHIR
    headers: tuple[tuple[str, str], ...] = field(default=())

    def __str__(self):
        held = dict(self.headers)
        return f"{self.method} {self.path} {self.body[:200].decode()} {held or ''}".strip()

    def about(self, old, new):
        """The same about something else."""
        return Request(
            self.method,
            self.path.replace(old, new),
            self.body.replace(old.encode(), new.encode()),
            self.content_type,
            tuple((name, value.replace(old, new)) for name, value in self.headers),
        )


def addresses():
    """(route, methods) of each address under ``/fhir/``."""
    for outer in get_resolver().url_patterns:
        prefix = str(outer.pattern)
        if not prefix.startswith(("fhir", "^fhir")):
            continue
        for inner in getattr(outer, "url_patterns", [outer]):
            route = prefix + (str(inner.pattern) if inner is not outer else "")
            acts = getattr(inner.callback, "acts", {})
            yield route, sorted(acts)


def filled(route, type_, id_):
    """A route with a type and an id in it."""
    route = re.sub(r"<type:\w+>", type_, route)
    route = re.sub(r"<fhirid:\w+>", id_, route)
    return "/" + re.sub(r"<int:\w+>", "1", route)


def requests_of(route, method, resource):
    """What to send to a route about one resource; several where there are several ways."""
    path = filled(route, resource["resourceType"], resource["id"])
    for ask in _ways(method, path, resource):
        yield ask
        if method != "POST" and resource["resourceType"] == "Observation":
            for name, value in (("If-Match", 'W/"1"'), ("If-None-Match", "*")):
                yield Request(ask.method, ask.path, ask.body, ask.content_type, ((name, value),))


def _ways(method, path, resource):
    body = json.dumps(resource).encode()
    if method == "POST" and path.endswith("_search"):
        yield Request(method, path, urlencode({"_id": resource["id"]}).encode(), FORM)
    elif path in ("/fhir", "/fhir/"):
        yield from bundles(resource)
    elif method == "PATCH":
        change = [{"op": "test", "path": "/id", "value": resource["id"]}]
        yield Request(method, path, json.dumps(change).encode(), PATCH)
    elif method in ("POST", "PUT"):
        yield Request(method, path, body)
    else:
        yield Request(method, path)


def bundles(resource):
    """Entries of a batch and of a transaction about one resource."""
    place = f"{resource['resourceType']}/{resource['id']}"
    single = [
        {"request": {"method": "GET", "url": place}},
        {"request": {"method": "GET", "url": f"{place}/_history"}},
        {"request": {"method": "GET", "url": f"{place}/_history/1"}},
        {"request": {"method": "DELETE", "url": place}},
        {"resource": resource, "request": {"method": "PUT", "url": place}},
    ]
    for kind in ("batch", "transaction"):
        for entry in single:
            yield bundle(kind, entry)


def bundle(kind, *entries):
    """A Bundle of entries, posted."""
    body = {"resourceType": "Bundle", "type": kind, "entry": list(entries)}
    return Request("POST", "/fhir", json.dumps(body).encode())


# Of these, whoever is refused at the door is asked; of the others the answer cannot differ.
MAIN = ("Patient", "Observation", "Communication")


def by_id(*, main=False):
    """Every method of every route, about every hidden record; or about the ``main`` ones."""
    routes = [(r, m) for r, m in addresses() if "<path:" not in r and "metadata" not in r]
    for resource in (*records(), *gone()):
        known = resource["resourceType"] in MAIN
        for route, methods in routes:
            if ("<fhirid:" in route or known) and (known or not main):
                for method in methods:
                    yield from requests_of(route, method, resource)


# Questions that hit what is hidden; the word on the right hits nothing.
TWINS = {
    HERE: NOWHERE,
    "hidden-2": "absent-2",
    "H-1": "N-1",
    "Hiddensen": "Absentsen",
    "9999-1": "7777-1",
    "zebra": "okapi",
    "Z-1": "N-1",
    "1931-07-08": "1932-07-08",
    "99.9": "77.7",
    "1999-09-09": "1777-07-07",
    "Organization/hill": "Organization/dale",
}
PATIENT = (
    *(f"_id={HERE}", "identifier=H-1", "identifier=urn:test:hill|H-1", "family=Hiddensen"),
    *("name:exact=Hiddensen", "name:contains=iddens", "birthdate=1931-07-08", f"_id={HERE},rosa"),
    *("_has:Observation:patient:code=9999-1", f"_has:Observation:patient:_id={HERE}"),
    *("_has:Observation:patient:value-quantity=99.9", "_has:Condition:patient:code=zebra"),
    *(f"_has:Encounter:patient:_id={HERE}", f"_has:Provenance:target:_id={HERE}"),
    *(f"_has:Group:member:_id={HERE}", f"_has:Communication:subject:_id={HERE}"),
    *(f"_has:List:subject:_id={HERE}", f"_has:Observation:focus:_id={HERE}"),
    *("_has:Observation:patient:_has:Provenance:target:agent=" + f"Patient/{HERE}",),
    f"link={HERE}",
)
OBSERVATION = (
    *(f"_id={HERE}", "code=9999-1", f"code={LOINC}|9999-1", f"patient={HERE}"),
    *(f"subject=Patient/{HERE}", f"subject:Patient={HERE}", "patient.identifier=H-1"),
    *("subject:Patient.family=Hiddensen", "patient.birthdate=1931-07-08"),
    *("value-quantity=99.9", "value-quantity=99.9||mg", "date=1999-09-09", "date=lt1999-09-10"),
    *(f"encounter={HERE}", f"encounter._id={HERE}", "encounter.date=1999-09-09"),
    *(f"focus=Patient/{HERE}", "focus:Patient.family=Hiddensen", f"focus:Patient._id={HERE}"),
    *("focus:Observation.code=9999-1", f"_has:Provenance:target:_id={HERE}"),
    *("code-value-quantity=9999-1$99.9", f"patient:not={HERE}", "code:not=9999-1"),
)
SHAPES = (
    *("", "_total=accurate", "_summary=count", "_sort=-_lastUpdated", "_sort=date&_count=1"),
    *(
        "_include=*",
        "_include=Observation:focus",
        "_include=Observation:patient&_include:iterate=*",
    ),
    *("_revinclude=Provenance:target", "_revinclude=*", "_elements=id"),
)
OTHERS = {
    "Condition": ("code=zebra", f"patient={HERE}", "patient.family=Hiddensen"),
    "Encounter": (f"patient={HERE}", "date=1999-09-09", "subject:Patient.family=Hiddensen"),
    "Device": (f"patient={HERE}", "patient.family=Hiddensen", f"_id={HERE}"),
    "Communication": (f"subject={HERE}", "subject:Patient.family=Hiddensen", f"_id={HERE}"),
    "Group": (f"member=Patient/{HERE}", "member:Patient.family=Hiddensen", f"_id={HERE}"),
    "Provenance": (
        f"target=Observation/{HERE}",
        f"patient={HERE}",
        "agent:Patient.name=Hiddensen",
    ),
    "List": (f"subject={HERE}", f"patient={HERE}", f"_id={HERE}"),
    "Basic": ("code=zebra", f"_id={HERE}"),
    "Bundle": (f"_id={HERE}", "type=collection"),
    "Organization": (f"_has:Patient:organization:_id={HERE}",),
    "Practitioner": (f"_has:Encounter:practitioner:_id={HERE}",),
}


def questions():
    """Searches whose answer would tell whether what is hidden is there."""
    asked = {"Patient": PATIENT, "Observation": OBSERVATION} | OTHERS
    for type_, queries in asked.items():
        for number, query in enumerate(queries):
            yield from _searches(type_, query, every_way=number == 0)
    for shape in SHAPES:
        yield Request("GET", f"/fhir/Patient?_id={HERE}&{shape}".rstrip("&"))
        if "date" not in shape or "_sort" in shape:
            yield Request("GET", f"/fhir/Observation?patient={HERE}&{shape}".rstrip("&"))
    for rest in ("Observation", "Observation?code=9999-1", "Condition", "Communication", "Device"):
        yield Request("GET", f"/fhir/Patient/{HERE}/{rest}")


def _searches(type_, query, *, every_way):
    yield Request("GET", f"/fhir/{type_}?{query}&_total=accurate")
    if every_way:
        yield Request("GET", f"/fhir/{type_}?{query}")
        yield Request("POST", f"/fhir/{type_}/_search", query.encode(), FORM)
        yield bundle("batch", {"request": {"method": "GET", "url": f"{type_}?{query}"}})


def writes():
    """Writes that name what is hidden: as the subject, beside it, or as a condition."""
    subject = {"reference": f"Patient/{HERE}"}
    mine = {"reference": "Patient/rosa"}
    stored = {"resourceType": "Communication", "status": "completed", "subject": subject}
    new = [
        observation("x", subject),
        observation("x", mine, encounter={"reference": f"Encounter/{HERE}"}),
        observation("x", mine, focus=[subject]),
        observation("x", mine, derivedFrom=[{"reference": f"Observation/{HERE}"}]),
        observation("x", mine, device={"reference": f"Device/{HERE}"}),
        stored,
        stored | {"subject": mine, "recipient": [subject]},
        stored | {"subject": mine, "about": [subject]},
        patient("x", "hill", "H-1"),
        patient("x", "harbour", "R-77") | {"identifier": patient()["identifier"]},
        patient("x", "harbour", "R-77") | {"link": [{"other": subject, "type": "seealso"}]},
    ]
    for resource in new:
        type_ = resource["resourceType"]
        body = {name: value for name, value in resource.items() if name != "id"}
        yield Request("POST", f"/fhir/{type_}", json.dumps(body).encode())
        yield Request("POST", f"/fhir/{type_}/$validate", json.dumps(body).encode())
        yield bundle("transaction", {"resource": body, "request": {"method": "POST", "url": type_}})
        yield bundle("batch", {"resource": body, "request": {"method": "POST", "url": type_}})
    yield from conditional()


def conditional():
    """Conditions that match what is hidden."""
    person = patient("x", "harbour", "R-78")
    person.pop("id")
    body = json.dumps(person).encode()
    where = "identifier=urn:test:hill|H-1"
    yield Request("POST", "/fhir/Patient", body, headers=(("If-None-Exist", where),))
    yield Request("PUT", f"/fhir/Patient?{where}", body)
    yield Request("DELETE", f"/fhir/Patient?{where}")
    change = json.dumps([{"op": "replace", "path": "/gender", "value": "male"}]).encode()
    yield Request("PATCH", f"/fhir/Patient?{where}", change, PATCH)
    entry = {"resource": person, "request": {"method": "POST", "url": "Patient"}}
    entry["request"]["ifNoneExist"] = where
    yield bundle("transaction", entry)
    note = observation("x", {"reference": f"Patient?{where}"})
    note.pop("id")
    yield bundle(
        "transaction", {"resource": note, "request": {"method": "POST", "url": "Observation"}}
    )
