"""Coming, moving and leaving: one patient in a bed, and every place they were in is kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Practitioner
from fhir import changes
from fhir.errors import Invalid, NotAllowed, NotFound, VersionConflict
from fhir.principal import SYSTEM
from fhir.registry import render
from patients.acts.people import record_death
from patients.acts.visits import (
    AlreadyHere,
    Arrival,
    BedTaken,
    Died,
    NotHere,
    admit,
    discharge,
    start_visit,
    transfer,
)
from patients.models import Encounter, Patient
from patients.tests.access.labelled import in_team, refuses
from tests.cast import person

HOME = {"text": "Home"}


def ago(**span):
    return timezone.now() - timedelta(**span)


@pytest.fixture
def stay(as_registrar, otto, bed_1):
    return admit(by=as_registrar, patient=otto, place=bed_1, arrival=Arrival(ago(hours=3), "Fall"))


def test_an_admission_lies_in_its_bed(stay, bed_1):
    assert (stay.location, stay.class_code, stay.status) == (bed_1, "IMP", "in-progress")


def test_an_admission_opens_the_chart_to_the_facility(stay, as_ames, otto):
    assert Patient.objects.visible_to(as_ames).filter(pk=otto.pk).exists()


def test_a_bed_holds_one(stay, as_registrar, rosa, bed_1):
    with pytest.raises(BedTaken, match="LINDQVIST-BERG, Otto lies in East, bed 1"):
        admit(by=as_registrar, patient=rosa, place=bed_1, arrival=Arrival(timezone.now()))


def test_a_ward_holds_many(stay, as_registrar, rosa, harbour, ward):
    ida = person("Ida", "Moon", "3", harbour)
    for patient in (rosa, ida):
        admit(by=as_registrar, patient=patient, place=ward, arrival=Arrival(timezone.now()))
    assert Encounter.objects.open().filter(location=ward).count() == 2


def test_nobody_lies_in_two_beds(stay, as_registrar, otto, bed_2):
    with pytest.raises(AlreadyHere, match="East, bed 1"):
        admit(by=as_registrar, patient=otto, place=bed_2, arrival=Arrival(timezone.now()))


def test_the_dead_are_not_admitted(as_registrar, otto, bed_1):
    record_death(by=as_registrar, patient=otto, at=None, expected=otto.version)
    with pytest.raises(Died):
        admit(by=as_registrar, patient=otto, place=bed_1, arrival=Arrival(timezone.now()))


def test_nobody_is_admitted_tomorrow(as_registrar, otto, bed_1):
    with pytest.raises(Invalid, match="future"):
        admit(by=as_registrar, patient=otto, place=bed_1, arrival=Arrival(ago(days=-1)))


def test_a_bed_out_of_use_takes_nobody(as_registrar, otto, bed_1):
    bed_1.status = "suspended"
    changes.update(bed_1, by=SYSTEM)
    with pytest.raises(Invalid, match="out of use"):
        admit(by=as_registrar, patient=otto, place=bed_1, arrival=Arrival(timezone.now()))


def test_a_facility_no_longer_used_takes_nobody(as_registrar, otto, harbour, bed_1):
    harbour.active = False
    changes.update(harbour, by=SYSTEM)
    with pytest.raises(Invalid, match="no longer used"):
        admit(by=as_registrar, patient=otto, place=bed_1, arrival=Arrival(timezone.now()))


def test_nobody_admits_at_another_facility(as_baum, rosa, bed_1):
    with pytest.raises(NotAllowed):
        admit(by=as_baum, patient=rosa, place=bed_1, arrival=Arrival(timezone.now()))


def test_an_administrator_admits_nobody(as_administrator, rosa, bed_1):
    with pytest.raises(NotAllowed):
        admit(by=as_administrator, patient=rosa, place=bed_1, arrival=Arrival(timezone.now()))


def test_somebody_who_is_not_known_here_is_not_there(as_registrar, hill, bed_1):
    stranger = person("Ida", "Moon", "3", hill)
    with pytest.raises(NotFound):
        admit(by=as_registrar, patient=stranger, place=bed_1, arrival=Arrival(timezone.now()))


def test_the_attending_is_a_participant(as_registrar, rosa, bed_1, ames):
    arrival = Arrival(timezone.now(), attending=ames)
    stay = admit(by=as_registrar, patient=rosa, place=bed_1, arrival=arrival)
    individual = render(stay)["participant"][0]["individual"]
    assert individual == {"reference": "Practitioner/ames", "display": "Dr Ada Ames"}


def test_the_attender_is_found_among_participants_of_an_import(dr_ames, rosa, harbour):
    from fhir.known import Known
    from fhir.registry import mapping

    other = changes.create(Practitioner(names=[{"text": "Other"}], fhir_id="o"), by=SYSTEM)
    kind = [{"coding": [{"code": "ATND"}]}]
    sent = {
        "resourceType": "Encounter",
        "participant": [
            {"individual": {"reference": other.reference}},
            {"type": kind, "individual": {"reference": "Practitioner/ames"}},
        ],
    }
    known = Known()
    known.look_up_references([sent])
    assert str(mapping("Encounter").read(sent, known).attending) == "Dr Ada Ames"


@pytest.fixture
def moved(as_registrar, stay, bed_2):
    return transfer(by=as_registrar, encounter=stay, place=bed_2, at=ago(hours=1), expected=1)


def test_a_transfer_lies_in_the_new_bed(moved, bed_2):
    assert moved.location == bed_2


def test_a_transfer_keeps_where_the_patient_was(moved):
    places = [(p["location"]["display"], p["status"]) for p in moved.locations]
    assert places == [("East, bed 1", "completed"), ("East, bed 2", "active")]


def test_a_transfer_ends_one_place_when_the_next_begins(moved):
    first, second = moved.locations
    assert first["period"]["end"] == second["period"]["start"]


def test_a_transfer_frees_the_bed(moved, as_registrar, rosa, bed_1):
    next_one = admit(by=as_registrar, patient=rosa, place=bed_1, arrival=Arrival(timezone.now()))
    assert next_one.location == bed_1


def test_a_transfer_into_a_taken_bed_is_refused(moved, as_registrar, rosa, bed_1, bed_2):
    other = admit(by=as_registrar, patient=rosa, place=bed_1, arrival=Arrival(ago(hours=1)))
    with pytest.raises(BedTaken):
        transfer(by=as_registrar, encounter=other, place=bed_2, at=timezone.now(), expected=1)


def test_a_transfer_before_the_admission_is_refused(as_registrar, stay, bed_2):
    with pytest.raises(Invalid, match="later time"):
        transfer(by=as_registrar, encounter=stay, place=bed_2, at=ago(hours=4), expected=1)


def test_a_transfer_to_another_facility_is_refused(as_registrar, stay, registrar, hill):
    from accounts.models import Membership
    from accounts.principals import principal_of
    from patients.tests.people.conftest import place

    Membership.objects.create(user=registrar, facility=hill, role="registrar", start=ago(days=1))
    there = place("Hill ward", hill)
    with pytest.raises(Invalid, match="another facility"):
        transfer(
            by=principal_of(registrar), encounter=stay, place=there, at=ago(hours=1), expected=1
        )


def test_a_stale_transfer_is_refused(moved, as_registrar, bed_1):
    with pytest.raises(VersionConflict):
        transfer(by=as_registrar, encounter=moved, place=bed_1, at=timezone.now(), expected=1)


@pytest.fixture
def left(as_registrar, moved):
    return discharge(
        by=as_registrar, encounter=moved, disposition=HOME, at=timezone.now(), expected=2
    )


def test_a_discharge_ends_the_stay(left):
    assert (left.status, left.end is not None, left.is_open) == ("finished", True, False)


def test_a_discharge_says_where_to(left):
    assert render(left)["hospitalization"] == {"dischargeDisposition": HOME}


def test_a_discharge_keeps_the_state_before(left):
    assert render(left)["statusHistory"][0]["status"] == "in-progress"


def test_a_discharge_frees_the_bed(left, as_registrar, rosa, bed_2):
    next_one = admit(by=as_registrar, patient=rosa, place=bed_2, arrival=Arrival(timezone.now()))
    assert next_one.location == bed_2


def test_nobody_is_discharged_twice(left, as_registrar):
    with pytest.raises(NotHere):
        discharge(by=as_registrar, encounter=left, disposition=HOME, at=timezone.now(), expected=3)


@pytest.mark.parametrize("at", [{"hours": 4}, {"days": -1}])
def test_an_impossible_end_is_refused(as_registrar, stay, at):
    with pytest.raises(Invalid, match="Time"):
        discharge(by=as_registrar, encounter=stay, disposition=HOME, at=ago(**at), expected=1)


def test_an_import_with_two_in_one_bed_is_taken_as_it_is(stay, rosa, harbour, bed_1):
    where = [{"location": {"reference": bed_1.reference}, "status": "active"}]
    row = Encounter(patient=rosa, organization=harbour, status="in-progress", locations=where)
    assert changes.create(row, by=SYSTEM).location == bed_1


def test_a_visit_begins_and_ends(as_registrar, otto, harbour):
    visit = start_visit(
        by=as_registrar, patient=otto, facility=harbour, arrival=Arrival(ago(minutes=5))
    )
    discharge(by=as_registrar, encounter=visit, disposition={}, at=timezone.now(), expected=1)
    assert (visit.class_code, visit.status) == ("AMB", "finished")


def test_every_move_is_on_record(left):
    actions = set(AuditEvent.objects.filter(outcome="success").values_list("action", flat=True))
    assert {"admit", "transfer", "discharge"} <= actions


@pytest.fixture
def at_desk(client, registrar):
    client.force_login(registrar)
    return client


def test_the_ward_shows_who_lies_where(at_desk, stay, bed_2):
    page = at_desk.get("/ward/").content.decode()
    assert page.index("bed 1") < page.index("LINDQVIST-BERG, Otto") < page.index("bed 2")


def test_the_ward_shows_free_beds(at_desk, stay, bed_2):
    assert "1 taken, 1 free" in at_desk.get("/ward/").content.decode()


def wards(client, *users):
    """The ward as each of ``users`` sees it."""
    for user in users:
        client.force_login(user)
        yield client.get("/ward/").content.decode()


def test_the_ward_says_why_to_clinicians_only(client, dr_ames, registrar, stay):
    assert ["Fall" in page for page in wards(client, dr_ames, registrar)] == [True, False]


@pytest.fixture
def refused(stay, otto):
    """Otto lies on the ward and keeps everybody but the team of Dr Ames away."""
    in_team(otto, "ames")
    return refuses(otto)


def test_the_ward_keeps_why_from_whom_the_patient_refused(client, dr_ames, nurse, refused):
    pages = wards(client, dr_ames, nurse)
    seen = [("LINDQVIST-BERG" in page, "Fall" in page) for page in pages]
    assert seen == [(True, True), (True, False)]


def test_the_ward_leads_to_a_chart_only_where_it_opens(client, dr_ames, nurse, refused, otto):
    chart = f'href="/patients/{otto.pk}/"'
    seen = [(chart in page, "not open to you" in page) for page in wards(client, dr_ames, nurse)]
    assert seen == [(True, False), (False, True)]


def test_the_ward_of_another_facility_is_not_shown(client, dr_baum, stay):
    client.force_login(dr_baum)
    assert b"LINDQVIST" not in client.get("/ward/").content


def test_the_ward_asks_the_database_a_few_times(
    at_desk, as_registrar, harbour, ward, stay, django_assert_max_num_queries
):
    from patients.tests.people.conftest import place

    for number in range(3, 13):
        bed = place(f"East, bed {number}", harbour, ward)
        patient = person(f"Nn{number}", "Moon", f"n{number}", harbour)
        admit(by=as_registrar, patient=patient, place=bed, arrival=Arrival(timezone.now()))
    with django_assert_max_num_queries(12):
        at_desk.get("/ward/")


def form(patient, **typed):
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    return {"patient": str(patient.id), "at": now} | typed


def test_a_visit_is_not_named_twice(at_desk, otto, harbour):
    words = {"class_code": "EMER", "type_text": "Emergency visit", "status": "in-progress"}
    changes.create(Encounter(patient=otto, organization=harbour, **words), by=SYSTEM)
    page = at_desk.get(f"/patients/{otto.id}/visits/").content.decode()
    assert "<b>Emergency visit</b>" in page


def test_an_emergency_stay_is_moved_and_discharged_from_here_too(at_desk, otto, harbour):
    words = {"class_code": "EMER", "status": "in-progress"}
    stay = changes.create(Encounter(patient=otto, organization=harbour, **words), by=SYSTEM)
    page = at_desk.get(f"/patients/{otto.id}/visits/").content.decode()
    assert f"/encounters/{stay.id}/transfer/" in page
    assert "Where to" in at_desk.get(f"/encounters/{stay.id}/discharge/").content.decode()


def test_the_page_admits(at_desk, rosa, bed_1):
    at_desk.post(f"/patients/{rosa.id}/visits/admit/", form(rosa, place=str(bed_1.pk)))
    assert Encounter.objects.filter(location=bed_1, patient=rosa).exists()


def test_the_page_offers_free_beds_only(at_desk, stay, rosa, bed_1, bed_2):
    page = at_desk.get(f"/patients/{rosa.id}/visits/admit/").content.decode()
    assert (str(bed_1.pk) in page, str(bed_2.pk) in page) == (False, True)


def test_the_page_discharges(at_desk, stay, otto):
    at_desk.post(f"/encounters/{stay.id}/discharge/", form(otto, disposition="home", version="1"))
    stay.refresh_from_db()
    assert stay.status == "finished"


def test_a_discharge_that_says_not_where_to_is_refused(at_desk, stay, otto):
    path = f"/encounters/{stay.id}/discharge/"
    assert '<option value="" selected>Choose</option>' in at_desk.get(path).content.decode()
    answer = at_desk.post(path, form(otto, disposition="", version="1"))
    stay.refresh_from_db()
    assert (answer.status_code, stay.status) == (422, "in-progress")
    assert "Choose where the patient goes." in answer.content.decode()


def test_a_stale_discharge_is_shown_again_with_what_changed(at_desk, moved, otto):
    answer = at_desk.post(
        f"/encounters/{moved.id}/discharge/", form(otto, disposition="hosp", version="1")
    )
    page = answer.content.decode()
    assert (answer.status_code, "it is now East, bed 2" in page) == (409, True)


def test_a_stale_discharge_can_be_sent_again(at_desk, moved, otto):
    path = f"/encounters/{moved.id}/discharge/"
    answer = at_desk.post(path, form(otto, disposition="hosp", version="1"))
    newest = answer.context["form"].data["version"]
    at_desk.post(path, form(otto, disposition="hosp", version=newest))
    moved.refresh_from_db()
    assert moved.status == "finished"


def test_a_discharge_of_another_patient_is_refused(at_desk, stay, rosa):
    answer = at_desk.post(
        f"/encounters/{stay.id}/discharge/", form(rosa, disposition="home", version="1")
    )
    assert answer.status_code == 409


def test_a_stay_elsewhere_is_not_there(client, dr_baum, stay):
    client.force_login(dr_baum)
    assert client.get(f"/encounters/{stay.id}/discharge/").status_code == 404


def test_an_administrator_does_not_reach_the_ward(client, administrator):
    client.force_login(administrator)
    assert client.get("/ward/").status_code == 403


def test_older_visits_stand_on_the_next_page(at_desk, rosa, harbour):
    from tests.cast import visit

    for days in range(2, 42):
        visit(rosa, harbour, started=timedelta(days=days), ended=timedelta(days=days - 1))
    first = at_desk.get(f"/patients/{rosa.id}/visits/")
    second = at_desk.get(f"/patients/{rosa.id}/visits/", {"before": str(first.context["after"])})
    assert [len(page.context["visits"]) for page in (first, second)] == [30, 11]
