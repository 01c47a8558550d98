"""Every address of the house. What is open without sign-in stands in ``tests/test_doors.py``."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

import fhir.urls
from accounts.sign_in.views import SignOut
from ehr_project import health, style
from ehr_project.admin_pages import views as admin_pages

handler500 = "ehr_project.outage.server_error"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("style/", style.style, name="style"),
    # One door: the admin has no sign-in of its own, which would ask for a password only.
    path("admin/login/", admin_pages.to_sign_in),
    path("admin/logout/", SignOut.as_view()),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password-change")),
    path("admin/", admin.site.admin_view(admin_pages.index)),
    path("admin/health/", admin.site.admin_view(admin_pages.health_page), name="admin-health"),
    path("admin/usage/", admin.site.admin_view(admin_pages.usage_page), name="admin-usage"),
    path("admin/", admin.site.urls),
    path("fhir", fhir.urls.base, name="fhir-base"),  # clients post bundles to the base as it is
    path("fhir/", include("fhir.urls")),
    path("", include("accounts.urls")),
    path("", include("patients.urls")),
    path("", include("vitals.urls")),
]
