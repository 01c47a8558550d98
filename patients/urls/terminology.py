"""Addresses of the codes that can be picked."""

from django.urls import path

from patients.views import terminology

urlpatterns = [
    path("terminology/find/", terminology.terminology_find, name="terminology-find"),
    path("terminology/", terminology.terminology_sources, name="terminology-sources"),
]
