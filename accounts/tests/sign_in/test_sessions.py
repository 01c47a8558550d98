"""Where somebody is signed in: seen, ended from afar, and ended by time."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Membership, Session, User
from accounts.tests.sign_in.conftest import Door

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def at_work(door, ada):
    door.password(headers={"User-Agent": FIREFOX})
    return door


@pytest.fixture
def at_home(ada):
    door = Door(Client(REMOTE_ADDR="192.0.2.7"))
    door.password()
    return door


def session_of(door):
    return next(
        row
        for row in Session.objects.all()
        if row.session_key == door.client.session.create_model_instance({}).session_key
    )


def here(door):
    return door.client.get("/account/here/")


def test_each_browser_stands_on_the_account_page(at_work, at_home):
    page = at_work.client.get("/account/").content.decode()
    assert "Firefox on Linux" in page
    assert "192.0.2.7" in page


def test_the_own_browser_is_marked(at_work, at_home):
    assert at_work.client.get("/account/").content.decode().count("this one") == 1


def test_signs_out_elsewhere(at_work, at_home):
    at_work.client.post("/account/sessions/end/", {"session": session_of(at_home).session_key})
    assert (at_work.opens(), at_home.opens()) == (True, False)


def test_signs_out_everywhere_else(at_work, at_home):
    at_work.client.post("/account/sessions/end/", {"all": "1"})
    assert (at_work.opens(), at_home.opens()) == (True, False)


def test_nobody_signs_out_somebody_else(at_work, client, nurse):
    other = Client()
    other.force_login(nurse)
    other.post("/account/sessions/end/", {"session": session_of(at_work).session_key})
    assert at_work.opens()


def test_an_administrator_signs_somebody_out(at_work, at_home, ada, administrator):
    office = Client()
    office.force_login(administrator)
    office.post(f"/admin/accounts/user/{ada.pk}/sign-out/")
    assert (at_work.opens(), at_home.opens()) == (False, False)


def test_signing_out_from_afar_is_on_record(at_work, at_home):
    at_work.client.post("/account/sessions/end/", {"all": "1"})
    assert AuditEvent.objects.get(action="sign-out").detail["sessions"] == 1


def test_the_table_holds_no_key_that_a_browser_could_send(at_work):
    cookie = at_work.client.cookies["chartwave-session"].value
    assert not Session.objects.filter(session_key=cookie).exists()


def test_signing_in_changes_the_key(door, ada):
    door.client.get("/sign-in/")
    door.client.session.save()
    before = door.client.session.session_key
    door.password()
    assert door.client.session.session_key != before


def test_a_session_ends_twelve_hours_after_the_sign_in(at_work):
    ends_in = session_of(at_work).expire_date - timezone.now()
    assert timedelta(hours=11, minutes=59) < ends_in <= timedelta(hours=12)


def test_using_it_does_not_postpone_the_end(at_work):
    session = at_work.client.session
    began = timezone.now() - timedelta(hours=11)
    session["began_at"] = began.isoformat()
    session.save()
    at_work.client.post("/awake/")
    assert session_of(at_work).expire_date == began + timedelta(hours=12)


def test_after_that_it_opens_nothing(at_work):
    Session.objects.update(expire_date=timezone.now())
    assert not at_work.opens()


def test_a_session_that_expired_is_cleared_away(at_work, ada):
    Session.objects.update(expire_date=timezone.now())
    Door(Client()).password()
    assert Session.objects.count() == 1


def test_a_page_asks_whether_it_may_stay(at_work):
    assert here(at_work).json()["locked"] is False


def test_asking_is_no_touch(at_work):
    session = at_work.client.session
    session["touched_at"] = (timezone.now() - timedelta(minutes=14)).isoformat()
    session.save()
    before = at_work.client.session["touched_at"]
    here(at_work)
    assert at_work.client.session["touched_at"] == before


def test_a_locked_page_learns_that_it_is(at_work):
    at_work.client.post("/lock/")
    assert here(at_work).json()["locked"] is True


def test_an_ended_session_is_led_to_the_door(at_work, ada):
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert here(at_work)["Location"].startswith("/sign-in/")


def test_an_ended_membership_changes_the_mark(at_work, ada):
    before = here(at_work).json()["rights"]
    Membership.objects.filter(user=ada).update(end=timezone.now())
    assert here(at_work).json()["rights"] != before


def test_nothing_changed_means_the_same_mark(at_work):
    assert here(at_work).json() == here(at_work).json()


def test_asking_costs_few_questions(at_work, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        here(at_work)
