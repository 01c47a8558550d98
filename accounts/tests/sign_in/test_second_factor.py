"""Two things open the door: what somebody knows, and what somebody carries."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import AuditEvent
from accounts.sign_in import second_factor
from accounts.tests.sign_in.conftest import PASSWORD, Door, code_for, code_of, secret_on
from fhir.principal import SYSTEM

# No half minute ends between the app that shows a code and the door that reads it.
pytestmark = pytest.mark.usefixtures("held_clock")
BEHIND = ("/", "/account/", "/patients/search/", "/fhir/Patient", "/admin/")


def noted(action):
    return list(AuditEvent.objects.filter(action=action).values_list("outcome", flat=True))


def set_up(door):
    """Ada sets up an app after her password; returns the page with her recovery codes."""
    page = door.client.get("/account/second-factor/app/").content.decode()
    return door.client.post("/account/second-factor/app/", {"code": code_for(secret_on(page))})


def recovery_codes_of(user):
    return second_factor.new_recovery_codes(by=SYSTEM, user=user)


def test_the_password_alone_leads_to_the_second_step(door, app):
    assert door.password()["Location"] == "/sign-in/code/"


def test_the_password_alone_opens_nothing(door, app):
    door.password()
    assert not door.opens()


def test_the_code_opens(signed_in):
    assert signed_in.opens()


def test_the_way_goes_on_to_where_it_was_meant_for(door, app):
    door.client.post("/sign-in/?next=/account/", {"username": "ames", "password": PASSWORD})
    assert door.code(code_of(app))["Location"] == "/account/"


def test_it_never_leads_to_a_stranger(door, app):
    door.client.post(
        "/sign-in/?next=//stranger.example/", {"username": "ames", "password": PASSWORD}
    )
    assert door.code(code_of(app))["Location"] == "/"


@pytest.mark.parametrize("steps", [-1, 1])
def test_a_clock_may_be_half_a_minute_off(door, app, steps):
    door.password()
    assert door.code(code_of(app, steps)).status_code == 302


@pytest.mark.parametrize("steps", [-20, 20])
def test_another_code_does_not_open(door, app, steps):
    door.password()
    door.code(code_of(app, steps))
    assert not door.opens()


def test_a_code_opens_once(signed_in, app):
    other = Door(Client())
    other.password()
    other.code(code_of(app))
    assert not other.opens()


def test_a_code_without_the_password_opens_nothing(door, app):
    door.code(code_of(app))
    assert not door.opens()


def test_the_second_step_waits_five_minutes(door, app):
    door.password()
    session = door.client.session
    session["waits_for_second_factor"] |= {"since": "2020-01-01T00:00:00+00:00"}
    session.save()
    assert door.code(code_of(app))["Location"] == "/sign-in/"


def test_a_recovery_code_opens_once(door, app, ada):
    code = recovery_codes_of(ada)[0]
    opened = []
    for _ in range(2):
        other = Door(Client())
        other.password()
        other.code(f"{code[:4]} {code[4:]}")
        opened.append(other.opens())
    assert opened == [True, False]


def test_new_recovery_codes_end_the_old_ones(door, app, ada):
    old = recovery_codes_of(ada)[0]
    recovery_codes_of(ada)
    door.password()
    door.code(old)
    assert not door.opens()


def test_after_five_codes_the_right_one_does_not_open(door, app):
    door.password()
    for n in range(5):
        door.code(f"00000{n}")
    door.code(code_of(app))
    assert not door.opens()


def test_secrets_lie_encrypted(ada, app):
    recovery_codes_of(ada)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert "JBSWY3DPEHPK3PXP" not in kept


@pytest.mark.parametrize("path", BEHIND)
def test_who_has_none_reaches_nothing_else(door, ada, required, path):
    door.password()
    answer = door.client.get(path)
    assert answer.status_code in (302, 403)
    assert answer.headers.get("Location", "/account/second-factor/app/").startswith(
        "/account/second"
    )


@pytest.mark.parametrize("path", ["/patients/search/", "/account/sessions/end/", "/fhir/Patient"])
def test_who_has_none_writes_and_asks_nothing(door, ada, required, path):
    door.password()
    answer = door.client.post(path, {"query": "lindq"}, headers={"HX-Request": "true"})
    assert answer.status_code == 403


def test_in_the_demo_none_is_needed(door, ada, settings):
    settings.SECOND_FACTOR = False
    door.password()
    assert door.opens()


def test_setting_one_up_opens_the_house(door, ada, required):
    door.password()
    set_up(door)
    assert door.opens()


def test_setting_one_up_gives_ten_recovery_codes(door, ada, required):
    door.password()
    assert set_up(door).content.decode().count("<li><code>") == 10


def test_a_wrong_code_sets_nothing_up(door, ada, required):
    door.password()
    door.client.get("/account/second-factor/app/")
    door.client.post("/account/second-factor/app/", {"code": "000000"})
    assert not Authenticator.objects.exists()


def test_a_session_that_got_around_the_second_step_is_ended(client, ada, app, required):
    client.force_login(ada)
    client.get("/account/second-factor/app/")
    assert client.get("/account/")["Location"].startswith("/sign-in/")


def test_an_app_is_replaced_only_with_the_password(signed_in, ada):
    page = signed_in.client.get("/account/second-factor/app/").content.decode()
    given = {"code": code_for(secret_on(page)), "password": "not this one"}
    signed_in.client.post("/account/second-factor/app/", given)
    assert noted("second-factor-add") == []


def test_an_app_is_replaced_with_the_password(signed_in, ada):
    page = signed_in.client.get("/account/second-factor/app/").content.decode()
    given = {"code": code_for(secret_on(page)), "password": PASSWORD}
    signed_in.client.post("/account/second-factor/app/", given)
    assert noted("second-factor-add") == ["success"]


def test_new_recovery_codes_need_the_password(signed_in, ada):
    signed_in.client.post("/account/second-factor/codes/", {"password": "not this one"})
    assert noted("recovery-codes") == []


def test_the_last_one_stays_where_one_is_required(signed_in, app, required):
    signed_in.client.post(f"/account/second-factor/{app.pk}/remove/", {"password": PASSWORD})
    assert Authenticator.objects.filter(pk=app.pk).exists()


def test_it_can_be_removed_where_none_is_required(signed_in, app):
    signed_in.client.post(f"/account/second-factor/{app.pk}/remove/", {"password": PASSWORD})
    assert not Authenticator.objects.exists()


def test_nobody_removes_another_ones(client, nurse, app):
    client.force_login(nurse)
    answer = client.post(f"/account/second-factor/{app.pk}/remove/", {"password": PASSWORD})
    assert answer.status_code == 404


def test_it_is_on_record(door, app):
    door.password()
    door.code("000000")
    door.code(code_of(app))
    assert (noted("second-factor"), noted("sign-in")) == (["refused"], ["success"])


def test_an_administrator_resets_one_that_was_lost(client, administrator, app, ada):
    client.force_login(administrator)
    client.post(f"/admin/accounts/user/{ada.pk}/second-factor/")
    assert not Authenticator.objects.exists()
    assert noted("second-factor-reset") == ["success"]


def test_a_reset_signs_out(signed_in, administrator, ada):
    office = Client()
    office.force_login(administrator)
    office.post(f"/admin/accounts/user/{ada.pk}/second-factor/")
    assert not signed_in.opens()


def test_who_does_not_manage_users_resets_nothing(client, nurse, app, ada):
    nurse.is_staff = True
    nurse.save()
    client.force_login(nurse)
    assert client.post(f"/admin/accounts/user/{ada.pk}/second-factor/").status_code == 403
    assert Authenticator.objects.exists()


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/login/?next=/admin/"])
def test_the_admin_has_the_same_door(client, administrator, path):
    given = {"username": "root", "password": PASSWORD}
    administrator.set_password(PASSWORD)
    administrator.save()
    assert client.post(path, given)["Location"].startswith("/sign-in/")
