"""A backup while others write: everything acknowledged before it began is in it."""

import threading
from itertools import count

import psycopg
import pytest

from ehr_project.backups.restoring import restore
from ehr_project.backups.tests.conftest import KEY, Place, back_up, database
from ehr_project.database.processes import until

WRITERS = 4
WITHIN_S = 600
ROW = """
INSERT INTO fhir_change (type, fhir_id, record_id, version, op, at, principal, origin)
VALUES ('Patient', %s, gen_random_uuid(), 1, 'create', now(), 'user:x', '')
"""
# Two tables in one transaction: of such a pair a backup holds both or none.
PAIR = """
INSERT INTO accounts_auditevent (id, at, action, outcome, principal, entities, detail)
VALUES (gen_random_uuid(), now(), 'create', 'success', %s, '[]', '{}')
"""
HALVES = """
SELECT fhir_id FROM fhir_change WHERE fhir_id LIKE 'load-%'
EXCEPT SELECT principal FROM accounts_auditevent
UNION ALL (
  SELECT principal FROM accounts_auditevent WHERE principal LIKE 'load-%'
  EXCEPT SELECT fhir_id FROM fhir_change
)
"""


class Writers:
    """Threads that write as the application; what was acknowledged, in its order."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.acknowledged: list[str] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, writer: int) -> None:
        with psycopg.connect(self.place.app, autocommit=True) as connection:
            for n in count():
                if self._stop.is_set():
                    return
                name = f"load-{writer}-{n}"
                with connection.transaction():
                    connection.execute(ROW, [name])
                    connection.execute(PAIR, [name])
                self.acknowledged.append(name)

    def wait_for(self, rows: int) -> list[str]:
        """What was acknowledged when there were ``rows``."""
        assert until(lambda: len(self.acknowledged) >= rows or not self.all_write, WITHIN_S)
        assert self.all_write
        return list(self.acknowledged)

    @property
    def all_write(self) -> bool:
        return all(thread.is_alive() for thread in self._threads)


@pytest.fixture(scope="module")
def under_load(tables, tmp_path_factory):
    """What was acknowledged before the backup, after it, and the restored database."""
    folder = tmp_path_factory.mktemp("load")
    with database(template=tables) as source, database() as empty:
        with Writers(source) as writers:
            before = writers.wait_for(300)
            made = back_up(source, folder / "data", folder)
            after = writers.wait_for(len(writers.acknowledged) + 20)
        restored = restore(file=made.file, key=KEY, url=empty.owner)
        yield before, after, restored, empty


def test_every_row_acknowledged_before_it_began_is_restored(under_load):
    before, after, restored, place = under_load
    found = {row[0] for row in place.run("SELECT fhir_id FROM fhir_change")}
    assert restored.differences == []
    assert set(before) - found == set()
    assert len(after) > len(before), "nobody wrote meanwhile: this proves nothing"
    assert set(after) - found, "all of it is in there: the load did not go on"


def test_of_each_transaction_all_or_nothing_is_restored(under_load):
    assert under_load[3].run(HALVES) == []


def test_rows_of_after_it_began_would_be_missed(under_load):
    """The comparison can fail: by what came later."""
    _, after, _, place = under_load
    found = {row[0] for row in place.run("SELECT fhir_id FROM fhir_change")}
    assert not set(after) <= found
