"""An honest, minimal FHIR R4 store in memory: versions, conditions, bundles, pages."""

import copy
import re
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Resource = dict[str, Any]


class Refused(Exception):
    """The store does not do that; ``status`` says why in HTTP."""

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        self.words = words
        super().__init__(words)


@dataclass
class Outcome:
    """What a request came to."""

    status: int
    body: Resource | None = None
    location: str = ""
    etag: str = ""


def outcome(words: str, severity: str = "error") -> Resource:
    """An OperationOutcome that says ``words``."""
    issue = {"severity": severity, "code": "processing", "diagnostics": words}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


@dataclass
class Store:
    """Every version of every resource.

    Attributes:
        put_creates: PUT to an unknown id creates (Google: only where enabled).
        entry_limit: Largest bundle taken.
        page_size: Resources on one page of a search.
        refused_types: Types this store answers 422 for.
        next_base: Base of ``next`` links; a hostile test points it elsewhere.
    """

    put_creates: bool = True
    entry_limit: int = 500
    page_size: int = 2
    refused_types: set[str] = field(default_factory=set)
    next_base: str = ""
    versions: dict[tuple[str, str], list[Resource]] = field(default_factory=dict)
    made: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def handle(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Outcome:
        """Carry out one interaction; ``path`` is relative to the base."""
        with self.lock:
            parts = urlsplit(path)
            steps = [step for step in parts.path.split("/") if step]
            if method == "GET":
                return self._get(steps, dict(parse_qsl(parts.query)))
            if method == "POST" and not steps:
                return self._bundle(body)
            if method == "POST" and len(steps) == 1:
                return self._create(steps[0], body, headers.get("if-none-exist", ""))
            if method == "PUT" and len(steps) == 2:
                return self._put(steps[0], steps[1], body, headers.get("if-match", ""))
            raise Refused(405, f"{method} {parts.path} is not supported")

    def current(self, type_: str) -> list[Resource]:
        """The newest version of every resource of a type."""
        return [found[-1] for (kind, _), found in self.versions.items() if kind == type_]

    def _get(self, steps: list[str], query: dict[str, str]) -> Outcome:
        if steps == ["metadata"]:
            return Outcome(200, {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})
        if len(steps) == 1:
            return Outcome(200, self._search(steps[0], query))
        found = self.versions.get((steps[0], steps[1]))
        if not found:
            raise Refused(404, f"{'/'.join(steps)} is not known")
        if len(steps) == 3:
            entries = [{"resource": version} for version in reversed(found)]
            return Outcome(200, {"resourceType": "Bundle", "type": "history", "entry": entries})
        return Outcome(200, found[-1], etag=_etag(found[-1]))

    def _search(self, type_: str, query: dict[str, str]) -> Resource:
        found = self._matching(type_, {k: v for k, v in query.items() if k != "page"})
        first = int(query.get("page", "0")) * self.page_size
        page = found[first : first + self.page_size]
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
        bundle["entry"] = [{"resource": resource} for resource in page]
        if first + self.page_size < len(found):
            again = "&".join(f"{k}={v}" for k, v in query.items() if k != "page")
            url = f"{self.next_base}{type_}?{again}&page={first // self.page_size + 1}"
            bundle["link"] = [{"relation": "next", "url": url}]
        return bundle

    def _matching(self, type_: str, query: dict[str, str]) -> list[Resource]:
        if set(query) - {"identifier", "_id"}:
            raise Refused(400, f"Search by {sorted(query)} is not supported")
        return [
            resource
            for resource in self.current(type_)
            if query.get("_id") in (None, resource["id"])
            and ("identifier" not in query or query["identifier"] in _tokens(resource))
        ]

    def _create(self, type_: str, body: Resource, if_none_exist: str) -> Outcome:
        self._check(type_, body)
        if if_none_exist:
            found = self._matching(type_, dict(parse_qsl(if_none_exist)))
            if len(found) > 1:
                raise Refused(412, f"{len(found)} resources match {if_none_exist}")
            if found:
                location = f"{type_}/{found[0]['id']}"
                return Outcome(200, found[0], location=location, etag=_etag(found[0]))
        self.made += 1
        return self._write(201, type_, f"remote-{self.made}", body)

    def _put(self, type_: str, id_: str, body: Resource, if_match: str) -> Outcome:
        self._check(type_, body)
        if body.get("id") != id_:
            raise Refused(400, "The id in the body differs from the one in the address")
        found = self.versions.get((type_, id_))
        if not found and not self.put_creates:
            raise Refused(405, "PUT does not create here")
        if if_match and (not found or _etag(found[-1]) != if_match):
            raise Refused(412, "The version is another")
        return self._write(200 if found else 201, type_, id_, body)

    def _write(self, status: int, type_: str, id_: str, body: Resource) -> Outcome:
        kept = self.versions.setdefault((type_, id_), [])
        version = str(len(kept) + 1)
        meta = {**body.get("meta", {}), "versionId": version}
        kept.append({**copy.deepcopy(body), "id": id_, "meta": meta})
        location = f"{type_}/{id_}/_history/{version}"
        return Outcome(status, kept[-1], location=location, etag=_etag(kept[-1]))

    def _check(self, type_: str, body: Any) -> None:
        if not isinstance(body, dict) or body.get("resourceType") != type_:
            raise Refused(400, f"The body is no {type_}")
        if type_ in self.refused_types:
            raise Refused(422, f"{type_} breaks a local rule")

    def _bundle(self, body: Any) -> Outcome:
        if not isinstance(body, dict) or body.get("type") not in ("batch", "transaction"):
            raise Refused(400, "Only batch and transaction bundles are taken")
        entries = body.get("entry", [])
        if len(entries) > self.entry_limit:
            raise Refused(413, f"At most {self.entry_limit} entries are taken")
        before = copy.deepcopy(self.versions) if body["type"] == "transaction" else None
        answers = [self._entry(entry) for entry in entries]
        failed = [entry for entry in answers if not re.match("2", entry["response"]["status"])]
        if failed and before is not None:
            self.versions = before
            raise Refused(int(failed[0]["response"]["status"]), "The transaction failed")
        kind = f"{body['type']}-response"
        return Outcome(200, {"resourceType": "Bundle", "type": kind, "entry": answers})

    def _entry(self, entry: Resource) -> Resource:
        request = entry["request"]
        headers = {
            "if-match": request.get("ifMatch", ""),
            "if-none-exist": request.get("ifNoneExist", ""),
        }
        try:
            done = self.handle(request["method"], request["url"], entry.get("resource"), headers)
        except Refused as refusal:
            said = outcome(refusal.words)
            return {"response": {"status": str(refusal.status), "outcome": said}}
        response = {"status": str(done.status), "etag": done.etag, "location": done.location}
        return {"response": {k: v for k, v in response.items() if v}}


def _etag(resource: Resource) -> str:
    return f'W/"{resource["meta"]["versionId"]}"'


def _tokens(resource: Resource) -> set[str]:
    return {f"{i.get('system', '')}|{i.get('value', '')}" for i in resource.get("identifier", ())}
