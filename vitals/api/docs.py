"""The API's own description, and pages to read and try it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView

# Open to everybody: it describes the doors and opens none.
schema = SpectacularAPIView.as_view()


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI, from our own server and without inline script or style."""
    return render(request, "vitals/api_docs.html")
