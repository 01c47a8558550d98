"""How often one may try: counted before anything is hashed, over all processes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import Client, RequestFactory

from accounts.models import AuditEvent, CacheEntry
from accounts.sign_in.attempts import OF_ACCOUNT, OF_ADDRESS, SharedLimits
from accounts.tests.sign_in.conftest import PASSWORD

MOST = OF_ACCOUNT[0].most


@pytest.fixture
def hashed(monkeypatch):
    """Counts what is hashed."""
    calls = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def counted(real):
        def call(self, *given):
            calls.append(real.__name__)
            return real(self, *given)

        return call

    monkeypatch.setattr(Argon2PasswordHasher, "encode", counted(encode))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", counted(verify))
    return calls


def try_often(door, times, username="ames", **more):
    return [door.password(username, "wrong", **more) for _ in range(times)][-1]


def test_too_many_attempts_lock_the_account(door, ada):
    try_often(door, MOST)
    assert door.password().status_code == 429


def test_it_says_when_to_try_again(door, ada):
    assert try_often(door, MOST + 1)["Retry-After"] == "900"


def test_behind_the_limit_nothing_is_hashed(door, ada, hashed):
    try_often(door, MOST)
    before = len(hashed)
    try_often(door, 3)
    assert len(hashed) == before


def test_before_the_limit_each_attempt_is_hashed_once(door, ada, hashed):
    try_often(door, 3)
    assert len(hashed) == 3


def test_a_name_that_nobody_has_is_locked_alike(door, ada):
    answers = [try_often(door, MOST + 1, name) for name in ("ames", "nobody")]
    texts = [answer.content.split(b"<main")[1] for answer in answers]
    assert texts[0] == texts[1]


def test_a_name_that_nobody_has_costs_as_much_hashing(door, ada, hashed):
    door.password("ames", "wrong")
    for_ames = len(hashed)
    door.password("nobody", "wrong")
    assert len(hashed) == 2 * for_ames


def test_getting_in_begins_anew(door, ada):
    try_often(door, MOST - 1)
    door.password()
    door.client.post("/sign-out/")
    assert try_often(door, MOST).status_code == 200


def test_an_address_is_limited_over_all_accounts(door, ada):
    allowed = SharedLimits()
    request = RequestFactory().post("/sign-in/")
    for n in range(OF_ADDRESS.most):
        allowed.is_allowed(request, {"username": f"name-{n}"})
    assert door.password().status_code == 429


def test_another_address_is_not(door, ada):
    allowed = SharedLimits()
    request = RequestFactory(REMOTE_ADDR="192.0.2.1").post("/sign-in/")
    for n in range(OF_ADDRESS.most):
        allowed.is_allowed(request, {"username": f"name-{n}"})
    assert door.password().status_code == 302


def test_a_crowd_that_signs_in_from_one_address_is_not_locked_out(door, ada, monkeypatch):
    for _ in range(4):
        door.password()
        door.client.post("/sign-out/")
    key = OF_ADDRESS._key("127.0.0.1")
    assert CacheEntry.objects.get(key__endswith=key).value == 0


def test_unlocking_a_screen_counts_as_well(client, ada):
    client.force_login(ada)
    client.post("/lock/")
    for _ in range(MOST):
        client.post("/unlock/", {"unlock_password": "wrong"})
    assert client.post("/unlock/", {"unlock_password": PASSWORD}).status_code == 429


def test_what_is_typed_is_kept_nowhere(door, ada, caplog):
    try_often(door, MOST + 2, "my-password-by-mistake")
    kept = [*CacheEntry.objects.values_list("key", flat=True), caplog.text]
    kept += [str(event.detail) for event in AuditEvent.objects.all()]
    assert "my-password-by-mistake" not in " ".join(kept)


def test_knocking_on_does_not_fill_the_audit_trail(door, ada):
    try_often(door, MOST + 5)
    assert AuditEvent.objects.filter(action="sign-in").count() == MOST + 1


def test_an_administrator_lets_somebody_try_again(door, ada, administrator):
    try_often(door, MOST + 1)
    office = Client()
    office.force_login(administrator)
    office.post(f"/admin/accounts/user/{ada.pk}/attempts/")
    assert door.password().status_code == 302


@pytest.mark.django_db(transaction=True)
def test_many_at_once_do_not_all_pass(ada):
    def ask(_):
        try:
            request = RequestFactory().post("/sign-in/")
            return SharedLimits().is_allowed(request, {"username": "ames"})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as many:
        assert sum(many.map(ask, range(MOST + 15))) == MOST


def test_a_password_of_a_thousand_characters_is_the_longest_that_is_hashed(door, ada, hashed):
    door.password("ames", "x" * 1001)
    assert hashed == []
