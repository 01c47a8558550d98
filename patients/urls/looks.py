"""Addresses of the looks at a chart."""

from django.urls import path

from patients.views import looks

urlpatterns = [
    path("patients/<uuid:patient_id>/looks/", looks.looks, name="looks"),
    path("patients/<uuid:patient_id>/looks/print/", looks.looks_print, name="looks-print"),
]
