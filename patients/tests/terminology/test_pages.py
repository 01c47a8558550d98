"""The lookup behind the pickers, the page of sources, and the codes in the admin."""

import re

import pytest
from django.utils.timezone import now

from accounts.models import AuditEvent
from patients.models import Concept, TerminologyLoad
from patients.terminology import icd
from patients.terminology.tables import TABLES

pytestmark = pytest.mark.django_db
FIND = "/terminology/find/"
SOURCES = "/terminology/"
ADMIN = "/admin/patients/concept/"


@pytest.fixture
def signed_in(client, dr_ames):
    client.force_login(dr_ames)
    return client


@pytest.fixture
def admin_client(client, administrator):
    client.force_login(administrator)
    return client


def look(client, text, kind="problem"):
    return client.post(FIND, {"text": text, "kind": kind})


def test_a_stranger_is_sent_to_the_door(client):
    assert look(client, "gout").status_code == 302


def test_who_may_see_nobody_may_look_up_nothing(client, administrator):
    client.force_login(administrator)
    assert look(client, "gout").status_code == 403


def test_a_registrar_may_pick_a_relationship(client, registrar):
    client.force_login(registrar)
    assert b"Mother" in look(client, "mum", "relationship").content


def test_the_words_go_by_post_never_in_an_address(signed_in):
    assert signed_in.get(FIND, {"text": "gout"}).status_code == 405


def test_without_its_token_it_is_refused(dr_ames):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(dr_ames)
    assert look(client, "gout").status_code == 403


def test_each_choice_carries_its_code(signed_in):
    page = look(signed_in, "gout").content.decode()
    assert re.search(r'role="option".*data-code="M10\.9".*data-name="Gout"', page)
    assert "ICD-10-CM M10.9" in page


def test_a_test_shows_its_unit(signed_in):
    assert "mmol/L" in look(signed_in, "potassium", "lab").content.decode()


def test_a_choice_without_code_says_so(signed_in):
    assert ">uncoded</span>" in look(signed_in, "vertebroplasty", "procedure").content.decode()


def all_codes_are_there():
    TerminologyLoad.objects.create(source=icd.SOURCE, digest="1", rows=1, loaded_at=now())


def test_nothing_found_is_an_empty_list(signed_in):
    all_codes_are_there()
    answer = look(signed_in, "moon sickness")
    assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_while_the_long_table_is_loading_the_picker_says_so(signed_in):
    assert "Codes are still loading" in look(signed_in, "moon sickness").content.decode()


def test_a_kind_without_a_long_table_never_waits_for_one(signed_in):
    assert "still loading" not in look(signed_in, "potassium", "lab").content.decode()


def test_markup_in_a_local_name_is_shown_as_text(signed_in):
    Concept.objects.create(name='<b onclick="x">Moon</b> sickness', kinds=["problem"], rank=50)
    page = look(signed_in, "moon").content.decode()
    assert "&lt;b onclick=&quot;x&quot;&gt;Moon" in page


def test_a_million_letters_are_refused_with_the_limit(signed_in):
    answer = look(signed_in, "x" * 1_000_000)
    assert answer.status_code == 413
    assert "at most 200" in answer.content.decode()


def test_the_lookup_leaves_no_trace_of_the_words(signed_in):
    before = AuditEvent.objects.count()
    look(signed_in, "gout")
    assert AuditEvent.objects.count() == before


def test_the_sources_name_every_table_and_give_the_notice(signed_in):
    page = signed_in.get(SOURCES).content.decode()
    for table in TABLES:
        assert str(table.title) in page
    assert "This material contains content from LOINC (http://loinc.org)." in page


def test_the_sources_say_that_the_classification_is_missing(signed_in):
    assert "ICD-10-CM is not loaded." in signed_in.get(SOURCES).content.decode()


def new(**more):
    usual = {"name": "Harbour cough", "kinds": ["problem"], "rank": "50", "unit": ""}
    empty = {"system": "", "code": "", "display": "", "synonyms": "", "category": ""}
    return usual | empty | more


def test_an_administrator_adds_a_local_concept(admin_client, signed_in_nurse):
    assert admin_client.post(f"{ADMIN}add/", new()).status_code == 302
    assert b"Harbour cough" in look(signed_in_nurse, "harbour").content


@pytest.fixture
def signed_in_nurse(nurse):
    from django.test import Client

    client = Client()
    client.force_login(nurse)
    return client


def test_a_local_code_without_system_is_one_of_this_house(admin_client):
    admin_client.post(f"{ADMIN}add/", new(code="HC1"))
    assert Concept.objects.get(code="HC1").system == "https://chartwave.example/CodeSystem/local"


def test_a_local_unit_that_is_not_ucum_is_refused(admin_client):
    page = admin_client.post(f"{ADMIN}add/", new(unit="furlong")).content.decode()
    assert "is not a UCUM unit" in page
    assert not Concept.objects.filter(name="Harbour cough").exists()


def test_an_imported_concept_can_be_retired_and_nothing_else(admin_client):
    row = Concept.objects.get(code="I10")
    admin_client.post(f"{ADMIN}{row.pk}/change/", new(name="Changed", retired="on"))
    row.refresh_from_db()
    assert (row.name, row.retired) == ("Hypertension", True)


def test_the_admin_finds_by_the_same_words(admin_client):
    assert b"I21.9" in admin_client.get(ADMIN, {"q": "heart attack"}).content


def test_a_change_of_the_codes_is_audited(admin_client):
    admin_client.post(f"{ADMIN}add/", new())
    assert AuditEvent.objects.filter(action="create-concept").exists()


def test_a_doctor_has_no_business_there(signed_in):
    assert signed_in.get(ADMIN).status_code in (302, 403)


def test_no_concept_is_deleted(admin_client):
    row = Concept.objects.get(code="I10")
    assert admin_client.post(f"{ADMIN}{row.pk}/delete/", {"post": "yes"}).status_code == 403
