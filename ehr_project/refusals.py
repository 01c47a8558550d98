"""Turns every Refusal into an answer that says what to do, and notes it in the audit trail."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import audit
from accounts.access import principal
from fhir.errors import Refusal
from fhir.negotiation import Format, written
from fhir.outcome import outcome

PROGRAMS = {"api", "fhir", "oauth"}
PAGES = {400, 403, 404, 409, 413, 422, 429}
# Refused for what was sent, not for who sent it or how much it was (that is never parsed).
KEEPS = {409, 422}


class RefusalMiddleware:
    """One place where an act's refusal becomes an answer to a browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        by_hand = request.method == "GET" and _area(request) not in PROGRAMS
        if by_hand and isinstance(answer, HttpResponseNotAllowed):
            page = render(request, "errors/405.html", status=answer.status_code)
            page.headers["Allow"] = answer.headers["Allow"]
            return page
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for a Refusal; the act's transaction is already rolled back."""
        return _page(request, error) if isinstance(error, Refusal) else None


def refused(request: HttpRequest, no: Refusal, *, plain: bool = False) -> HttpResponse:
    """The refusal in the words of whoever asks: OperationOutcome, JSON, a page.

    Args:
        request: What was asked.
        no: Why not.
        plain: Nobody knows yet who asks: a text instead of a page, and nothing is put on record.
    """
    area = _area(request)
    if area == "fhir":
        body = written(outcome(no), Format.JSON)
        answer = HttpResponse(body, content_type=Format.JSON.content_type)
    elif area in PROGRAMS:
        answer = JsonResponse({"code": no.code, "message": no.message})
    elif plain:
        answer = HttpResponse(no.message, content_type="text/plain; charset=utf-8")
    else:
        return _page(request, no)
    answer.status_code = no.status
    return _later(answer, no)


def _area(request: HttpRequest) -> str:
    return request.path.split("/")[1]


def _page(request: HttpRequest, no: Refusal) -> HttpResponse:
    match = request.resolver_match
    if not no.quiet:
        audit.record(
            principal(request),
            match.url_name or "unknown" if match else "unknown",
            outcome="refused",
            detail={"code": no.code, "method": request.method},
        )
    page = no.status if no.status in PAGES else 400
    context = {
        "message": no.message,
        "code": no.code,
        "way_on": no.way_on,
        "back": "" if no.way_on else _form_of(request),
        "written": _written(request, no.status),
    }
    return _later(render(request, f"errors/{page}.html", context, status=no.status), no)


def _form_of(request: HttpRequest) -> str:
    """The page of this house that sent what was refused; empty where none did."""
    came = request.headers.get("Referer", "")
    if request.method != "POST" or not url_has_allowed_host_and_scheme(
        came, {request.get_host()}, require_https=request.is_secure()
    ):
        return ""
    return urlsplit(came)._replace(scheme="", netloc="", fragment="").geturl()


def _written(request: HttpRequest, status: int) -> list[str]:
    """The sentences that somebody wrote, to be copied: browsers do not bring them back.

    Codes, dates and single words hold no space and are quickly chosen again.
    """
    if request.method != "POST" or status not in KEEPS:
        return []
    said = [
        text for name, texts in request.POST.lists() if "password" not in name for text in texts
    ]
    return [text.strip() for text in said if " " in text.strip()]


def _later(answer: HttpResponse, no: Refusal) -> HttpResponse:
    if no.retry_after_s:
        answer.headers["Retry-After"] = str(no.retry_after_s)
    return answer
