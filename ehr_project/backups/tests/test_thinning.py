"""Which backups are kept, and that nothing else is ever removed."""

from datetime import UTC, datetime, timedelta

import pytest

from ehr_project.backups.thinning import made_at, thin, to_keep

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def nights(count):
    return [NOW - timedelta(days=n) for n in range(count)]


@pytest.mark.parametrize(("days", "kept"), [(1, 1), (9, 9), (30, 13), (400, 27)])
def test_every_night_of_a_week_then_one_a_week_then_one_a_month(days, kept):
    assert len(to_keep(nights(days), NOW)) == kept


def test_thinning_night_by_night_leaves_a_backup_of_each_month_of_a_year():
    kept = set()
    for n in reversed(range(400)):
        tonight = NOW - timedelta(days=n)
        kept = to_keep(kept | {tonight}, tonight)
    months = {(each.year, each.month) for each in kept}
    assert len(months) >= 13


def test_the_newest_is_kept_however_old():
    assert to_keep([NOW - timedelta(days=4000)], NOW) == {NOW - timedelta(days=4000)}


def name(made, kind):
    return f"{made:%Y%m%dT%H%M%SZ}-{kind}-0123abcd.chartwave-backup"


def test_only_what_the_house_made_by_itself_is_removed(tmp_path):
    old = NOW - timedelta(days=500)
    for file in (name(old, "manual"), name(old, "nightly"), "other.chartwave-backup", "notes.txt"):
        (tmp_path / file).write_text("x")
    (tmp_path / name(NOW, "nightly")).write_text("x")
    gone = thin(tmp_path, NOW)
    assert [file.name for file in gone] == [name(old, "nightly")]


def test_a_file_by_hand_is_not_dated(tmp_path):
    assert made_at(tmp_path / name(NOW, "manual")) is None
