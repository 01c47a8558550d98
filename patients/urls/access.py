"""Addresses of access: broken glasses, their review, restrictions, labels."""

from django.urls import path

from patients.views import access_reviews, break_glass, restrictions

urlpatterns = [
    path("patients/<uuid:patient_id>/break-glass/", break_glass.break_glass, name="break-glass"),
    path("break-glass/<uuid:glass_id>/end/", break_glass.end_break_glass, name="break-glass-end"),
    path("access-reviews/", access_reviews.access_reviews, name="access-reviews"),
    path("access-reviews/<uuid:glass_id>/", access_reviews.access_review, name="access-review"),
    path(
        "patients/<uuid:patient_id>/restrictions/new/",
        restrictions.restriction_new,
        name="restriction-new",
    ),
    path("patients/<uuid:patient_id>/label/", restrictions.person_label, name="person-label"),
    path(
        "records/<str:type_>/<uuid:record_id>/label/",
        restrictions.record_label,
        name="record-label",
    ),
]
