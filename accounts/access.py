"""May this principal do that? Asked by every act and every view."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts import roles
from accounts.models import Membership, Practitioner
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
            f"Your role here does not allow you to {roles.WORDS.get(scope, scope)} ({scope}). "
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


def readers_at(facilities: Iterable[UUID | None]) -> QuerySet[Practitioner]:
    """The people who sign in and read charts at these facilities, by name."""
    reading = [role for role, scopes in roles.SCOPES.items() if roles.CHART_READ in scopes]
    held = Membership.objects.current().filter(
        facility__in=facilities, role__in=reading, user__is_active=True
    )
    rows = Practitioner.objects.filter(user__in=held.values("user")).exclude(active=False)
    return rows.order_by("display", "id")
