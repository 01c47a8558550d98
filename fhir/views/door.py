"""The one door of the FHIR API: who asks, may they, then the interaction; refusals answered."""

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from fhir.errors import (
    BadParameter,
    Invalid,
    MethodNotAllowed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refusal,
)
from fhir.mapping import Resource
from fhir.negotiation import Format, preference, wanted, written
from fhir.outage import AWAY, DatabaseAway
from fhir.outcome import issue, outcome, outcome_of
from fhir.ports import port
from fhir.principal import Interaction, Principal
from fhir.registry import mapping
from fhir.views import bodies
from fhir.views.ask import LOOKS, STRANGER, Answer, Ask, Pairs

log = logging.getLogger(__name__)

PUBLIC = "public"


@dataclass(frozen=True)
class Act:
    """An interaction.

    Attributes:
        code: What FHIR calls it.
        letters: It needs one of these rights on its type. Empty: it asks for each type by itself.
            ``PUBLIC``: it is open to strangers.
        carry_out: Does it.
        plan: What it would write, so that a transaction can write it together with others.
    """

    code: str
    letters: str
    carry_out: Callable[..., Answer]
    plan: Callable[..., Any] | None = None


View = Callable[..., HttpResponse]
Acts = Mapping[str, Act]


def require(by: Principal, type_: str, *letters: Interaction) -> None:
    """Refuse what the rights of the asker do not name, before anything is looked up.

    Args:
        by: Who asks.
        type_: Of which type; "*" for every type.
        letters: One of these rights is enough.

    Raises:
        NotAllowed: the same whether or not such rows exist.
    """
    if not any(by.may_interact(letter, type_) for letter in letters):
        raise NotAllowed(
            f'This needs the right "{letters[0]}" on {"every type" if type_ == "*" else type_}, '
            "which you do not have over FHIR."
        )


def perform(act: Act, ask: Ask, where: Mapping[str, Any]) -> Answer:
    """Carry out an interaction; the only way in, for HTTP and for entries of a Bundle alike.

    Raises:
        Refusal: of any kind.
    """
    permitted(act, ask, where)
    return act.carry_out(ask, **where)


def permitted(act: Act, ask: Ask, where: Mapping[str, Any]) -> None:
    """Refuse an interaction that the asker has no right to, before anything is looked up.

    Raises:
        UnknownType: its type is none of R4.
        NotAllowed: the right is missing.
        TooOften: the asker has had enough for this minute.
    """
    type_ = where.get("type_", "*")
    if type_ != "*":
        mapping(type_)
    if act.letters and act.letters != PUBLIC:
        require(ask.by, type_, *_letters(act))
    if act.letters != PUBLIC:
        port("spend")(ask.by, act.code)


def _letters(act: Act) -> tuple[Interaction, ...]:
    known: tuple[Interaction, ...] = ("c", "r", "u", "d", "s")
    return tuple(letter for letter in known if letter in act.letters)


def refused(by: Principal | None, refusal: Refusal) -> None:
    """Note a refusal in the audit trail."""
    if by is not None and not refusal.quiet:
        port("record_access")(
            by=by, action="fhir", outcome="refused", detail={"code": refusal.code}
        )


def door(acts: Acts) -> View:
    """The view of one address; ``acts`` tells what each method does there."""

    @csrf_exempt  # a session may only read; writes need a bearer token
    @login_not_required  # answers 401 as FHIR says, not a redirect to a page
    def opened(request: HttpRequest, **where: Any) -> HttpResponse:
        return _answered(request, acts, where)

    opened.acts = acts  # type: ignore[attr-defined]
    return opened


def _answered(request: HttpRequest, acts: Acts, where: Mapping[str, Any]) -> HttpResponse:
    by: Principal | None = None
    format_, indented = Format.JSON, False
    try:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=_allow(acts))
        query = bodies.pairs(request.META.get("QUERY_STRING", ""))
        act = acts.get("GET" if request.method == "HEAD" else str(request.method))
        if act is None or act.letters != PUBLIC:
            by = _asker(request)
        format_, indented = _looks(request, query)
        if act is None:
            raise _nothing_there(request, acts)
        answer = perform(act, _asked(request, by, query, where), where)
        return _headless(request, _http(answer, format_, indented=indented))
    except Refusal as refusal:
        refused(by, refusal)
        return _refusal(refusal, format_, acts)
    except DataError:
        problem = Invalid("A value is one that the database cannot hold, such as a date too far.")
        refused(by, problem)
        return _refusal(problem, format_, acts)
    except Exception as error:  # noqa: BLE001  the last resort, so that it is an OperationOutcome
        return _http(unexpected(error), format_, indented=indented)


def unexpected(error: Exception) -> Answer:
    """The answer to what should not have happened.

    The log says where it happened, not what about: a message may hold a patient's data.
    """
    if isinstance(error, AWAY):
        log.error("The database does not serve the FHIR API: %s", type(error).__name__)
        away = DatabaseAway()
        headers = {"Retry-After": str(away.retry_after_s)}
        return Answer(away.status, outcome(away), headers=headers)
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s in the FHIR API\n%s", type(error).__name__, where)
    message = "Something went wrong here; it was noted. Nothing of this was kept."
    return Answer(500, outcome_of([issue("fatal", "exception", message)]))


def _asker(request: HttpRequest) -> Principal:
    by: Principal | None = port("authenticate")(request)
    if by is None:
        raise NotSignedIn(
            "Sign in to Chartwave in this browser, open its screen if that is locked, or send a "
            "bearer token."
        )
    return by


def _looks(request: HttpRequest, query: Pairs) -> tuple[Format, bool]:
    asked = dict(query)
    format_ = wanted(request.headers.get("Accept", ""), asked.get("_format", ""))
    indented = asked.get("_pretty", "false")
    if indented not in ("true", "false"):
        raise BadParameter('_pretty: write "true" or "false".', expression="_pretty")
    return format_, indented == "true"


def _nothing_there(request: HttpRequest, acts: Acts) -> Refusal:
    if not acts:
        return NotFound(
            "There is nothing at this address. A resource is at Type/id; an id has 1 to 64 "
            "letters, digits, hyphens or dots."
        )
    known = ", ".join(sorted(acts))
    return MethodNotAllowed(f"{str(request.method)[:20]} is not supported here; use {known}.")


def _allow(acts: Acts) -> dict[str, str]:
    reading = {"HEAD"} if "GET" in acts else set()
    return {"Allow": ", ".join(sorted({*acts, *reading, "OPTIONS"}))}


def _asked(
    request: HttpRequest, by: Principal | None, query: Pairs, where: Mapping[str, Any]
) -> Ask:
    most = bodies.MOST_PARTS_OF_ONE if where else bodies.MOST_PARTS_OF_BUNDLE
    return Ask(
        by=by or STRANGER,
        base=request.build_absolute_uri("/fhir"),
        method=str(request.method),
        pairs=[pair for pair in query if pair[0] not in LOOKS],
        headers={name.lower(): value for name, value in request.headers.items()},
        prefer=preference(request.headers.get("Prefer", "")),
        body=lambda: bodies.document(request, most),
        content_type=request.headers.get("Content-Type", ""),
        form=lambda: bodies.form(request),
        raw=lambda: bodies.raw(request),
    )


def _http(answer: Answer, format_: Format, *, indented: bool) -> HttpResponse:
    headers = answer.http_headers()
    if answer.content is not None:
        return HttpResponse(answer.content, status=answer.status, headers=headers)
    if answer.resource is None:
        response = HttpResponse(status=answer.status, headers=headers)
        if answer.status in (204, 304):
            del response["Content-Type"]
        return response
    return _body(answer.resource, answer.status, format_, headers, indented=indented)


def _headless(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """HEAD: the headers of what GET would answer."""
    if request.method == "HEAD" and response.content:
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def _body(
    resource: Resource,
    status: int,
    format_: Format,
    headers: dict[str, str] | None = None,
    *,
    indented: bool = False,
) -> HttpResponse:
    body = written(resource, format_, indented=indented)
    given = {"Vary": "Accept"} | (headers or {})
    return HttpResponse(body, status=status, content_type=format_.content_type, headers=given)


def _refusal(refusal: Refusal, format_: Format, acts: Acts) -> HttpResponse:
    headers: dict[str, str] = {}
    if isinstance(refusal, MethodNotAllowed):
        headers = _allow(acts)
    if isinstance(refusal, NotSignedIn):
        headers = {"WWW-Authenticate": refusal.challenge}
    if refusal.retry_after_s:
        headers = {"Retry-After": str(refusal.retry_after_s)}
    return _body(outcome(refusal), refusal.status, format_, headers)
