"""An upgrade that fails, or is killed, leaves the house as it was."""

import psycopg
import pytest

from ehr_project.backups import upgrading
from ehr_project.backups.errors import DamagedBackup
from ehr_project.backups.inventory import differences, take
from ehr_project.backups.restoring import read_through
from ehr_project.backups.tests.conftest import CHANGES, KEY, back_up, database
from ehr_project.backups.upgrading import UpgradeFailed, cut_short, put_back, upgrade


@pytest.fixture(scope="module")
def place(tables):
    """A house that is upgraded again and again, and put back each time."""
    with database(template=tables) as house:
        house.run(CHANGES)
        yield house


@pytest.fixture(scope="module")
def file(place, tmp_path_factory):
    folder = tmp_path_factory.mktemp("upgrade")
    return back_up(place, folder / "data", folder).file


def as_before(place, file):
    with psycopg.connect(place.owner) as connection:
        return differences(read_through(file, KEY)[1], take(connection))


def half_a_migration(place):
    """Changes tables and rows, commits, and breaks."""
    place.run("CREATE TABLE newer (id int); ALTER TABLE fhir_change ADD COLUMN newer int")
    place.run("DELETE FROM fhir_change WHERE seq > 10")
    raise RuntimeError


def test_a_failed_upgrade_is_put_back_row_by_row(place, file):
    with pytest.raises(UpgradeFailed, match="as it was before"):
        upgrade(url=place.owner, key=KEY, backup=file, migrate=lambda: half_a_migration(place))
    assert as_before(place, file) == []


def test_an_upgrade_that_works_stays(place, file):
    upgrade(url=place.owner, key=KEY, backup=file, migrate=lambda: place.run("CREATE TABLE n ()"))
    assert place.run("SELECT to_regclass('public.n') IS NOT NULL") == [(True,)]


def test_a_put_back_that_was_cut_short_is_found_and_done_again(place, file):
    with psycopg.connect(place.owner, autocommit=True) as connection:
        upgrading._put_aside(connection, file)  # and there the power failed
    assert place.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    assert cut_short(place.owner) == file
    put_back(url=place.owner, key=KEY, backup=file)
    assert (as_before(place, file), cut_short(place.owner)) == ([], None)


def test_a_damaged_backup_is_found_before_anything_is_put_aside(place, file, tmp_path):
    torn = tmp_path / "torn"
    torn.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(DamagedBackup):
        put_back(url=place.owner, key=KEY, backup=torn)
    assert place.run("SELECT count(*) FROM fhir_change") == [(50,)]


def test_transactions_go_on_where_they_were(place, file):
    """It is the same cluster: what others have read of the history must not come again."""
    before = place.run("SELECT seq, txid FROM fhir_change ORDER BY seq")
    put_back(url=place.owner, key=KEY, backup=file)
    assert place.run("SELECT seq, txid FROM fhir_change ORDER BY seq") == before
