"""A backup comes back whole, into an empty database, or not at all."""

import stat

import psycopg
import pytest

from ehr_project.backups.errors import BackupTrouble, DamagedBackup, KeyTrouble, NotEmpty
from ehr_project.backups.inventory import differences, take
from ehr_project.backups.restoring import read_through, restore
from ehr_project.backups.tests.conftest import KEY, OTHER_KEY, back_up, database

COMMITTED = (
    "SELECT count(*) FROM fhir_change "
    "WHERE txid < pg_snapshot_xmin(pg_current_snapshot())::text::int8"
)


@pytest.fixture(scope="module")
def restored(backup, tmp_path_factory):
    """What was restored, the database it is in, and the data folder."""
    folder = tmp_path_factory.mktemp("new")
    with database() as place:
        yield restore(file=backup.file, key=KEY, url=place.owner, data=folder), place, folder


def things(place):
    return place.run("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")


def test_every_row_comes_back_to_the_digit(backup, restored):
    query = "SELECT fhir_id, before::text FROM fhir_change ORDER BY seq"
    assert restored[1].run(query) == backup.source.run(query)
    assert restored[0].differences == []


def test_the_manifest_counts_every_table(backup):
    held = read_through(backup.file, KEY)[1]
    names = backup.source.run(
        "SELECT 'public.' || tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    left_out = {name for (name,) in names} - held.tables.keys()
    assert left_out <= {"public.accounts_session", "public.django_session", "public.ehr_cache"}
    assert held.tables["public.fhir_change"].rows == 50
    assert held.heads["public.fhir_change"] == "50"


def test_the_next_row_gets_the_next_number(restored):
    assert restored[1].run("SELECT last_value FROM fhir_change_seq_seq") == [(50,)]


def test_readers_of_the_history_see_all_of_it_in_the_new_cluster(backup, restored):
    # The numbers are those of a cluster that counted further than this one.
    assert (backup.source.run(COMMITTED), restored[1].run(COMMITTED)) == ([(0,)], [(50,)])


def test_nobody_is_signed_in_by_a_backup(restored):
    assert restored[1].run("SELECT count(*) FROM accounts_session") == [(0,)]


def test_sync_is_switched_off_until_somebody_looked(restored):
    assert restored[1].run("SELECT enabled FROM vitals_synctarget") == [(False,)]


def test_a_new_machine_has_to_verify_a_backup_of_its_own(restored):
    verified = "SELECT count(*) FROM house_backup WHERE outcome = 'verified'"
    assert restored[1].run(verified) == [(0,)]


def test_the_files_come_back_but_neither_key_nor_logs_nor_other_backups(restored):
    folder = restored[2]
    found = {str(f.relative_to(folder)): f.read_text() for f in folder.rglob("*") if f.is_file()}
    assert found == {
        "secret-key": "secret of the house",
        "database/demo-loaded": "yes",
        "audit-heads/2026-11.txt": "heads",
    }


def test_a_database_that_holds_something_is_refused_and_left_alone(backup):
    with pytest.raises(NotEmpty, match="CHARTWAVE_DATA"):
        restore(file=backup.file, key=KEY, url=backup.source.owner)
    assert backup.source.run("SELECT count(*) FROM fhir_change") == [(50,)]


def test_one_table_is_something(backup, empty):
    empty.run("CREATE TABLE mine ()")
    with pytest.raises(NotEmpty):
        restore(file=backup.file, key=KEY, url=empty.owner)


def test_a_damaged_backup_changes_nothing(backup, empty, tmp_path):
    torn = tmp_path / "torn"
    torn.write_bytes(backup.file.read_bytes()[:-50])
    with pytest.raises(DamagedBackup):
        restore(file=torn, key=KEY, url=empty.owner, data=tmp_path / "new")
    assert things(empty) == [(0,)]
    assert not (tmp_path / "new").exists()


def test_another_key_opens_nothing(backup, empty):
    with pytest.raises(KeyTrouble):
        restore(file=backup.file, key=OTHER_KEY, url=empty.owner)


def test_a_load_that_fails_leaves_the_database_empty(backup, empty):
    # The application may not make tables: the first of them ends it.
    with pytest.raises(BackupTrouble, match="pg_restore failed"):
        restore(file=backup.file, key=KEY, url=empty.app)
    assert things(empty) == [(0,)]


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (
            "UPDATE fhir_change SET principal = 'user:y' WHERE seq = 7",
            "public.fhir_change: 50 rows",
        ),
        ("DELETE FROM fhir_change WHERE seq = 7", "49 rows"),
        ('UPDATE fhir_change SET before = \'{"n": 7, "literal": 1.5}\' WHERE seq = 7', "fhir_ch"),
        ("DROP INDEX change_of_type", "missing: index change_of_type"),
        ("ALTER TABLE fhir_change DROP CONSTRAINT one_change_per_version", "missing: constraint"),
        ("SELECT setval('fhir_change_seq_seq', 3)", "begins again at 3 after 50"),
        ("CREATE TABLE theirs ()", "public.theirs: no table expected"),
        ("SELECT 1", None),
    ],
)
def test_whatever_is_not_as_it_was_is_named(backup, harm, told):
    held = read_through(backup.file, KEY)[1]
    with psycopg.connect(backup.source.owner) as connection:
        connection.execute(harm)
        said = differences(held, take(connection))
        connection.rollback()
        connection.execute("SELECT setval('fhir_change_seq_seq', 50)")  # no transaction undoes it
    assert any(told in each for each in said) if told else said == [], said


def test_a_file_that_is_there_is_left_and_named(backup, empty, tmp_path):
    (tmp_path / "secret-key").write_text("another")
    done = restore(file=backup.file, key=KEY, url=empty.owner, data=tmp_path)
    assert done.kept == ["secret-key"]
    assert (tmp_path / "secret-key").read_text() == "another"


def test_only_its_owner_reads_a_backup(backup):
    assert stat.S_IMODE(backup.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.file.parent.stat().st_mode) == 0o700


def test_nothing_half_made_is_left(tmp_path, empty):
    empty.run("CREATE TABLE secret (); REVOKE ALL ON secret FROM PUBLIC")
    with pytest.raises(BackupTrouble):  # the application may not read that table
        back_up(empty, tmp_path / "data", tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == []
