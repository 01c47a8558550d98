"""What Django costs for one query and one note in the audit: the measure of benchmarks/fhir.py.

No session, no middleware, no token, no visibility, no FHIR: a view, a row, an audit event.
"""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ehr_project.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []


def read(_: HttpRequest, fhir_id: str) -> JsonResponse:
    """One row by its id, and who looked."""
    from accounts.audit import record_access
    from fhir.principal import SYSTEM
    from patients.models import Patient

    row: Any = Patient.objects.values("fhir_id", "family", "gender", "extra").get(fhir_id=fhir_id)
    record_access(by=SYSTEM, action="read", entities=[f"Patient/{fhir_id}"])
    return JsonResponse({name: str(value) for name, value in row.items()})


def ready(_: HttpRequest) -> HttpResponse:
    return HttpResponse("ready")


urlpatterns = [path("readyz", ready), path("Patient/<str:fhir_id>", read)]
application = WSGIHandler()
