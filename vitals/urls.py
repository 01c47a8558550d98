"""Addresses of the third floor."""

from django.urls import include, path

from vitals.views import recordings, uploads, wearing

urlpatterns = [
    path("api/", include("vitals.api.urls")),
    path("patients/<uuid:patient_id>/devices/attach/", wearing.device_attach, name="device-attach"),
    path("pairings/<uuid:pairing_id>/detach/", wearing.pairing_detach, name="pairing-detach"),
    path("recordings/<uuid:recording_id>/", recordings.recording, name="recording"),
    path(
        "recordings/<uuid:recording_id>/viewport",
        recordings.recording_viewport,
        name="recording-viewport",
    ),
    path(
        "recordings/<uuid:recording_id>/state", recordings.recording_state, name="recording-state"
    ),
    path(
        "recordings/<uuid:recording_id>/rate.json", recordings.recording_rate, name="recording-rate"
    ),
    path("unassigned/", uploads.unassigned, name="unassigned"),
    path("uploads/", uploads.uploads, name="uploads"),
]
