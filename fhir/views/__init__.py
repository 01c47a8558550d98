"""The FHIR doors: metadata, read, version read and search, as JSON."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from fhir.capability import statement
from fhir.codec import dumps
from fhir.errors import MethodNotAllowed, NotFound, NotSignedIn, Refusal
from fhir.mapping import Mapping, Resource
from fhir.models import Change
from fhir.outcome import outcome
from fhir.ports import port
from fhir.principal import Principal
from fhir.registry import mapping
from fhir.search.old import search

P = ParamSpec("P")
JSON = "application/fhir+json; charset=utf-8"


def answer(
    body: Resource, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    """A FHIR JSON answer."""
    return HttpResponse(dumps(body), status=status, content_type=JSON, headers=headers)


def door(
    view: Callable[Concatenate[HttpRequest, Principal, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """GET only, for somebody who is known; a refusal becomes an OperationOutcome and is audited."""

    @csrf_exempt
    @login_not_required  # answers 401 as FHIR says, not a redirect to a page
    @wraps(view)
    def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        who: Principal | None = None
        try:
            who = port("authenticate")(request)
            if who is None:
                raise NotSignedIn("Sign in to Chartwave in this browser first.")
            if request.method not in ("GET", "HEAD"):
                raise MethodNotAllowed(f"{request.method} is not supported here; use GET.")
            return view(request, who, *args, **kwargs)
        except Refusal as refusal:
            if who is not None:
                port("record_access")(
                    by=who, action="fhir", outcome="refused", detail={"code": refusal.code}
                )
            return answer(outcome(refusal), refusal.status)

    return opened


@login_not_required
def metadata(request: HttpRequest) -> HttpResponse:
    """What this server can do; open to everybody, as FHIR asks."""
    return answer(statement(_base(request)))


@door
def read(_: HttpRequest, who: Principal, type_: str, fhir_id: str) -> HttpResponse:
    """One resource, newest version."""
    found = mapping(type_)
    record = _visible(found, who).filter(fhir_id=fhir_id).first()
    if record is None:
        raise NotFound(f"No {type_} with the id {fhir_id} that you may see.")
    port("record_access")(
        by=who, action="read", entities=[record.reference], patient_id=record.about
    )
    return _versioned(found.render(record))


@door
def vread(_: HttpRequest, who: Principal, type_: str, fhir_id: str, version: int) -> HttpResponse:
    """One version of a resource: the newest, or what a later change replaced."""
    found = mapping(type_)
    record = _visible(found, who).filter(fhir_id=fhir_id).first()
    if record is None or not 1 <= version <= record.version:
        raise NotFound(f"No version {version} of {type_} {fhir_id} that you may see.")
    port("record_access")(
        by=who, action="vread", entities=[record.reference], patient_id=record.about
    )
    if version == record.version:
        return _versioned(found.render(record))
    later = Change.objects.of(type_, fhir_id).get(version=version + 1)
    return _versioned(later.before)


@door
def search_type(request: HttpRequest, who: Principal, type_: str) -> HttpResponse:
    """A page of matches among what the principal may see."""
    found = mapping(type_)
    query = [(key, value) for key, values in request.GET.lists() for value in values]
    page = search(_visible(found, who), found.search, query)
    port("record_access")(
        by=who,
        action="search",
        entities=[record.reference for record in page.rows],
        detail={"type": type_, "query": query},
    )
    return answer(_bundle(request, type_, query, page.next_cursor, [*map(found.render, page.rows)]))


def _visible(found: Mapping, who: Principal) -> Any:
    return port("visible")(found.queryset(), who)


def _versioned(resource: Resource) -> HttpResponse:
    return answer(resource, headers={"ETag": f'W/"{resource["meta"]["versionId"]}"'})


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/fhir")


def _bundle(
    request: HttpRequest,
    type_: str,
    query: list[tuple[str, str]],
    cursor: str,
    found: list[Resource],
) -> Resource:
    base = f"{_base(request)}/{type_}"
    links = [{"relation": "self", "url": f"{base}?{urlencode(query)}"}]
    if cursor:
        rest = [pair for pair in query if pair[0] != "_cursor"]
        links.append(
            {"relation": "next", "url": f"{base}?{urlencode([*rest, ('_cursor', cursor)])}"}
        )
    entries = [
        {"fullUrl": f"{base}/{r['id']}", "resource": r, "search": {"mode": "match"}} for r in found
    ]
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "link": links}
    return bundle | ({"entry": entries} if entries else {})
