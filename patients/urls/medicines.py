"""Addresses of the medicines pages."""

from django.urls import path

from patients.views import giving, medicines, medicines_changing, prescribing

urlpatterns = [
    path("patients/<uuid:patient_id>/medications/", medicines.medications, name="medications"),
    path(
        "patients/<uuid:patient_id>/medications/new/",
        prescribing.medication_new,
        name="medication-new",
    ),
    path(
        "patients/<uuid:patient_id>/medications/elsewhere/",
        medicines_changing.medication_elsewhere,
        name="medication-elsewhere",
    ),
    path(
        "patients/<uuid:patient_id>/medications/reconcile/",
        medicines_changing.medications_reconcile,
        name="medications-reconcile",
    ),
    path(
        "patients/<uuid:patient_id>/medications/due/",
        giving.patient_due,
        name="medications-due",
    ),
    path("medications/due/", giving.ward_due, name="ward-due"),
    path("medications/choices/", prescribing.medicine_choices, name="medicine-choices"),
    path("medications/<uuid:medication_id>/", medicines.medication, name="medication"),
    path(
        "medications/<uuid:medication_id>/renew/",
        prescribing.medication_renew,
        name="medication-renew",
    ),
    path(
        "medications/<uuid:medication_id>/stop/",
        medicines_changing.medication_stop,
        name="medication-stop",
    ),
    path(
        "medications/<uuid:medication_id>/hold/",
        medicines_changing.medication_hold,
        name="medication-hold",
    ),
    path("medications/<uuid:medication_id>/give/", giving.medication_give, name="medication-give"),
    path("statements/<uuid:statement_id>/", medicines.statement, name="statement"),
    path(
        "statements/<uuid:statement_id>/stop/",
        medicines_changing.statement_stop,
        name="statement-stop",
    ),
    path(
        "administrations/<uuid:administration_id>/",
        medicines.administration,
        name="administration",
    ),
]
