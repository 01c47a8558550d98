"""What a password must be, and what it need not be."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import AuditEvent, Session, User
from accounts.sign_in.backend import GIVEN_PASSWORD_LASTS
from accounts.tests.sign_in.conftest import PASSWORD, Door

GOOD = [
    "marmots over the gate",
    "MARMOTSOVERTHEGATE",
    "ヤマネが門の上にいるのを見ましたよ",
    "a" + " long road winds " * 4,
    "kq7 vulture pencil 42",
]
KNOWN = [
    "password1234567",
    "Chartwave-2026!!",
    "HarbourHospital1",
    "AdaAmes19600312!",
    "ames.ames.ames.ames",
    "aaaaaaaaaaaaaaaaaa",
    "123456789012345678",
    "abcdefghijklmnopq",
    "qwertyuiopasdfghjkl",
    "P4ssw0rd!P4ssw0rd!",
    "Summer2026!Summer",
]


@pytest.mark.django_db
@pytest.mark.parametrize("password", GOOD)
def test_takes_any_composition_and_every_script(password, ada):
    validate_password(password, ada)


@pytest.mark.django_db
@pytest.mark.parametrize("password", KNOWN)
def test_refuses_what_is_tried_first(password, ada):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, ada)
    assert [error.code for error in refusal.value.error_list] == ["password_known"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("required", "password", "codes"),
    [
        (False, "gate marmots x", ["password_too_short"]),
        (False, "gate marmots xy", []),
        (True, "gatemar", ["password_too_short"]),
        (True, "gatemarm", []),
        (True, "gate marmot " * 6, []),
        (True, "gate marmot " * 90, ["password_too_long"]),
    ],
)
def test_is_long_enough_for_what_stands_beside_it(settings, required, password, codes):
    settings.SECOND_FACTOR = required
    try:
        validate_password(password)
        found = []
    except ValidationError as refusal:
        found = [error.code for error in refusal.error_list]
    assert found == codes


@pytest.mark.django_db
def test_who_has_a_second_factor_needs_eight(ada, app):
    validate_password("gatemarm", ada)


def test_is_the_same_in_every_spelling_of_unicode():
    user = User()
    user.set_password("Ångström über dem Tor")
    assert user.check_password("A\u030angstro\u0308m u\u0308ber dem Tor")


def test_is_not_the_same_in_another_case():
    user = User()
    user.set_password("Marmots over the gate")
    assert not user.check_password("marmots over the gate")


@pytest.mark.django_db
def test_does_not_expire(door, ada):
    User.objects.filter(pk=ada.pk).update(date_joined="2001-01-01T00:00:00Z")
    door.password()
    assert door.opens()


@pytest.fixture
def given(ada):
    """The administrator chose Ada's password."""
    User.objects.filter(pk=ada.pk).update(password_given_at=timezone.now())
    return ada


CHOICE = {"old_password": PASSWORD, "new_password1": "kq7 vulture pencil 42"}
CHOICE["new_password2"] = CHOICE["new_password1"]


def test_one_that_was_given_out_opens_only_the_page_to_choose_another(door, given):
    door.password()
    assert door.client.get("/patients/search/")["Location"] == "/account/password/"


def test_choosing_another_opens_the_house(door, given):
    door.password()
    door.client.post("/account/password/", CHOICE)
    assert door.opens()


def test_the_given_one_itself_is_no_choice(door, given):
    door.password()
    same = {"old_password": PASSWORD, "new_password1": PASSWORD, "new_password2": PASSWORD}
    door.client.post("/account/password/", same)
    assert not door.opens("/patients/search/")


def test_one_that_was_given_out_goes_stale(door, given):
    old = timezone.now() - GIVEN_PASSWORD_LASTS
    User.objects.filter(pk=given.pk).update(password_given_at=old)
    assert door.password().status_code == 200


def test_an_administrator_gives_one_out(client, administrator, door, ada):
    client.force_login(administrator)
    password = {"password1": CHOICE["new_password1"], "password2": CHOICE["new_password1"]}
    client.post(f"/admin/accounts/user/{ada.pk}/password/", password | {"usable_password": "true"})
    ada.refresh_from_db()
    assert ada.check_password(CHOICE["new_password1"])
    assert ada.password_given_at is not None
    assert AuditEvent.objects.filter(action="password-given").count() == 1


def test_a_new_password_signs_out_everywhere_else(door, ada):
    from django.test import Client

    other = Door(Client())
    other.password()
    door.password()
    door.client.post("/account/password/", CHOICE)
    assert (door.opens(), other.opens()) == (True, False)
    assert Session.objects.filter(user=ada).count() == 1


def test_guessing_from_a_stolen_hash_costs_what_owasp_asks(cost_of_a_password):
    assert cost_of_a_password["memory_cost"] >= 19 * 1024  # KiB
    assert cost_of_a_password["time_cost"] >= 2
