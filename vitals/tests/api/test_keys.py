"""Who gets through the door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from vitals.acts.registering import revoke_keys, rotate_key
from vitals.models import DeviceKey, UploadRefusal
from vitals.tests.conftest import DeviceClient


def refused(device):
    answer = device.open()
    return answer.status_code, answer.json().get("code")


def test_a_good_key_opens(device):
    assert device.open().status_code == 201


@pytest.mark.parametrize(
    "key",
    [
        "", "cw_", "cw_12345678_short", "not a key at all", "cw_zzzzzzzz_" + "a" * 43,
        "cw_00000000_" + "a" * 43, "cw_00000000_" + "a" * 43 + "\u00e9", "a" * 5000,
    ],
)  # fmt: skip
def test_a_garbled_key_is_refused(db, key):
    assert refused(DeviceClient(key)) == (401, "key-invalid")


def test_no_key_is_refused(db, client):
    answer = client.post("/api/v1/recordings/", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "key-missing")


def test_a_refusal_for_the_key_says_how_to_ask(db, client):
    answer = client.post("/api/v1/recordings/", {}, content_type="application/json")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_key_with_the_right_prefix_and_a_wrong_secret_is_refused(device):
    assert refused(DeviceClient(device.key[:-1] + "-")) == (401, "key-invalid")


def test_an_expired_key_is_refused(device):
    past = timezone.now() - timedelta(seconds=1)
    DeviceKey.objects.update(expires_at=past, created_at=past - timedelta(days=1))
    assert refused(device) == (401, "key-expired")


def test_a_revoked_key_is_refused(device, patch, as_administrator):
    revoke_keys(by=as_administrator, device=patch)
    assert refused(device) == (401, "key-revoked")


def test_after_rotation_the_new_key_opens(patch, as_administrator):
    assert DeviceClient(rotate_key(by=as_administrator, device=patch)).open().status_code == 201


def test_after_rotation_the_old_key_opens_for_a_day(device, patch, as_administrator):
    rotate_key(by=as_administrator, device=patch)
    assert device.open().status_code == 201
    ends = DeviceKey.objects.order_by("created_at").first().expires_at
    assert ends <= timezone.now() + timedelta(hours=24)


def test_rotation_leaves_the_pairing(worn, patch, as_administrator):
    rotate_key(by=as_administrator, device=patch)
    worn.refresh_from_db()
    assert worn.end is None


def test_the_table_holds_no_key_that_opens(device):
    held = DeviceKey.objects.get()
    assert device.key.encode() not in bytes(held.sha256)
    assert len(bytes(held.sha256)) == 32


def test_a_nurse_cannot_make_a_key(patch, as_nurse):
    from fhir.errors import NotAllowed

    with pytest.raises(NotAllowed):
        rotate_key(by=as_nurse, device=patch)


def test_the_last_use_of_a_key_is_noted(device):
    device.open()
    assert DeviceKey.objects.get().last_used_at is not None


def test_a_wrong_key_stands_in_the_console_without_a_device(db):
    DeviceClient("cw_00000000_" + "a" * 43).open()
    assert UploadRefusal.objects.get().device is None


def test_a_flood_of_wrong_keys_does_not_fill_the_console(db, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"strangers-noted": 3}
    answers = [refused(DeviceClient("cw_00000000_" + "a" * 43)) for _ in range(5)]
    assert answers == [(401, "key-invalid")] * 5
    assert UploadRefusal.objects.count() == 3


def test_the_console_never_shows_a_key(db):
    DeviceClient("cw_00000000_" + "a" * 43).open()
    refusal = UploadRefusal.objects.get()
    assert "aaaa" not in refusal.detail + refusal.path


def test_a_refusal_is_audited(db):
    DeviceClient("cw_00000000_" + "a" * 43).open()
    assert AuditEvent.objects.filter(action="upload", outcome="refused").count() == 1


def test_a_signed_in_doctor_is_no_device(client, dr_ames):
    client.force_login(dr_ames)
    answer = client.post("/api/v1/recordings/", {}, content_type="application/json")
    assert answer.status_code == 401


def test_the_time_is_told_to_everybody(client, db):
    assert client.get("/api/v1/time").json()["time"].endswith("Z")


def test_whoever_tries_keys_must_wait(db, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"bad-keys": 2}
    stranger = DeviceClient("cw_00000000_" + "a" * 43)
    assert [refused(stranger)[0] for _ in range(3)] == [401, 401, 429]


def test_a_key_that_fits_is_not_kept_waiting_by_others_at_its_address(device, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"bad-keys": 1}
    stranger = DeviceClient("cw_00000000_" + "a" * 43)
    assert [refused(stranger)[0] for _ in range(2)] == [401, 429]
    assert device.open().status_code == 201
