"""Times kept: booked, arrived, seen, cancelled, not come."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhir import changes
from fhir.errors import Invalid, NotAllowed, NotFound, VersionConflict
from fhir.principal import SYSTEM
from fhir.registry import render
from patients.acts.appointments import Slot, WrongMoment, arrive, book, cancel, no_show, seen
from patients.models import Appointment, Encounter, Patient


@pytest.fixture
def soon():
    return timezone.now() + timedelta(hours=1)


@pytest.fixture
def booked(as_registrar, otto, harbour, ames, soon):
    slot = Slot(soon, 20, harbour, ames)
    return book(
        by=as_registrar,
        patient=otto,
        slot=slot,
        what="Control",
        reason="Atrial flutter",
    )


def test_a_booking_is_a_fhir_appointment(booked):
    actors = [each["actor"]["reference"] for each in render(booked)["participant"]]
    assert actors == ["Patient/otto", "Practitioner/ames"]


def test_an_appointment_of_elsewhere_finds_its_people(booked):
    from fhir.known import Known
    from fhir.registry import mapping

    sent = render(booked)
    known = Known()
    known.look_up_references([sent])
    read = mapping("Appointment").read(sent, known)
    assert (read.patient, str(read.practitioner)) == (booked.patient, "Dr Ada Ames")


def test_a_patient_is_not_in_two_places(booked, as_registrar, otto, harbour, soon):
    with pytest.raises(Invalid, match="patient has another appointment"):
        book(by=as_registrar, patient=otto, slot=Slot(soon, 20, harbour), what="x")


def test_a_doctor_is_not_in_two_places(booked, as_registrar, rosa, harbour, ames, soon):
    with pytest.raises(Invalid, match="Dr Ada Ames has another appointment"):
        book(by=as_registrar, patient=rosa, slot=Slot(soon, 20, harbour, ames), what="x")


def test_the_next_time_is_free(booked, as_registrar, rosa, harbour, ames, soon):
    after = Slot(soon + timedelta(minutes=20), 20, harbour, ames)
    assert book(by=as_registrar, patient=rosa, slot=after, what="x").start == after.start


def test_the_past_is_not_booked(as_registrar, otto, harbour):
    slot = Slot(timezone.now() - timedelta(days=1), 20, harbour)
    with pytest.raises(Invalid, match="passed"):
        book(by=as_registrar, patient=otto, slot=slot, what="x")


def test_nobody_books_at_another_facility(as_registrar, otto, hill, soon):
    with pytest.raises(NotAllowed):
        book(by=as_registrar, patient=otto, slot=Slot(soon, 20, hill), what="x")


def test_nobody_books_for_a_stranger(as_baum, otto, hill, soon):
    with pytest.raises(NotFound):
        book(by=as_baum, patient=otto, slot=Slot(soon, 20, hill), what="x")


@pytest.fixture
def visit(booked, as_registrar, harbour):
    return arrive(by=as_registrar, appointment=booked, facility=harbour, expected=1)


def test_an_arrival_begins_a_visit(visit, booked):
    assert (booked.status, visit.is_open) == ("arrived", True)


def test_the_visit_names_its_appointment(visit, booked):
    assert render(visit)["appointment"] == [{"reference": booked.reference}]


def test_an_arrival_opens_the_chart(visit, as_ames, otto):
    assert Patient.objects.visible_to(as_ames).filter(pk=otto.pk).exists()


def test_nobody_arrives_twice(visit, booked, as_registrar, harbour):
    with pytest.raises(WrongMoment):
        arrive(by=as_registrar, appointment=booked, facility=harbour, expected=2)


def test_being_seen_ends_the_visit(visit, booked, as_registrar):
    seen(by=as_registrar, appointment=booked, expected=2)
    visit.refresh_from_db()
    assert (booked.status, visit.status) == ("fulfilled", "finished")


def test_nobody_is_seen_before_arriving(booked, as_registrar):
    with pytest.raises(WrongMoment):
        seen(by=as_registrar, appointment=booked, expected=1)


def test_a_cancellation_keeps_its_reason(booked, as_registrar):
    cancel(by=as_registrar, appointment=booked, reason="on holiday", expected=1)
    assert render(booked)["cancelationReason"] == {"text": "on holiday"}


def test_a_cancellation_needs_a_reason(booked, as_registrar):
    with pytest.raises(Invalid, match="Reason"):
        cancel(by=as_registrar, appointment=booked, reason=" ", expected=1)


def test_a_stale_cancellation_is_refused(booked, as_registrar):
    changes.update(Appointment.objects.get(), by=SYSTEM)
    with pytest.raises(VersionConflict):
        cancel(by=as_registrar, appointment=booked, reason="x", expected=1)


def test_who_is_still_to_come_has_not_stayed_away(booked, as_registrar):
    with pytest.raises(WrongMoment, match="still to come"):
        no_show(by=as_registrar, appointment=booked, expected=1)


def test_who_did_not_come_is_noted(booked, as_registrar):
    booked.start = timezone.now() - timedelta(hours=1)
    changes.update(booked, by=SYSTEM)
    no_show(by=as_registrar, appointment=booked, expected=2)
    assert booked.status == "noshow"


@pytest.fixture
def day(client, registrar, booked):
    client.force_login(registrar)
    return f"/appointments/?day={timezone.localtime(booked.start).date().isoformat()}"


def test_the_day_shows_who_comes(client, day):
    assert "LINDQVIST-BERG, Otto" in client.get(day).content.decode()


def test_another_day_does_not(client, day):
    page = client.get("/appointments/?day=2020-01-01").content.decode()
    assert "LINDQVIST" not in page


def test_a_day_that_is_none_is_today(client, day):
    assert client.get("/appointments/?day=<script>").status_code == 200


def test_the_clinical_reason_is_not_for_the_desk(client, day):
    assert "Atrial flutter" not in client.get(day).content.decode()


def test_the_clinical_reason_is_for_those_who_treat(client, day, dr_ames, visit):
    client.force_login(dr_ames)
    assert "Atrial flutter" in client.get(day).content.decode()


def test_the_clinical_reason_is_not_for_those_who_do_not_treat(client, day, dr_ames):
    client.force_login(dr_ames)
    assert "Atrial flutter" not in client.get(day).content.decode()


def test_another_facility_does_not_see_it(client, day, dr_baum):
    client.force_login(dr_baum)
    assert b"LINDQVIST" not in client.get(day).content


def test_the_button_says_that_somebody_has_arrived(client, day, booked, otto):
    client.post(f"/appointments/{booked.id}/arrive/", {"patient": str(otto.id), "version": "1"})
    assert Encounter.objects.open().filter(patient=otto).exists()


def test_a_stale_button_is_refused(client, day, booked, otto):
    answer = client.post(
        f"/appointments/{booked.id}/arrive/", {"patient": str(otto.id), "version": "7"}
    )
    assert answer.status_code == 409


def test_a_button_for_another_patient_is_refused(client, day, booked, rosa):
    answer = client.post(
        f"/appointments/{booked.id}/arrive/", {"patient": str(rosa.id), "version": "1"}
    )
    assert answer.status_code == 409


def test_the_page_books(client, registrar, rosa, harbour, soon):
    client.force_login(registrar)
    start = timezone.localtime(soon).strftime("%Y-%m-%dT%H:%M")
    typed = {"start": start, "minutes": "30", "description": "Control", "patient": str(rosa.id)}
    client.post(f"/patients/{rosa.id}/visits/book/", typed | {"facility": str(harbour.pk)})
    assert Appointment.objects.get().patient == rosa


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"minutes": "many"}, "whole number"),
        ({"description": ""}, "What for: fill this in."),
        ({"start": "31-Feb"}, "valid date"),
        ({"start": "2020-01-01T10:00"}, "it has passed"),
    ],
)
def test_the_page_says_what_is_wrong(client, registrar, rosa, harbour, soon, typed, words):
    client.force_login(registrar)
    start = timezone.localtime(soon).strftime("%Y-%m-%dT%H:%M")
    whole = {"start": start, "minutes": "30", "description": "x", "facility": str(harbour.pk)}
    path = f"/patients/{rosa.id}/visits/book/"
    answer = client.post(path, whole | {"patient": str(rosa.id)} | typed)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
