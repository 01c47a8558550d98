"""Turns every refusal of the device API into JSON with a stable code, and notes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from accounts import audit, limits
from accounts.principals import ANONYMOUS
from fhir.errors import Refusal, TooOften
from vitals.api.authentication import Caller
from vitals.errors import BodyTooLarge, KeyMissing, MediaType
from vitals.models import UploadRefusal

if TYPE_CHECKING:
    from rest_framework.request import Request

CODES = {
    exceptions.NotAuthenticated: KeyMissing,
    exceptions.UnsupportedMediaType: MediaType,
    RequestDataTooBig: BodyTooLarge,
}


def refuse(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to a refused request (REST framework's exception handler)."""
    body = described(error)
    if body is None:
        return None
    status, code, message, more = body
    request: Request = context["request"]
    if not getattr(error, "quiet", False):
        note(request, status, code, message)
    headers = {"WWW-Authenticate": 'Bearer realm="devices"'} if status == 401 else {}
    if isinstance(error, TooOften):
        headers = {"Retry-After": str(error.retry_after_s)}
    return Response({"code": code, "message": message, **more}, status=status, headers=headers)


def described(error: Exception) -> tuple[int, str, str, dict[str, Any]] | None:
    """Status, code, message and further members; None for what is our fault."""
    for theirs, ours in CODES.items():
        if isinstance(error, theirs):
            error = ours()
    if isinstance(error, Refusal):
        more = dict(getattr(error, "more", {}))
        if error.expression:
            more["field"] = error.expression
        return error.status, error.code, error.message, more
    if isinstance(error, Http404):
        return 404, "not-found", "There is nothing at this address.", {}
    if isinstance(error, exceptions.ValidationError):
        field, message = _first(error.detail)
        return 400, "malformed", message, {"field": field} if field else {}
    if isinstance(error, exceptions.APIException):
        code = str(error.default_code).replace("_", "-")
        return error.status_code, code, str(error.detail), {}
    return None


def note(request: Request, status: int, code: str, detail: str) -> None:
    """Keep the refusal for the console and the audit trail, after the act has rolled back."""
    caller = getattr(request, "_user", None)
    # A flood of requests without a valid key must not fill the disk.
    if not isinstance(caller, Caller) and not limits.STRANGERS_NOTED.room("all"):
        return
    device_id = caller.device_id if isinstance(caller, Caller) else None
    by = caller.principal if isinstance(caller, Caller) else ANONYMOUS
    with transaction.atomic():
        UploadRefusal.objects.create(
            device_id=device_id,
            method=request.method or "",
            path=request.path[:300],
            status=status,
            code=code,
            detail=detail[:500],
        )
        audit.record(by, "upload", outcome="refused", detail={"code": code})


def _first(detail: Any, field: str = "") -> tuple[str, str]:
    """The first complaint of a serializer, and the member it is about."""
    if isinstance(detail, dict) and detail:
        name, inner = next(iter(detail.items()))
        path = name if not field else f"{field}.{name}"
        return _first(inner, "" if name == "non_field_errors" else path)
    if isinstance(detail, list) and detail:
        return _first(detail[0], field)
    return field, str(detail)
