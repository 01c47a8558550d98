"""May this principal do that? Asked by every act and every view."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias

from django.http import HttpRequest, HttpResponse

from fhir.errors import NotAllowed
from fhir.principal import Principal

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponse]


def require(by: Principal, scope: str, facility: object = None) -> None:
    """Refuse unless ``by`` holds ``scope`` (at ``facility``, when one is named).

    Raises:
        NotAllowed: it does not; RefusalMiddleware audits it after the rollback.
    """
    if not by.may(scope, facility) and by.kind != "system":
        raise NotAllowed(
            f'This needs the permission "{scope}", which your role does not hold here. '
            "An administrator can give you a role that does."
        )


def requires(scope: str) -> Callable[[View[P]], View[P]]:
    """A view that only principals with ``scope`` reach."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            require(principal(request), scope)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def principal(request: Any) -> Principal:
    """Who is asking."""
    found: Principal = request.principal
    return found
