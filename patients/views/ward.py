"""The ward: its beds and who lies in them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.roles import ENCOUNTER_MANAGE
from patients.chart.ward import house


@require_safe
@requires(ENCOUNTER_MANAGE)
def ward(request: HttpRequest) -> HttpResponse:
    """Wards, beds, patients; empty beds as well."""
    by = principal(request)
    found = house(by)
    audit.record_access(by=by, action="ward", entities=found.references)
    return render(request, "ward/ward.html", {"wards": found.wards, "nowhere": found.nowhere})
