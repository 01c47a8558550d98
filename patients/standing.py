"""Whether an open chart page may stay: broken glasses that stand, and the chart that it shows."""

from uuid import UUID

from django.http import HttpRequest

from accounts.access import principal
from patients.models import BreakGlass, Patient


def mark_of(request: HttpRequest) -> str:
    """Differs as soon as a broken glass ends, or the chart that the page names closes."""
    who = principal(request)
    broken = BreakGlass.objects.held_by(who).order_by("pk").values_list("pk", flat=True)
    return f"{[str(pk) for pk in broken]} {_is_visible(request)}"


def _is_visible(request: HttpRequest) -> bool:
    try:
        patient = UUID(request.GET.get("patient", ""))
    except ValueError:  # the page is about nobody
        return False
    return Patient.objects.visible_to(principal(request)).filter(pk=patient).exists()
