"""What is answered while the database is away or full: that it is so, and when to come again."""

import logging
import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views import defaults

from fhir.outage import AWAY, DatabaseAway

log = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort (Django's handler500): 503 where nothing but the database is at fault."""
    error = sys.exc_info()[1]
    if not isinstance(error, AWAY):
        log.error("A page failed", exc_info=error)
        return defaults.server_error(request)
    # Its message may hold a value, so the log says its kind.
    log.error("The database does not serve: %s", type(error.__cause__ or error).__name__)
    no = DatabaseAway()
    answer: HttpResponse
    if request.path.split("/")[1] in ("api", "oauth"):
        answer = JsonResponse({"code": no.code, "message": no.message})
    else:
        answer = HttpResponse(render_to_string("errors/503.html"))
    answer.status_code = no.status
    answer.headers["Retry-After"] = str(no.retry_after_s)
    return answer
