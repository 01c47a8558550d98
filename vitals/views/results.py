"""A laboratory test over time as a figure; here, because only this floor draws with plotly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.roles import CHART_READ
from patients.chart.ranges import LocalRanges, assess
from patients.chart.readings import value_words
from patients.chart.results import of_one_test
from patients.models import Observation
from patients.views.opening import looked, open_record

if TYPE_CHECKING:
    from uuid import UUID

DRAWN = 500


@require_safe
@requires(CHART_READ)
def result_trend(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """The newest 500 numbers in the newest unit, with their range; 204 below two of them."""
    shown, patient = open_record(request, Observation, observation_id)
    looked(request, patient, shown)
    rows = of_one_test(patient, shown.code_code, str(shown))
    dated = rows.filter(effective_start__isnull=False, value__isnull=False)
    found = list(dated[:DRAWN])
    unit = value_words(found[0])[1] if found else ""
    same = [row for row in reversed(found) if value_words(row)[1] == unit]
    if len(same) < 2:
        return HttpResponse(status=204)
    from vitals.charts import result_trend as figure  # plotly takes a second to import

    bounds = assess(same[-1], LocalRanges(patient, {shown.code_code})).bounds
    low, high = (None if end is None else float(end) for end in (bounds.low, bounds.high))
    points = [
        (row.effective_start, float(row.value), value_words(row)[0])
        for row in same
        if row.effective_start is not None and row.value is not None
    ]
    body = json.dumps(figure(points, unit, low, high), default=str)
    return HttpResponse(body, content_type="application/json")
