"""Addresses of the device API, version 1."""

from django.urls import path

from vitals.api import docs, files, views

urlpatterns = [
    path("v1/time", views.TimeView.as_view(), name="api-time"),
    path("v1/readings/", views.ReadingsView.as_view(), name="api-readings"),
    path("v1/recordings/", views.RecordingsView.as_view(), name="api-recordings"),
    path("v1/recordings/<uuid:recording_id>", views.RecordingView.as_view(), name="api-recording"),
    path(
        "v1/recordings/<uuid:recording_id>/chunks/<int:seq>",
        views.ChunkView.as_view(),
        name="api-chunk",
    ),
    path("v1/recordings/<uuid:recording_id>/chunks", views.BatchView.as_view(), name="api-chunks"),
    path("v1/recordings/<uuid:recording_id>/close", views.CloseView.as_view(), name="api-close"),
    path("v1/files/", files.FilesView.as_view(), name="api-files"),
    path("v1/status/", views.StatusView.as_view(), name="api-status"),
    path("v1/events/", views.EventsView.as_view(), name="api-events"),
    path("schema/", docs.schema, name="api-schema"),
    path("docs/", docs.docs, name="api-docs"),
]
