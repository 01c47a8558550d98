"""Credentials of other systems at rest."""

import pytest

from vitals.sync.errors import SecretUnreadableError
from vitals.sync.secrets import Credentials, seal, unseal

CREDENTIALS = Credentials("basic", "ward", "pässword")


def test_what_is_sealed_comes_back() -> None:
    assert unseal(seal(CREDENTIALS, ["key"]), ["key"]) == CREDENTIALS


def test_the_sealed_text_does_not_show_the_secret() -> None:
    assert "ward" not in seal(CREDENTIALS, ["key"])


def test_an_older_key_still_opens() -> None:
    assert unseal(seal(CREDENTIALS, ["old"]), ["new", "old"]) == CREDENTIALS


@pytest.mark.parametrize("sealed", ["garbage", "ümlaut", seal(CREDENTIALS, ["other"])])
def test_what_cannot_be_opened_says_so(sealed: str) -> None:
    with pytest.raises(SecretUnreadableError, match="Enter them again"):
        unseal(sealed, ["key"])


def test_nothing_sealed_means_no_credentials() -> None:
    assert unseal("", ["key"]) == Credentials()


def test_printing_credentials_hides_them() -> None:
    assert "pässword" not in repr(CREDENTIALS)
