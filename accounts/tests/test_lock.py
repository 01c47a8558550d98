"""A screen that nobody watches shows nothing, and loses nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent

PASSWORD = "a long enough password"


@pytest.fixture
def at_the_screen(client, dr_ames):
    dr_ames.set_password(PASSWORD)
    dr_ames.save()
    client.force_login(dr_ames)
    client.get("/account/")
    return client


def leave_for(client, minutes):
    session = client.session
    session["touched_at"] = (timezone.now() - timedelta(minutes=minutes)).isoformat()
    session.save()


def is_locked(client):
    return "unlock-password" in client.get("/account/").content.decode()


def test_locks_by_hand(at_the_screen):
    at_the_screen.post("/lock/")
    assert is_locked(at_the_screen)


def test_locking_by_hand_comes_back_to_the_same_place_with_its_question(at_the_screen):
    came = {"Referer": "http://testserver/tasks/?list=all#first"}
    assert at_the_screen.post("/lock/", headers=came)["Location"] == "/tasks/?list=all"


def test_locks_after_a_quarter_of_an_hour(at_the_screen):
    leave_for(at_the_screen, 16)
    assert is_locked(at_the_screen)


def test_stays_open_while_somebody_is_there(at_the_screen):
    leave_for(at_the_screen, 14)
    assert not is_locked(at_the_screen)


def test_a_poll_does_not_keep_it_open(at_the_screen):
    leave_for(at_the_screen, 14)
    at_the_screen.get("/recordings/0190a0a0-0000-7000-8000-000000000001/state")
    leave_for(at_the_screen, 16)
    assert is_locked(at_the_screen)


def test_a_poll_is_no_touch(at_the_screen):
    leave_for(at_the_screen, 14)
    before = at_the_screen.session["touched_at"]
    at_the_screen.get("/recordings/0190a0a0-0000-7000-8000-000000000001/state")
    assert at_the_screen.session["touched_at"] == before


def test_a_locked_page_holds_no_chart(at_the_screen, rosa):
    at_the_screen.post("/lock/")
    assert "LINDQVIST" not in at_the_screen.get(f"/patients/{rosa.id}/").content.decode()


def test_what_programs_ask_refuses_a_locked_screen_in_their_words(at_the_screen, rosa):
    address = f"/fhir/Patient/{rosa.fhir_id}"
    assert at_the_screen.get(address).status_code == 200
    at_the_screen.post("/lock/")
    answer = at_the_screen.get(address)
    assert answer.status_code == 401
    assert answer.json()["issue"][0]["code"] == "login"
    assert at_the_screen.get("/fhir/metadata").status_code == 200
    at_the_screen.post("/unlock/", {"unlock_password": PASSWORD})
    assert at_the_screen.get(address).status_code == 200


def test_the_password_opens_it_at_the_same_place(at_the_screen):
    at_the_screen.post("/lock/")
    given = {"unlock_password": PASSWORD, "next": "/account/"}
    assert at_the_screen.post("/unlock/", given)["Location"] == "/account/"


def test_another_password_does_not(at_the_screen):
    at_the_screen.post("/lock/")
    at_the_screen.post("/unlock/", {"unlock_password": "not this one"})
    assert is_locked(at_the_screen)


def test_it_never_leads_to_a_stranger(at_the_screen):
    at_the_screen.post("/lock/")
    given = {"unlock_password": PASSWORD, "next": "https://stranger.example/"}
    assert at_the_screen.post("/unlock/", given)["Location"] == "/"


def test_what_was_posted_is_kept_in_the_page(at_the_screen):
    at_the_screen.post("/lock/")
    page = at_the_screen.post("/patients/search/", {"query": "<b>lindq"}).content.decode()
    assert 'name="query" value="&lt;b&gt;lindq"' in page


def test_what_was_posted_goes_on_with_the_password(at_the_screen, rosa):
    at_the_screen.post("/lock/")
    given = {"query": "lindq", "unlock_password": PASSWORD}
    assert "LINDQVIST" in at_the_screen.post("/patients/search/", given).content.decode()


def test_it_is_on_record(at_the_screen):
    at_the_screen.post("/lock/")
    at_the_screen.post("/unlock/", {"unlock_password": "not this one"})
    events = AuditEvent.objects.filter(action__in=("lock", "unlock")).order_by("at")
    assert [(event.action, event.outcome) for event in events] == [
        ("lock", "success"),
        ("unlock", "refused"),
    ]
