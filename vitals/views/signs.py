"""A vital sign over time as a figure; here, because only this floor draws with plotly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.roles import CHART_READ
from fhir.errors import NotFound
from patients.chart.sign_trend import lines, sign_of
from patients.models import Observation
from patients.views.opening import looked, open_record

if TYPE_CHECKING:
    from uuid import UUID


@require_safe
@requires(CHART_READ)
def sign_trend(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """The newest 500 values of the sign that the observation is of; 204 below two."""
    shown, patient = open_record(request, Observation, observation_id)
    sign = sign_of(shown)
    if not sign:
        raise NotFound
    looked(request, patient, shown)
    drawn = lines(patient, sign)
    if not drawn.is_drawable:
        return HttpResponse(status=204)
    from vitals.charts import sign_lines  # plotly takes a second to import

    body = json.dumps(sign_lines(drawn.lines, drawn.unit), default=str)
    return HttpResponse(body, content_type="application/json")
