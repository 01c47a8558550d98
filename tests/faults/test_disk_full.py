"""The disk under PostgreSQL is full for a while: what was acknowledged stays, and work goes on."""

from contextlib import contextmanager, suppress

import psycopg
import pytest

from ehr_project.database.processes import until
from tests.faults.disks import NoRoom, can_mount, small_disk
from tests.faults.load import Load
from tests.faults.stage import CARELESS

pytestmark = pytest.mark.needs("linux")

WORK = 40
REFUSED = 6
GONE_WITHIN_S = 300.0


@contextmanager
def crowded(open_stage):
    """A stage, its disk, and what is answered while that is full.

    Where nothing may be mounted, PostgreSQL may not write a byte more; of that it knows only that
    something in it went wrong.
    """
    if can_mount():
        with small_disk() as disk, open_stage(data=disk.folder) as stage:
            yield stage, disk, {0, 503}
    else:
        with open_stage() as stage:
            yield stage, NoRoom(stage), {0, 500, 503}


def brought_back(stage):
    """As the launcher does it when PostgreSQL ended, which first tries to go on by itself."""
    until(lambda: stage.cluster.postmaster_pid is None or stage.ready, GONE_WITHIN_S)
    if stage.cluster.postmaster_pid is None:
        stage.start_database()


def ended(stage):
    """Have PostgreSQL write what it has in memory, which ends it; whether it did.

    When it would come to that by itself depends on its version.
    """
    with suppress(psycopg.Error), stage.superuser() as connection:
        connection.execute("SET synchronous_commit = on")
        connection.execute("SELECT pg_logical_emit_message(true, 'now', '')")
    return until(lambda: stage.cluster.postmaster_pid is None, GONE_WITHIN_S)


def test_nothing_acknowledged_is_lost_and_work_goes_on(open_stage, tmp_path):
    with crowded(open_stage) as (stage, disk, answers), Load(stage, tmp_path) as load:
        load.wait_for_more(WORK)
        disk.fill()
        load.wait_for_refusals(REFUSED)
        disk.free()
        brought_back(stage)
        load.wait_for_more(WORK)
        load.end()
        verdict = load.verdict()
        assert verdict.promised > 2 * WORK
        assert verdict.clean, verdict
        assert {answer.status for answer in load.refused()} <= answers


def test_it_finds_what_was_answered_before_the_disk_had_it(open_stage, tmp_path):
    with open_stage() as stage:
        stage.set(**CARELESS)
        with Load(stage, tmp_path) as load:

            def crash():
                NoRoom(stage).fill()
                assert ended(stage)
                load.wait_for_refusals(REFUSED)
                stage.start_database()

            assert load.loses(crash, WORK)
