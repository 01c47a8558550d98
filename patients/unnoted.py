"""Notes the looks that a view did not note itself: a form, too, shows whose chart it is about."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts import audit
from accounts.access import principal

# A page, also one that shows a form again; not the way to another page, and no refusal.
PAGES = (200, 409, 422)


class NoteLooks:
    """A page that shows a patient leaves a look, whatever the view behind it forgot.

    Parts of a page that are fetched again and again are left out: the page was noted.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        shown = getattr(request, "shown_patients", {})
        if shown and _is_page(request, response):
            for patient_id in shown.keys() - audit.noted_about():
                audit.record_access(
                    by=principal(request),
                    action="read",
                    entities=[shown[patient_id]],
                    patient_id=patient_id,
                )
        return response


def _is_page(request: HttpRequest, response: HttpResponse) -> bool:
    whole = not request.headers.get("HX-Request") or bool(request.headers.get("HX-Boosted"))
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    return whole and kind == "text/html" and response.status_code in PAGES
