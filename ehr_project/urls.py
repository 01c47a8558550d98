"""Every address of the house. What is open without sign-in stands in ``tests/test_doors.py``."""

from django.contrib import admin
from django.urls import include, path

import fhir.urls
from ehr_project import health, style
from ehr_project.admin_pages import views as admin_pages

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("style/", style.style, name="style"),
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
