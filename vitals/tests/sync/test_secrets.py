"""Credentials of other systems at rest, and what a new key does to them."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent
from vitals.models import SyncTarget
from vitals.sync.errors import SecretUnreadableError
from vitals.sync.secrets import Credentials, seal, unseal

CREDENTIALS = Credentials("basic", "ward", "pässword")
OLD, NEW = "old-" * 20, "new-" * 20


@pytest.fixture(autouse=True)
def keys(settings):
    """Sets the key of today, and older ones."""

    def given(today, *before):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = today, list(before)

    given(OLD)
    return given


@pytest.fixture
def target(db):
    return SyncTarget.objects.create(
        name="Lab", base_url="https://lab.example.org", sealed=seal(CREDENTIALS)
    )


def rotated(capsys):
    call_command("rotate_secrets")
    return capsys.readouterr().out


def test_what_is_sealed_comes_back():
    assert unseal(seal(CREDENTIALS)) == CREDENTIALS


def test_the_sealed_text_does_not_show_the_secret():
    assert "ward" not in seal(CREDENTIALS)


def test_no_two_sealed_texts_are_alike():
    assert seal(CREDENTIALS) != seal(CREDENTIALS)


def test_an_older_key_still_opens(keys):
    sealed = seal(CREDENTIALS)
    keys(NEW, OLD)
    assert unseal(sealed) == CREDENTIALS


def test_a_key_that_is_gone_opens_nothing(keys):
    sealed = seal(CREDENTIALS)
    keys(NEW)
    with pytest.raises(SecretUnreadableError, match="Enter them again"):
        unseal(sealed)


@pytest.mark.parametrize("sealed", ["garbage", "ümlaut"])
def test_what_cannot_be_opened_says_so(sealed):
    with pytest.raises(SecretUnreadableError, match="Enter them again"):
        unseal(sealed)


def test_an_altered_text_does_not_open():
    sealed = seal(CREDENTIALS)
    turned = "A" if sealed[40] != "A" else "B"
    with pytest.raises(SecretUnreadableError):
        unseal(sealed[:40] + turned + sealed[41:])


def test_nothing_sealed_means_no_credentials():
    assert unseal("") == Credentials()


def test_printing_credentials_hides_them():
    assert "pässword" not in repr(CREDENTIALS)


def test_after_rotation_the_old_key_may_go(target, keys, capsys):
    keys(NEW, OLD)
    assert "1 encrypted anew" in rotated(capsys)
    keys(NEW)
    target.refresh_from_db()
    assert unseal(target.sealed) == CREDENTIALS


def test_a_second_rotation_changes_nothing(target, keys, capsys):
    keys(NEW, OLD)
    rotated(capsys)
    before = SyncTarget.objects.get().sealed
    assert "1 were already" in rotated(capsys)
    assert SyncTarget.objects.get().sealed == before


def test_what_no_key_opens_is_named_and_left_as_it_is(target, keys):
    keys(NEW)
    with pytest.raises(CommandError, match="credentials of Lab"):
        call_command("rotate_secrets")
    assert SyncTarget.objects.get().sealed == target.sealed


def test_a_rotation_is_on_record_without_any_secret(target, keys, capsys):
    keys(NEW, OLD)
    rotated(capsys)
    assert AuditEvent.objects.get(action="rotate-secrets").detail == {"renewed": 1}


def test_seeds_of_second_factors_are_encrypted_anew_too(dr_ames, keys, capsys):
    from allauth.mfa.totp.internal.auth import TOTP

    from accounts.secrets_at_rest import unseal as opened
    from accounts.sign_in.adapter import PURPOSE

    factor = TOTP.activate(dr_ames, "JBSWY3DPEHPK3PXP").instance
    keys(NEW, OLD)
    rotated(capsys)
    keys(NEW)
    factor.refresh_from_db()
    assert opened(factor.data["secret"], PURPOSE) == "JBSWY3DPEHPK3PXP"
