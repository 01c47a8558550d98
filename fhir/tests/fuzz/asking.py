"""Whole requests: method, address, headers and body, each of them right or wrong."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from fhir.tests.fuzz import questions
from fhir.tests.fuzz.corpus import alike, corpus
from fhir.tests.fuzz.questions import TYPES
from fhir.tests.fuzz.values import as_json, as_xml, grafted, mutated, odd

JSON, XML, PATCH = "application/fhir+json", "application/fhir+xml", "application/json-patch+json"
FORM = "application/x-www-form-urlencoded"
SHOWN = 6_000
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY", "get", "X")
ODD_IDS = (
    *(
        "a/b",
        "..",
        "../x",
        "%00",
        "%2F",
        "x" * 65,
        "x" * 5000,
        "é",
        "%F0%9F%AB%80",
        "_history",
        "$x",
    ),
    *("a b", "%20", "-", ".", "A" * 64, "metadata", "_search", "%ff", "a%0d%0aX: y", "1?x=1#y"),
)
ODD_PATHS = (
    *("", "/", "metadata", "metadata/x", "_history", "_search", "Nothing", "Nothing/1", "patient"),
    *("Patient/", "Patient//1", "Patient/1/", "Patient/$everything", "Patient/1/$x", "$validate"),
    *("Patient/1/_history/0", "Patient/1/_history/99999999999999999999999", "Observation/_history"),
    *(
        "Patient/1/_history/x",
        "Patient/1/Observation/1",
        "Patient/1/Nothing",
        "%00",
        "é/ü",
        "a" * 9000,
    ),
    *(
        "Patient/_history/1",
        "Bundle/$validate",
        "Resource",
        "DomainResource/1",
        "Patient/%",
        "../x",
    ),
)
HEADERS: dict[str, tuple[str, ...]] = {
    "Accept": (
        *(
            JSON,
            XML,
            "text/html",
            "*/*",
            "",
            "text/turtle",
            "application/fhir+json;q=0",
            ",;,",
            "x",
        ),
        *("application/fhir+xml;q=0.9,application/fhir+json;q=x", "a" * 9000, "é", "*/*;q=1e999"),
        *("application/fhir+json; fhirVersion=3.0", "application/json;charset=latin1", ";;;="),
    ),
    "Content-Type": (
        *("", "text/plain", "application/json", "application/fhir+xml", JSON + "; charset=latin1"),
        *("multipart/form-data", "multipart/form-data; boundary=x", FORM, PATCH, "a" * 3000, "é/é"),
        *(JSON + "; fhirVersion=5.0", "application/xml;;", "application/merge-patch+json"),
    ),
    "If-Match": ('W/"1"', '"1"', "1", "*", 'W/"x"', "", 'W/"99999999999999999999"', "é", '"' * 500),
    "If-None-Match": ('W/"1"', "*", "x", '"",""', 'W/"' + "9" * 400 + '"'),
    "If-None-Exist": (
        *("_id=example", "identifier=x", "", "?", "x=y", "_has:x", "name=" + "a" * 4000, "é=é"),
        *("_count=5", "_sort=_id", "identifier=a|b&identifier=c|d", "http://x/Patient?name=x"),
    ),
    "If-Modified-Since": (
        *("Sun, 06 Nov 1994 08:49:37 GMT", "x", "Sun, 31 Feb 9999 08:49:37 GMT", "0", "1" * 300),
        *("Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 0000 08:49:37 GMT"),
    ),
    "Prefer": (
        *("return=minimal", "return=representation", "return=OperationOutcome", "handling=lenient"),
        *("handling=strict", "respond-async", "return=x", ";;=,", "return", "x" * 900),
    ),
    "Content-Encoding": ("gzip", "x-gzip", "deflate", "br", "gzip, gzip", "identity", "GZIP", ""),
    "Content-Length": ("-1", "x", "99999999999999", "0", "٣"),
    "Range": ("bytes=0-1", "bytes=9-1"),
    "Host": ("testserver", "localhost"),
    "X-HTTP-Method-Override": ("DELETE",),
    "Cookie": ("sessionid=" + "x" * 200, "a=b; =; é"),
}


@dataclass(frozen=True)
class Request:
    """One request as it goes out."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    token: bool = True

    def __str__(self) -> str:
        body = repr(self.body[:SHOWN]) + f" … of {len(self.body)}" * (len(self.body) > SHOWN)
        head = "".join(f"\n  {name}: {value[:300]!r}" for name, value in self.headers.items())
        query = repr(self.query[:SHOWN])
        return f"{self.method} {self.path[:300]!r} ? {query}{head}\n  {body}"


@dataclass
class Asker:
    """Makes requests; ``known`` grows by what the server says it keeps."""

    random: Random
    known: list[str] = field(default_factory=lambda: ["Patient/example"])

    def requests(self) -> Iterator[Request]:
        """Requests without end."""
        kinds: list[tuple[Callable[[], Request], int]] = [
            (self.search, 26),
            (self.posted_search, 5),
            (self.create, 16),
            (self.update, 16),
            (self.patch, 9),
            (self.bundle, 6),
            (self.look, 7),
            (self.delete, 3),
            (self.operation, 5),
            (self.nowhere, 5),
            (self.bomb, 1),
        ]
        makers, weights = zip(*kinds, strict=True)
        while True:
            yield self._headed(self.random.choices(makers, weights)[0]())

    # Asking

    def search(self) -> Request:
        type_ = self._type()
        path = type_ if self.random.random() < 0.9 else f"Patient/{self._id()}/{type_}"
        return Request("GET", path, questions.query(self.random, type_))

    def posted_search(self) -> Request:
        type_ = self._type()
        form = questions.query(self.random, type_).encode()
        query = questions.query(self.random, type_) if self.random.random() < 0.2 else ""
        return Request("POST", f"{type_}/_search", query, {"Content-Type": FORM}, form)

    def look(self) -> Request:
        place = self._place()
        version = self.random.choice(("1", "2", "0", "x", "9" * 30))
        tail = self.random.choice(("", "", "/_history", f"/_history/{version}"))
        if self.random.random() < 0.15:
            place, tail = self.random.choice((self._type(), "")), "/_history"
        query = questions.query(self.random, "Patient") if self.random.random() < 0.4 else ""
        if self.random.random() < 0.3:
            wish = self.random.choice(("_since", "_at", "_count", "_cursor", "_elements"))
            query = f"{wish}={quote(questions.text(self.random), errors='replace')}"
        return Request(
            self.random.choice(("GET", "GET", "HEAD")), (place + tail).lstrip("/"), query
        )

    # Changing

    def create(self) -> Request:
        resource, body, headers = self._resource()
        type_ = resource["resourceType"] if self.random.random() < 0.95 else self._type()
        return Request("POST", type_, "", headers, body)

    def update(self) -> Request:
        resource, body, headers = self._resource()
        type_, id_ = resource["resourceType"], resource.get("id") or self._id()
        if self.random.random() < 0.12:
            return Request("PUT", type_, questions.query(self.random, type_), headers, body)
        path = f"{type_}/{id_}" if self.random.random() < 0.9 else self._place()
        return Request("PUT", path, "", headers, body)

    def patch(self) -> Request:
        place = self._place()
        steps = [self._operation(place) for _ in range(self.random.choice((1, 1, 2, 5)))]
        sent = steps if self.random.random() < 0.95 else odd(self.random)
        query = ""
        if self.random.random() < 0.1:
            place = place.partition("/")[0]
            query = questions.query(self.random, self._type())
        headers = {"Content-Type": PATCH}
        return Request("PATCH", place, query, headers, as_json(self.random, sent))

    def delete(self) -> Request:
        if self.random.random() < 0.3:
            type_ = self._type()
            return Request("DELETE", type_, questions.query(self.random, type_))
        return Request("DELETE", self._place())

    def bundle(self) -> Request:
        entries = [self._entry() for _ in range(self.random.choice((0, 1, 2, 3, 8)))]
        kind = self.random.choices(("transaction", "batch", "collection", "x"), (10, 8, 1, 1))[0]
        sent: Any = {"resourceType": "Bundle", "type": kind, "entry": entries}
        if self.random.random() < 0.3:
            sent = mutated(self.random, sent)
        return Request("POST", "", "", {"Content-Type": JSON}, as_json(self.random, sent))

    def operation(self) -> Request:
        if self.random.random() < 0.4:
            query = questions.query(self.random, "Patient") if self.random.random() < 0.4 else ""
            if self.random.random() < 0.4:
                query = f"_type={self._type()},{self._type()}&_since=2020"
            return Request("GET", f"Patient/{self._id()}/$everything", query)
        resource, body, headers = self._resource()
        if self.random.random() < 0.3:
            inner = [{"name": "resource", "resource": resource}, {"name": "mode", "valueCode": "x"}]
            sent = {"resourceType": "Parameters", "parameter": inner}
            body, headers = as_json(self.random, mutated(self.random, sent)), {"Content-Type": JSON}
        return Request("POST", f"{resource['resourceType']}/$validate", "", headers, body)

    def nowhere(self) -> Request:
        """An address or a method that leads nowhere."""
        path = self.random.choice(ODD_PATHS)
        if self.random.random() < 0.5:
            path = f"{self._type()}/{self.random.choice(ODD_IDS)}"
        return Request(self.random.choice(METHODS), path, "", {"Content-Type": JSON}, b"{}")

    def bomb(self) -> Request:
        """A body that is small on the wire only, cut short, or deep."""
        small = {"Content-Type": JSON}
        match self.random.randrange(5):
            case 0:
                return Request("POST", "Patient", "", small | {"Content-Encoding": "gzip"}, BOMB)
            case 1:
                cut = gzip.compress(b'{"resourceType":"Patient"}')[: self.random.randrange(40)]
                return Request("POST", "Patient", "", small | {"Content-Encoding": "gzip"}, cut)
            case 2:
                depth = self.random.choice((500, 5_000, 100_000))
                return Request("POST", "Patient", "", small, b"[" * depth + b"]" * depth)
            case 3:
                depth = self.random.choice((500, 5_000, 50_000))
                deep = b'{"extension":[' * depth + b"]}" * depth
                return Request("POST", "Patient", "", small, deep)
            case _:
                deep = b"<Patient xmlns='http://hl7.org/fhir'>" + b"<contact>" * 20_000
                return Request("POST", "Patient", "", {"Content-Type": XML}, deep)

    # Parts of them

    def _type(self) -> str:
        if self.random.random() < 0.6:
            return self.random.choice(self.known).partition("/")[0]
        return self.random.choice(TYPES)

    def _id(self) -> str:
        if self.random.random() < 0.1:
            return self.random.choice(ODD_IDS)
        patients = [place for place in self.known if place.startswith("Patient/")]
        return self.random.choice(patients or ["Patient/x"]).partition("/")[2]

    def _place(self) -> str:
        if self.random.random() < 0.9:
            return self.random.choice(self.known)
        return f"{self._type()}/{self.random.choice(ODD_IDS)}"

    def _resource(self) -> tuple[dict[str, Any], bytes, dict[str, str]]:
        resource = self.random.choice(corpus())
        chance = self.random.random()
        if chance < 0.2:
            return resource, as_xml(self.random, resource), {"Content-Type": XML}
        if chance < 0.6:
            sent = mutated(self.random, resource)
        else:
            sent = grafted(self.random, resource, alike(resource["resourceType"]))
        return resource, as_json(self.random, sent), {"Content-Type": JSON}

    def _operation(self, place: str) -> dict[str, Any]:
        type_ = place.partition("/")[0]
        like = alike(type_) or corpus()[:1]
        path = self._pointer(self.random.choice(like))
        verb = self.random.choice(("add", "replace", "remove", "test", "move", "copy", "x"))
        made = {"op": verb, "path": path, "value": odd(self.random)}
        if verb in ("move", "copy"):
            made["from"] = self._pointer(self.random.choice(like))
        return mutated(self.random, made) if self.random.random() < 0.15 else made

    def _pointer(self, value: Any) -> str:
        steps = ""
        while isinstance(value, dict | list) and value and self.random.random() < 0.7:
            named = isinstance(value, dict)
            key = self.random.choice(list(value)) if named else self.random.randrange(len(value))
            value, steps = value[key], f"{steps}/{key}"
        odd_ends = ("/-", "/", "/99", "/~2", "/-1", "/01", "/é", "/" * 50, "/~0~1")
        return steps + self.random.choice(odd_ends) * (self.random.random() < 0.15)

    def _entry(self) -> dict[str, Any]:
        resource = self.random.choice(corpus())
        type_ = resource["resourceType"]
        method = self.random.choice(("POST", "POST", "PUT", "GET", "DELETE", "PATCH", "HEAD", "X"))
        url = {"POST": type_, "PUT": f"{type_}/{resource.get('id', 'x')}"}.get(
            method, self._place()
        )
        if self.random.random() < 0.2:
            url = f"{type_}?{questions.query(self.random, type_)}"
        entry: dict[str, Any] = {"request": {"method": method, "url": url}}
        if method in ("POST", "PUT") or self.random.random() < 0.1:
            entry["resource"] = resource
        if self.random.random() < 0.3:
            entry["fullUrl"] = self.random.choice(("urn:uuid:a", "x", "", f"http://x/{url}"))
        if self.random.random() < 0.2:
            name = self.random.choice(("ifMatch", "ifNoneMatch", "ifNoneExist", "ifModifiedSince"))
            entry["request"][name] = self.random.choice(('W/"1"', "x=y", "_id=example", "*", 5, ""))
        return mutated(self.random, entry) if self.random.random() < 0.3 else entry

    def _headed(self, request: Request) -> Request:
        headers = dict(request.headers)
        while self.random.random() < 0.25:
            name = self.random.choice(list(HEADERS))
            headers[name] = self.random.choice(HEADERS[name])
        body = request.body
        if body and body is not BOMB and self.random.random() < 0.04:
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        token = self.random.random() > 0.01
        return Request(request.method, request.path, request.query, headers, body, token)


def _bomb() -> bytes:
    """A gibibyte of spaces in a megabyte."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    piece = b" " * 2**20
    return b"".join(packer.compress(piece) for _ in range(2**10)) + packer.flush()


BOMB = _bomb()
