"""A new person: who is alike, which numbers are taken, what nobody can be."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from fhir.errors import Invalid, NotAllowed
from patients.acts.people import PossibleDuplicate, register
from patients.models import FacilityLink, NameWord, Patient
from patients.person_details import Details

BORN = {"birth_low": date(1960, 3, 12), "birth_high": date(1960, 3, 12)}
MOON = {"family": "Moon", "given": "Ida"}


@pytest.fixture
def enter(as_registrar, harbour):
    def enter(number="", another_person=False, invented=False, **typed):
        return register(
            by=as_registrar,
            facility=harbour,
            details=Details(**typed),
            number=number,
            another_person=another_person,
            invented=invented,
        )

    return enter


def test_a_new_person_is_known_at_the_facility(enter, harbour):
    patient = enter(**MOON)
    assert FacilityLink.objects.get(patient=patient).facility == harbour


def test_a_number_is_given(enter):
    assert enter(**MOON).identifiers[0]["value"] == "100001"


def test_the_next_person_gets_the_next_number(enter):
    enter(**MOON)
    assert enter(family="Stone").identifiers[0]["value"] == "100002"


def test_a_number_that_is_taken_is_skipped(enter):
    enter(number="100001", **MOON)
    assert enter(family="Stone").identifiers[0]["value"] == "100002"


def test_new_numbers_belong_to_the_system_of_the_old_ones(enter, rosa):
    assert enter(**MOON).identifiers[0]["system"] == "urn:test:mrn"


def test_a_number_can_be_typed(enter):
    assert enter(number="M-7", **MOON).identifiers[0]["value"] == "M-7"


def test_a_taken_number_names_who_bears_it(enter, rosa):
    with pytest.raises(Invalid, match="100-1 of Harbour already belongs to LINDQVIST, Rosa"):
        enter(number="100-1", **MOON)


def test_the_words_of_a_new_name_are_looked_for_from_now_on(enter):
    enter(**MOON)
    assert set(NameWord.objects.values_list("word", flat=True)) == {"ida", "moon"}


@pytest.mark.parametrize(
    "typed",
    [
        {"family": "Lindqvist", "given": "Rosa"},
        {"family": "Lindkvist", "given": "Rosa"},
        {"family": "Rosa", "given": "Lindqvist"},
        {"family": "LINDQVIST", "given": "Róza"},
    ],
)
def test_the_same_birth_date_and_a_similar_name_are_asked_about(enter, rosa, typed):
    with pytest.raises(PossibleDuplicate) as refusal:
        enter(**typed, **BORN)
    assert [each.patient for each in refusal.value.people] == [rosa]


@pytest.mark.parametrize(
    "typed",
    [
        {"family": "Moon", "given": "Ida", **BORN},
        {"family": "Lindqvist", "given": "Rosa", "birth_low": date(1961, 3, 12)}
        | {"birth_high": date(1961, 3, 12)},
    ],
)
def test_another_name_or_birth_date_is_not_asked_about(enter, rosa, typed):
    assert enter(**typed).version == 1


def test_the_same_name_without_a_birth_date_is_asked_about(enter, otto):
    with pytest.raises(PossibleDuplicate):
        enter(family="Lindqvist-Berg", given="Otto", **BORN)


def test_another_person_is_registered_all_the_same(enter, rosa):
    assert enter(family="Lindqvist", given="Rosa", another_person=True, **BORN).pk != rosa.pk


def test_people_of_other_facilities_are_not_told_of(as_baum, hill, rosa):
    details = Details(family="Lindqvist", given="Rosa", **BORN)
    assert register(by=as_baum, facility=hill, details=details).version == 1


def test_nobody_registers_at_another_facility(as_registrar, hill):
    with pytest.raises(NotAllowed):
        register(by=as_registrar, facility=hill, details=Details(**MOON))


def test_an_administrator_registers_nobody(as_administrator, harbour):
    with pytest.raises(NotAllowed):
        register(by=as_administrator, facility=harbour, details=Details(**MOON))


def test_a_demo_takes_no_real_person(enter, settings):
    settings.DEMO = True
    with pytest.raises(Invalid, match="invented people only"):
        enter(**MOON)


def test_a_demo_takes_an_invented_person(enter, settings):
    settings.DEMO = True
    assert enter(invented=True, **MOON).extra["meta"]["tag"][0]["code"] == "HTEST"


@pytest.mark.usefixtures("midday")
def test_nobody_is_born_in_the_future(enter):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Invalid, match="in the future"):
        enter(birth_low=tomorrow, birth_high=tomorrow, **MOON)


def test_nobody_is_without_a_name(enter):
    with pytest.raises(Invalid, match="Name"):
        enter(phone="1")


def test_a_name_as_long_as_a_book_is_refused(enter):
    with pytest.raises(Invalid, match="longer than 1000"):
        enter(family="x" * 1_000_000)


@pytest.mark.parametrize(
    "family", ["Müller", "O\u0308zil", "李", "Ó Súilleabháin", "🙂", "<b>Moon</b>"]
)
def test_a_name_is_kept_as_it_was_typed(enter, family):
    enter(family=family)
    assert Patient.objects.get().names[0]["family"] == family


def test_registering_is_on_record(enter):
    patient = enter(**MOON)
    assert AuditEvent.objects.get(action="register").patient_id == patient.id


@pytest.fixture
def post(client, registrar, harbour):
    client.force_login(registrar)

    def post(**typed):
        return client.post("/patients/new/", {"facility": str(harbour.pk)} | typed)

    return post


def test_the_page_registers(post):
    post(family="Moon", given="Ida", birth="12-Mar-1960")
    assert Patient.objects.get().birth_date_low == date(1960, 3, 12)


def test_the_page_shows_who_is_alike(post, rosa):
    answer = post(family="Lindqvist", given="Rosa", birth="12-Mar-1960")
    assert (answer.status_code, b"much like the person" in answer.content) == (409, True)


def test_the_page_asks_to_say_that_this_is_another_person(post, rosa):
    answer = post(family="Lindqvist", given="Rosa", birth="12-Mar-1960")
    assert b"this is another person" in answer.content


def test_the_page_keeps_what_was_typed(post, rosa):
    answer = post(family="Lindqvist", given="Rosa", birth="12-Mar-1960", town="Ystad")
    assert b'value="Ystad"' in answer.content


def test_the_page_believes_that_this_is_another_person(post, rosa):
    post(family="Lindqvist", given="Rosa", birth="12-Mar-1960", another_person="on")
    assert Patient.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"family": "Moon", "birth": "1-Jan-2999"}, "in the future"),
        ({"family": "Moon", "birth": "31-Feb-1960"}, "is not a date"),
        ({"family": "Moon", "birth": "yesterday"}, "is not a date"),
        ({"family": "x" * 1_000_000}, "at most 300 characters"),
        ({"birth": "1960"}, "Write the family name"),
        ({"family": "Moon", "email": "not an address"}, "valid email"),
        ({"family": "Moon", "gender": "robot"}, "not one of the available choices"),
        ({"family": "Moon", "number": "100-1"}, "already belongs to LINDQVIST, Rosa"),
    ],
)
def test_the_page_says_what_is_wrong(post, rosa, typed, words):
    answer = post(**typed)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_markup_in_a_name_is_shown_as_text(post, client):
    post(family="<script>alert(1)</script>")
    page = client.get(f"/patients/{Patient.objects.get().id}/details/").content.decode().lower()
    assert "<script>alert" not in page


def test_a_refused_registration_is_on_record(post, rosa):
    post(family="Lindqvist", given="Rosa", birth="12-Mar-1960")
    assert AuditEvent.objects.get(outcome="refused").detail["code"] == "possible-duplicate"


def test_an_administrator_does_not_reach_the_page(client, administrator):
    client.force_login(administrator)
    assert client.get("/patients/new/").status_code == 403
