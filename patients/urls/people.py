"""Addresses of people, visits, wards and appointments."""

from django.urls import path

from patients.views import appointments, belonging, care_team, people, visits, ward

urlpatterns = [
    path("patients/new/", people.register_person, name="patient-new"),
    path("patients/<uuid:patient_id>/details/", people.details, name="details"),
    path("patients/<uuid:patient_id>/details/edit/", people.edit_details, name="details-edit"),
    path("patients/<uuid:patient_id>/details/death/", people.record_death, name="death-record"),
    path(
        "patients/<uuid:patient_id>/details/death/retract/",
        people.retract_death,
        name="death-retract",
    ),
    path(
        "patients/<uuid:patient_id>/details/related/new/",
        belonging.new_related,
        name="related-new",
    ),
    path(
        "patients/<uuid:patient_id>/details/consents/new/",
        belonging.new_consent,
        name="consent-new",
    ),
    path(
        "patients/<uuid:patient_id>/care-team/new/",
        care_team.care_team_add,
        name="care-team-add",
    ),
    path(
        "care-teams/<uuid:team_id>/members/<uuid:practitioner_id>/end/",
        care_team.care_team_end,
        name="care-team-end",
    ),
    path("related-persons/<uuid:related_id>/end/", belonging.end_related, name="related-end"),
    path(
        "consents/<uuid:consent_id>/withdraw/", belonging.withdraw_consent, name="consent-withdraw"
    ),
    path("patients/<uuid:patient_id>/visits/", visits.visits, name="visits"),
    path("patients/<uuid:patient_id>/visits/admit/", visits.admit, name="visit-admit"),
    path("patients/<uuid:patient_id>/visits/start/", visits.start, name="visit-start"),
    path("patients/<uuid:patient_id>/visits/book/", appointments.book, name="appointment-new"),
    path("encounters/<uuid:encounter_id>/transfer/", visits.transfer, name="visit-transfer"),
    path("encounters/<uuid:encounter_id>/discharge/", visits.discharge, name="visit-discharge"),
    path("ward/", ward.ward, name="ward"),
    path("appointments/", appointments.day, name="appointments"),
    path(
        "appointments/<uuid:appointment_id>/arrive/",
        appointments.arrive,
        name="appointment-arrive",
    ),
    path("appointments/<uuid:appointment_id>/seen/", appointments.seen, name="appointment-seen"),
    path(
        "appointments/<uuid:appointment_id>/no-show/",
        appointments.no_show,
        name="appointment-no-show",
    ),
    path(
        "appointments/<uuid:appointment_id>/cancel/",
        appointments.cancel,
        name="appointment-cancel",
    ),
]
