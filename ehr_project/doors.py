"""What is refused before any view reads a byte: no length, too large, too often, in the clear."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from accounts import limits
from ehr_project.access_log import METHODS, ROUTE
from ehr_project.refusals import refused
from fhir.errors import InTheClear, LengthRequired, MethodNotAllowed, TooLarge, TooOften
from patients.acts.documents import LARGEST_FILE
from vitals.files.bundle import LARGEST as LARGEST_RECORDING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponse

    from fhir.errors import Refusal

FORM_AROUND: Final = 2**16  # bytes of a form beside its files
# Nobody types more than this; the largest form is a note.
LARGEST_FORM: Final = 2 * 2**20
# Addresses that take files: how much they take with everything around them.
FILES: Final[Mapping[str, int]] = {
    "document-new": LARGEST_FILE + FORM_AROUND,
    "recording-import": LARGEST_RECORDING + FORM_AROUND,
}
# Programs have limits of their own, of each kind of body: vitals.api.parsers, fhir.views.bodies,
# accounts.clients.views. Each is kept before anything is read.
PROGRAMS: Final = re.compile(r"/(api|fhir|oauth)(/|$)")
OFTEN: Final[Mapping[str, limits.Limit]] = {
    "patient-search": limits.SEARCH,
    "terminology-find": limits.SEARCH,
    "recording-export": limits.EXPORT,
    "recording-original": limits.EXPORT,
    "document-download": limits.EXPORT,
    "print-summary": limits.EXPORT,
    "print-prescriptions": limits.EXPORT,
    "print-prescription": limits.EXPORT,
    "print-note": limits.EXPORT,
    "print-draft": limits.EXPORT,
    "print-letter": limits.EXPORT,
}


class DoorMiddleware:
    """The first that sees a request; what it refuses is never parsed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        no = _improper(request)
        if no is None:
            return self.get_response(request)
        answer = refused(request, no, plain=True)
        if isinstance(no, MethodNotAllowed):
            answer.headers["Allow"] = ", ".join(sorted(METHODS))
        return answer

    def process_view(
        self, request: HttpRequest, _view: Any, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """The refusal, before the protection against forged forms reads the body."""
        if request.resolver_match is not None:
            request.META[ROUTE] = request.resolver_match.route
        try:
            _sizes(request)
            _often(request)
        except (TooLarge, TooOften) as no:
            return refused(request, no)
        return None


def _improper(request: HttpRequest) -> Refusal | None:
    if request.method not in METHODS:
        return MethodNotAllowed()
    # The server reads as many bytes as Content-Length says; of a body without it, none.
    if "Transfer-Encoding" in request.headers:
        return LengthRequired()
    # A page leads to https; a program that was led there would go on sending its key in the clear.
    if settings.BEHIND_TLS and not request.is_secure() and PROGRAMS.match(request.path):
        return InTheClear()
    return None


def _sizes(request: HttpRequest) -> None:
    match = request.resolver_match
    if PROGRAMS.match(request.path) or match is None:
        return
    most = FILES.get(match.url_name or "", LARGEST_FORM)
    size = _declared(request)
    if size > most:
        raise TooLarge(
            _("This page takes at most %(most)s MB at once, and this has %(size)s MB.")
            % {"most": most // 2**20, "size": f"{size / 2**20:.1f}"}
        )


def _declared(request: HttpRequest) -> int:
    text = request.headers.get("Content-Length") or "0"
    return int(text[:20]) if text.isdecimal() else 0


def _often(request: HttpRequest) -> None:
    match = request.resolver_match
    limit = OFTEN.get(match.url_name or "") if match else None
    if limit is None or (limit is limits.SEARCH and request.method != "POST"):
        return
    signed_in = request.user.is_authenticated
    limit.take(f"user:{request.user.pk}" if signed_in else limits.address_of(request))
