"""Addresses of printed documents."""

from django.urls import path

from patients.views import printing

urlpatterns = [
    path("patients/<uuid:patient_id>/print/summary/", printing.summary, name="print-summary"),
    path(
        "patients/<uuid:patient_id>/print/prescriptions/",
        printing.prescriptions,
        name="print-prescriptions",
    ),
    path(
        "medications/<uuid:medication_id>/print/",
        printing.one_prescription,
        name="print-prescription",
    ),
    path("notes/<uuid:note_id>/print/", printing.note, name="print-note"),
    path("drafts/<uuid:draft_id>/print/", printing.draft, name="print-draft"),
    path("visits/<uuid:encounter_id>/letter/", printing.letter, name="print-letter"),
]
