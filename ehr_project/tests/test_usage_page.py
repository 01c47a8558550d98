"""The usage page: what recordings take, counted or said to be estimated; nothing of a patient."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from ehr_project.admin_pages import usage as counting
from ehr_project.admin_pages.usage import usage
from tests.cast import staff
from vitals.acts.registering import register_device
from vitals.models import Recording, WaveformChunk

USAGE = "/admin/usage/"


@pytest.fixture
def recorded(as_administrator, harbour):
    """Two devices; one measured 3 blocks of an ECG, the other one block of movement long ago."""
    for serial, kind, channels, blocks, start in (
        ("P-1", "ecg", ["I", "II"], 3, timezone.now() - timedelta(days=2)),
        ("P-2", "imu", ["x"], 1, datetime(2025, 1, 31, 23, 30, tzinfo=UTC)),
    ):
        device = register_device(
            by=as_administrator, serial=serial, facility=harbour, model_name="Patch One"
        )[0]
        recording = Recording.objects.create(
            device=device, client_id="r", kind=kind, sampling_rate_hz=250, channels=channels,
            unit="uV" if kind == "ecg" else "g", units_per_step=1, started_at=start,
        )  # fmt: skip
        WaveformChunk.objects.bulk_create(
            WaveformChunk(
                recording=recording, first_sample=n * 1000, n_samples=1000, start_time=start,
                codec="delta2-zstd", payload=bytes(500),
            )
            for n in range(blocks)
        )  # fmt: skip


def test_samples_are_counted_by_month_and_kind(recorded, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    newest, oldest = usage().months
    assert (newest.kind, newest.blocks, newest.n_bytes, newest.share) == ("ecg", 3, 1500, 0.125)
    assert (oldest.kind, oldest.month.isoformat(), oldest.n_bytes) == ("imu", "2025-02-01", 500)


def test_samples_are_counted_by_device_largest_first(recorded):
    assert [(row.serial, row.n_bytes) for row in usage().devices] == [("P-1", 1500), ("P-2", 500)]


def test_growth_tells_when_the_disk_is_full(recorded, monkeypatch):
    monkeypatch.setattr(counting, "_free_bytes", lambda: 5000)
    found = usage()
    assert (found.a_day_bytes, found.days_left) == (50, 100)


def test_where_nothing_grows_nothing_is_foretold(db):
    found = usage()
    assert (found.a_day_bytes, found.days_left, found.months) == (0, None, [])


def test_tables_have_their_size_with_indexes(recorded):
    found = usage()
    sizes = {str(row.what): row.n_bytes for row in found.tables}
    assert sizes["Samples"] >= 8192
    assert found.total_bytes == sum(sizes.values())


def test_many_blocks_are_sampled_and_said_to_be(recorded, monkeypatch, client, administrator):
    monkeypatch.setattr(counting, "ROWS", "SELECT 4")
    monkeypatch.setattr(counting, "MOST_BLOCKS", 2)
    client.force_login(administrator)
    assert "estimates from 50 % of the blocks" in client.get(USAGE).content.decode()


def test_an_administrator_sees_it_without_a_patient(client, administrator, recorded, rosa):
    client.force_login(administrator)
    page = client.get(USAGE).content.decode()
    assert "P-1 Patch One" in page
    assert "estimates" not in page
    assert rosa.name.family not in page


def test_it_costs_the_same_however_much_there_is(recorded, django_assert_num_queries):
    with django_assert_num_queries(5):
        usage()


def test_nobody_else_sees_it(client, dr_ames, harbour):
    client.force_login(dr_ames)
    assert client.get(USAGE).status_code == 302
    client.force_login(staff("pia", Role.PRIVACY_OFFICER, harbour, is_staff=True))
    assert client.get(USAGE).status_code == 403
