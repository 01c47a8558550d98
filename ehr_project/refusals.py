"""Turns every Refusal into an answer that says what to do, and notes it in the audit trail."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts import audit
from accounts.access import principal
from fhir.errors import Refusal
from fhir.negotiation import Format, written
from fhir.outcome import outcome

PAGES = {400, 403, 404, 409, 413, 422, 429}


class RefusalMiddleware:
    """One place where an act's refusal becomes an answer to a browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

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
    area = request.path.split("/")[1]
    if area == "fhir":
        body = written(outcome(no), Format.JSON)
        answer = HttpResponse(body, content_type=Format.JSON.content_type)
    elif area in ("api", "oauth"):
        answer = JsonResponse({"code": no.code, "message": no.message})
    elif plain:
        answer = HttpResponse(no.message, content_type="text/plain; charset=utf-8")
    else:
        return _page(request, no)
    answer.status_code = no.status
    return _later(answer, no)


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
    context = {"message": no.message, "code": no.code, "way_on": no.way_on}
    return _later(render(request, f"errors/{page}.html", context, status=no.status), no)


def _later(answer: HttpResponse, no: Refusal) -> HttpResponse:
    if no.retry_after_s:
        answer.headers["Retry-After"] = str(no.retry_after_s)
    return answer
