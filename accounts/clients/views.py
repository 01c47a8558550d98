"""The OAuth2 endpoints: a token for client id and secret; ending one; what one is good for."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from oauth2_provider.views.mixins import OAuthLibMixin

from accounts import audit, limits
from fhir.principal import Principal

Endpoint = Callable[[Any, HttpRequest], tuple[dict[str, str], str, int]]
View = Callable[[HttpRequest], HttpResponse]

FORM = "application/x-www-form-urlencoded"
LONGEST_BODY = 20_000
STRANGER = Principal("client", "unknown")


def endpoint(answer: Endpoint) -> View:
    """A door for programs that name themselves; it slows down whoever tries names."""

    @wraps(answer)
    def opened(request: HttpRequest) -> HttpResponse:
        address = limits.neighbourhood(limits.address_of(request))
        if limits.FAILED_CLIENTS.reached(address):
            return _error(429, "slow_down", "Too many failures from here; wait a minute.")
        response = _shape(request) or _asked(answer, request)
        if response.status_code in (400, 401):
            limits.FAILED_CLIENTS.count(address)
            if limits.first_in_a_minute("noted", address):
                audit.record(STRANGER, "client-sign-in", outcome="refused")
        return response

    return csrf_exempt(login_not_required(sensitive_post_parameters()(require_POST(opened))))


def _shape(request: HttpRequest) -> HttpResponse | None:
    """What is wrong with a request before anybody reads its body."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
        return _error(400, "invalid_request", "The form is too long.")
    is_form = request.content_type in (FORM, "")
    if not request.headers.get("Authorization") and not (is_form and request.POST.get("client_id")):
        words = f"Name the client by HTTP Basic, or in a form sent as {FORM}."
        return _error(401, "invalid_client", words)
    if not is_form:
        return _error(400, "invalid_request", f"Send the form as {FORM}.")
    return None


def _asked(answer: Endpoint, request: HttpRequest) -> HttpResponse:
    try:
        headers, body, status = answer(OAuthLibMixin.get_oauthlib_core(), request)
    except ValueError:  # oauthlib says so of characters that no form may hold
        return _error(400, "invalid_request", "The request holds characters it may not hold.")
    given = {"Cache-Control": "no-store", "Content-Type": "application/json"} | headers
    return HttpResponse(body or "", status=status, headers=given)


def _error(status: int, code: str, words: str) -> HttpResponse:
    body = json.dumps({"error": code, "error_description": words})
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Chartwave clients"'
    if status == 429:
        headers["Retry-After"] = str(limits.WINDOW_S)
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


@endpoint
def token(core: Any, request: HttpRequest) -> tuple[dict[str, str], str, int]:
    """A bearer token (RFC 6749, 4.4)."""
    _, headers, body, status = core.create_token_response(request)
    return headers, body, status


@endpoint
def revoke(core: Any, request: HttpRequest) -> tuple[dict[str, str], str, int]:
    """End a token of one's own (RFC 7009); the answer is the same where there was none."""
    _, headers, body, status = core.create_revocation_response(request)
    return headers, body, status


@endpoint
def introspect(core: Any, request: HttpRequest) -> tuple[dict[str, str], str, int]:
    """What a token of one's own is good for (RFC 7662)."""
    uri, method, body, headers = core._extract_params(request)
    answer: tuple[dict[str, str], str, int] = core.server.create_introspect_response(
        uri, method, body, headers
    )
    return answer
