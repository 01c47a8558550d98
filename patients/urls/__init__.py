"""Addresses of the chart."""

from django.urls import include, path

from patients.views import chart, home, in_error, observations, search, timeline

urlpatterns = [
    path("", home.home, name="home"),
    path("patients/search/", search.patient_search, name="patient-search"),
    path("patients/<uuid:patient_id>/", chart.patient_chart, name="patient-chart"),
    path("patients/<uuid:patient_id>/timeline/", timeline.patient_timeline, name="timeline"),
    path("observations/<uuid:observation_id>/", observations.observation, name="observation"),
    path(
        "observations/<uuid:observation_id>/accept/",
        observations.observation_accept,
        name="observation-accept",
    ),
    path("records/<str:type_>/<uuid:record_id>/in-error/", in_error.in_error, name="in-error"),
    path("", include("patients.urls.access")),
    path("", include("patients.urls.history")),
    path("", include("patients.urls.looks")),
    path("", include("patients.urls.medicines")),
    path("", include("patients.urls.notes")),
    path("", include("patients.urls.plans")),
    path("", include("patients.urls.people")),
    path("", include("patients.urls.printing")),
    path("", include("patients.urls.results")),
    path("", include("patients.urls.terminology")),
]
