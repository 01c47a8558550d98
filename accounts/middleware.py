"""Puts ``request.principal`` on every request."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.principals import principal_of
from fhir.principal import Principal


class PrincipalMiddleware:
    """``request.principal``: looked up on first use, so static pages ask the database nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.principal = cast(  # type: ignore[attr-defined]
            Principal, SimpleLazyObject(lambda: principal_of(cast(User, request.user)))
        )
        return self.get_response(request)
