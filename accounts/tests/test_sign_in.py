"""The door: who comes in, what a stranger learns, and in which zone times are shown."""

import pytest
from django.test import Client

from accounts.models import AuditEvent, Membership, User
from accounts.principals import principal_of
from accounts.roles import CHART_READ, Role

PASSWORD = "a long enough password"


@pytest.fixture
def ada(dr_ames):
    dr_ames.set_password(PASSWORD)
    dr_ames.save()
    return dr_ames


def sign_in(client, username, password=PASSWORD):
    return client.post("/sign-in/", {"username": username, "password": password})


def test_the_right_password_opens(client, ada):
    assert sign_in(client, "ames")["Location"] == "/"


def test_a_stranger_cannot_tell_a_wrong_password_from_no_such_account(client, ada):
    answers = [sign_in(client, name, "wrong").content.decode() for name in ("ames", "nobody")]
    texts = [answer.split("There is a problem")[1].split("</div>")[0] for answer in answers]
    assert texts[0] == texts[1]


def test_a_failed_sign_in_is_on_record_without_the_name_typed(client, ada):
    sign_in(client, "my-password-by-mistake", "ames")
    event = AuditEvent.objects.get(action="sign-in")
    assert (event.outcome, event.detail) == ("refused", {})


def test_an_account_that_is_switched_off_does_not_open(client, ada):
    ada.is_active = False
    ada.save()
    assert sign_in(client, "ames").status_code == 200


def test_switching_an_account_off_ends_its_session(client, ada, rosa):
    client.force_login(ada)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert client.get(f"/patients/{rosa.id}/").status_code == 302


def test_a_membership_that_ended_gives_nothing(dr_ames):
    from django.utils import timezone

    Membership.objects.filter(user=dr_ames).update(end=timezone.now())
    assert not principal_of(dr_ames).may(CHART_READ)


def test_a_role_holds_only_at_its_facility(dr_ames, hill):
    Membership.objects.create(user=dr_ames, facility=hill, role=Role.REGISTRAR)
    assert hill.pk not in principal_of(dr_ames).facilities_with(CHART_READ)


def test_times_are_shown_in_the_zone_of_the_facility(client, dr_ames, harbour, rosa):
    type(harbour).objects.filter(pk=harbour.pk).update(time_zone="Asia/Kolkata")
    client.force_login(dr_ames)
    assert "+05:30" in client.get("/").content.decode()


def test_a_form_without_a_token_is_refused(ada):
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict, "ames").status_code == 403


@pytest.mark.parametrize("path", ["/", "/account/", "/style/"])
def test_nothing_is_kept_by_a_browser(client, dr_ames, path):
    client.force_login(dr_ames)
    assert "no-store" in client.get(path)["Cache-Control"]


def test_scripts_and_styles_come_from_here_only(client, dr_ames):
    client.force_login(dr_ames)
    policy = client.get("/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
