"""Addresses of the chart."""

from django.urls import path

from patients.views import chart, home, observations

urlpatterns = [
    path("", home.home, name="home"),
    path("patients/search/", home.patient_search, name="patient-search"),
    path("patients/<uuid:patient_id>/", chart.patient_chart, name="patient-chart"),
    path("observations/<uuid:observation_id>/", observations.observation, name="observation"),
    path(
        "observations/<uuid:observation_id>/accept/",
        observations.observation_accept,
        name="observation-accept",
    ),
]
