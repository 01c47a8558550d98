"""Addresses of notes, documents and moving to the correct patient."""

from django.urls import path

from patients.views import documents, drafts, moving, notes

urlpatterns = [
    path("patients/<uuid:patient_id>/notes/", notes.notes, name="notes"),
    path("patients/<uuid:patient_id>/notes/new/", drafts.note_new, name="note-new"),
    path("patients/<uuid:patient_id>/notes/phrase/", drafts.note_phrase, name="note-phrase"),
    path("notes/<uuid:note_id>/", notes.note, name="note"),
    path("notes/<uuid:note_id>/addend/", notes.note_addend, name="note-addend"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/<uuid:draft_id>/", drafts.draft, name="draft"),
    path("drafts/<uuid:draft_id>/sign/", drafts.draft_sign, name="draft-sign"),
    path("drafts/<uuid:draft_id>/discard/", drafts.draft_discard, name="draft-discard"),
    path("drafts/<uuid:draft_id>/restore/", drafts.draft_restore, name="draft-restore"),
    path("drafts/<uuid:draft_id>/other/<str:editor>/", drafts.draft_parked, name="draft-parked"),
    path("patients/<uuid:patient_id>/documents/", documents.documents, name="documents"),
    path("patients/<uuid:patient_id>/documents/new/", documents.document_new, name="document-new"),
    path("documents/<uuid:document_id>/", documents.document, name="document"),
    path(
        "documents/<uuid:document_id>/file/<int:part>/",
        documents.document_file,
        name="document-file",
    ),
    path(
        "documents/<uuid:document_id>/file/<int:part>/download/",
        documents.document_file,
        {"download": True},
        name="document-download",
    ),
    path("move/<str:type_>/<uuid:record_id>/", moving.move_record, name="move"),
]
