"""Programs in the Django admin: registered, limited, switched off, without clinical data."""

import re

import pytest
from django.utils.html import escape

from accounts.clients import tokens
from accounts.clients.registering import Registration, register
from accounts.models import AuditEvent, Client
from accounts.roles import Role
from fhir.principal import SYSTEM
from tests.cast import staff

CLIENTS = "/admin/accounts/client/"


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def at_hill(hill):
    return register(by=SYSTEM, as_said=Registration("Elsewhere", "system/*.rs", [hill]))[0]


def form(*facilities, **changed):
    places = [str(place.pk) for place in facilities]
    return {"name": "Mill", "scope": "system/*.rs", "facilities": places} | changed


def complaints(answer):
    return answer.context["adminform"].form.errors


def secret_in(answer):
    return re.search(r'id="client-secret">([^<]+)<', answer.content.decode())[1]


def test_registers_a_client_and_shows_its_secret_once(office, harbour, sign_in):
    answer = office.post(f"{CLIENTS}add/", form(harbour))
    program = Client.objects.get()
    assert sign_in((program, secret_in(answer))).status_code == 200
    assert secret_in(answer) not in office.get(f"{CLIENTS}{program.pk}/change/").content.decode()


def test_the_page_with_the_secret_is_kept_nowhere(office, harbour):
    assert "no-store" in office.post(f"{CLIENTS}add/", form(harbour))["Cache-Control"]


def test_registering_is_on_record_with_who_did_it(office, harbour, administrator):
    office.post(f"{CLIENTS}add/", form(harbour))
    event = AuditEvent.objects.get(action="register-client")
    assert event.principal == f"user:{administrator.pk}"
    assert Client.objects.get().user == administrator


def test_a_new_client_sees_the_facilities_that_were_chosen(office, harbour):
    office.post(f"{CLIENTS}add/", form(harbour))
    assert list(Client.objects.get().facilities.all()) == [harbour]


@pytest.mark.parametrize("everywhere", [False, True])
def test_an_empty_choice_opens_nothing(office, harbour, everywhere):
    said = form(harbour, all_facilities="on") if everywhere else form()
    assert "facilities" in complaints(office.post(f"{CLIENTS}add/", said))
    assert not Client.objects.exists()


def test_an_administrator_of_every_facility_may_choose_all(office, harbour):
    office.post(f"{CLIENTS}add/", form(all_facilities="on"))
    assert Client.objects.get().all_facilities


def test_an_administrator_of_one_facility_may_not_choose_all(office, harbour, dr_baum):
    office.post(f"{CLIENTS}add/", form(all_facilities="on"))
    assert not Client.objects.exists()


def test_a_facility_that_one_does_not_administer_cannot_be_chosen(office, hill):
    assert "facilities" in complaints(office.post(f"{CLIENTS}add/", form(hill)))


@pytest.mark.parametrize("scope", ["", "read", "system/*.sr", "system/Nope.rs", "user/*.rs"])
def test_a_scope_that_is_none_is_named(office, harbour, scope):
    assert "scope" in complaints(office.post(f"{CLIENTS}add/", form(harbour, scope=scope)))


@pytest.mark.parametrize("name", ["", "  ", "Lab"])
def test_a_client_has_a_name_of_its_own(office, harbour, lab, name):
    assert "name" in complaints(office.post(f"{CLIENTS}add/", form(harbour, name=name)))


def test_markup_in_a_name_is_shown_as_text(office, harbour):
    office.post(f"{CLIENTS}add/", form(harbour, name="<b>x</b>"))
    assert escape("<b>x</b>") in office.get(CLIENTS).content.decode()


def test_a_change_holds_at_once(office, harbour, lab):
    office.post(f"{CLIENTS}{lab[0].pk}/change/", form(harbour, name="Lab", scope="system/Slot.r"))
    assert Client.objects.get().allowed == ["system/Slot.r"]


def test_the_form_shows_what_is_registered(office, lab):
    assert "system/*.rs" in office.get(f"{CLIENTS}{lab[0].pk}/change/").content.decode()


def test_switching_off_is_asked_first(office, lab):
    office.get(f"{CLIENTS}{lab[0].pk}/off/")
    assert Client.objects.get().active


def test_switching_off_ends_every_token(office, lab):
    tokens.issue(by=SYSTEM, client=lab[0], scope="system/*.r", life=tokens.LONGEST)
    office.post(f"{CLIENTS}{lab[0].pk}/off/")
    assert not Client.objects.get().active
    assert AuditEvent.objects.get(action="switch-off-client").detail["tokens"] == 1


def test_switching_on_again(office, lab):
    office.post(f"{CLIENTS}{lab[0].pk}/off/")
    office.post(f"{CLIENTS}{lab[0].pk}/on/")
    assert Client.objects.get().active


def test_a_new_secret_is_shown_and_works(office, lab, sign_in):
    answer = office.post(f"{CLIENTS}{lab[0].pk}/secret/")
    assert sign_in((lab[0], secret_in(answer))).status_code == 200


def test_a_client_of_another_facility_cannot_be_changed(office, at_hill):
    answer = office.post(f"{CLIENTS}{at_hill.pk}/change/", form(name="Mine"))
    at_hill.refresh_from_db()
    assert (answer.status_code, at_hill.name) == (403, "Elsewhere")


@pytest.mark.parametrize("what", ["secret", "on"])
def test_nor_opened(office, at_hill, what):
    assert office.post(f"{CLIENTS}{at_hill.pk}/{what}/").status_code == 403


def test_but_any_administrator_may_switch_it_off(office, at_hill):
    office.post(f"{CLIENTS}{at_hill.pk}/off/")
    at_hill.refresh_from_db()
    assert not at_hill.active


def test_a_client_has_no_page_elsewhere(office, lab):
    assert "viewsitelink" not in office.get(f"{CLIENTS}{lab[0].pk}/change/").content.decode()


def test_the_tokens_are_listed_without_themselves(office, lab):
    token = tokens.issue(by=SYSTEM, client=lab[0], scope="system/Slot.r", life=tokens.LONGEST)
    page = office.get(f"{CLIENTS}{lab[0].pk}/change/").content.decode()
    assert "system/Slot.r" in page
    assert token not in page


def test_a_client_is_never_deleted(office, lab):
    assert office.post(f"{CLIENTS}{lab[0].pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("door", ["", "add/", "{}/change/", "{}/secret/", "{}/off/", "{}/on/"])
@pytest.mark.parametrize("role", [Role.DOCTOR, Role.REGISTRAR, Role.PRIVACY_OFFICER])
def test_nobody_else_comes_near(client, harbour, lab, role, door):
    client.force_login(staff("other", role, harbour, is_staff=True))
    where = CLIENTS + door.format(lab[0].pk)
    assert {client.get(where).status_code, client.post(where).status_code} <= {403, 302}
    assert Client.objects.get().active


@pytest.mark.parametrize(
    "page", ["application", "accesstoken", "grant", "idtoken", "refreshtoken", "devicegrant"]
)
def test_the_pages_of_the_toolkit_are_not_there(office, page):
    assert office.get(f"/admin/oauth2_provider/{page}/").status_code == 404


def test_what_a_client_reads_does_not_show(office, harbour, lab, rosa):
    assert "Lindqvist" not in office.get(f"{CLIENTS}{lab[0].pk}/change/").content.decode()
