"""Addresses of the third floor."""

from django.urls import include, path

from vitals.views import (
    exports,
    importing,
    recordings,
    results,
    signs,
    sync,
    traces,
    uploads,
    wearing,
)
from vitals.views.motion import recording_motion

urlpatterns = [
    path("api/", include("vitals.api.urls")),
    path("patients/<uuid:patient_id>/devices/attach/", wearing.device_attach, name="device-attach"),
    path(
        "patients/<uuid:patient_id>/recordings/import/",
        importing.recording_import,
        name="recording-import",
    ),
    path(
        "recordings/<uuid:recording_id>/original/<int:number>",
        importing.recording_original,
        name="recording-original",
    ),
    path("pairings/<uuid:pairing_id>/detach/", wearing.pairing_detach, name="pairing-detach"),
    path("recordings/<uuid:recording_id>/", recordings.recording, name="recording"),
    path(
        "recordings/<uuid:recording_id>/viewport",
        traces.recording_viewport,
        name="recording-viewport",
    ),
    path("recordings/<uuid:recording_id>/beats", traces.recording_beats, name="recording-beats"),
    path(
        "recordings/<uuid:recording_id>/overview.json",
        traces.recording_overview,
        name="recording-overview",
    ),
    path(
        "recordings/<uuid:recording_id>/reading/",
        recordings.recording_reading,
        name="recording-reading",
    ),
    path(
        "recordings/<uuid:recording_id>/state", recordings.recording_state, name="recording-state"
    ),
    path(
        "recordings/<uuid:recording_id>/rate.json", recordings.recording_rate, name="recording-rate"
    ),
    path(
        "recordings/<uuid:recording_id>/export/<str:form>",
        exports.recording_export,
        name="recording-export",
    ),
    path("recordings/<uuid:recording_id>/motion/", recording_motion, name="recording-motion"),
    path(
        "observations/<uuid:observation_id>/trend.json", results.result_trend, name="result-trend"
    ),
    path("observations/<uuid:observation_id>/sign.json", signs.sign_trend, name="sign-trend"),
    path("unassigned/", uploads.unassigned, name="unassigned"),
    path("uploads/", uploads.uploads, name="uploads"),
    path("sync/", sync.sync, name="sync"),
    path("sync/<uuid:target_id>/", sync.sync_target, name="sync-target"),
    path("sync/<uuid:target_id>/choose/", sync.sync_choose, name="sync-choose"),
    path("sync/<uuid:target_id>/confirm/", sync.sync_confirm, name="sync-confirm"),
    path("sync/<uuid:target_id>/withdraw/", sync.sync_withdraw, name="sync-withdraw"),
    path("sync/<uuid:target_id>/retry/", sync.sync_retry, name="sync-retry"),
    path("sync/pending/<int:pending_id>/decide/", sync.sync_decide, name="sync-decide"),
]
