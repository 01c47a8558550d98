"""Headers every answer carries: nothing is cached, nothing is embedded, no sensor is asked for."""

from collections.abc import Callable
from typing import Final

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

NOBODY: Final = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation"),
    *("gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment"),
    *("picture-in-picture", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
OURSELVES: Final = ("fullscreen", "publickey-credentials-create", "publickey-credentials-get")
HEADERS: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        [*(f"{name}=()" for name in NOBODY), *(f"{name}=(self)" for name in OURSELVES)]
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
NOT_KEPT: Final = "no-store"
# What no page shows loads nothing, runs nothing and has no origin when somebody opens it alone.
CLOSED: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
# Browsers refuse to show a PDF in a sandbox; pages and our own files have the policy of the house.
SHOWN: Final = ("text/html", "application/pdf")


class PrivateByDefault:
    """Adds the headers unless the view set its own; static files keep their caching.

    The outermost of all, so that what any other refuses carries them too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", NOT_KEPT)
        return response


class PolicyOfPages(CSPMiddleware):
    """The policy of the house for what has none yet; it is not put together for anything else."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Set the header where it is missing."""
        return response if HEADER in response else super().process_response(request, response)


class ClosedByDefault:
    """What is neither a page nor a static file gets the policy that closes everything."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        shown = response.headers.get("Content-Type", "").startswith(SHOWN)
        if not shown and not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault(HEADER, CLOSED)
        return response
