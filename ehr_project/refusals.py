"""Turns every Refusal into a page that says what to do, and notes it in the audit trail."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import audit
from accounts.access import principal
from fhir.errors import Refusal

PAGES = {400, 403, 404, 409, 422}


class RefusalMiddleware:
    """One place where an act's refusal becomes an answer to a browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for a Refusal; the act's transaction is already rolled back."""
        if not isinstance(error, Refusal):
            return None
        match = request.resolver_match
        audit.record(
            principal(request),
            match.url_name or "unknown" if match else "unknown",
            outcome="refused",
            detail={"code": error.code, "method": request.method},
        )
        page = error.status if error.status in PAGES else 400
        context = {"message": error.message, "code": error.code, "way_on": error.way_on}
        return render(request, f"errors/{page}.html", context, status=error.status)
