"""The disk under PostgreSQL is full for a while: what was acknowledged stays, and work goes on."""

from contextlib import contextmanager

import pytest

from tests.faults.disks import NoRoom, small_disk
from tests.faults.load import Load

pytestmark = pytest.mark.xdist_group("faults")

WORK = 40
REFUSED = 6


@contextmanager
def without_room(open_stage):
    with open_stage() as stage:
        yield stage, NoRoom(stage)


@contextmanager
def on_small_disk(open_stage):
    with small_disk() as disk, open_stage(data=disk.folder) as stage:
        yield stage, disk


def brought_back(stage):
    """As the launcher does it when PostgreSQL ended."""
    if stage.cluster.postmaster_pid is None:
        stage.start_database()


# Of the limit PostgreSQL knows no more than that something in it went wrong.
WAYS = [
    pytest.param(
        on_small_disk, {0, 503}, marks=pytest.mark.needs("mounts"), id="a small file system"
    ),
    pytest.param(
        without_room, {0, 500, 503}, marks=pytest.mark.needs("linux"), id="not a byte more"
    ),
]


@pytest.mark.parametrize(("way", "answers"), WAYS)
def test_nothing_acknowledged_is_lost_and_work_goes_on(way, answers, open_stage, tmp_path):
    with way(open_stage) as (stage, disk), Load(stage, tmp_path) as load:
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


@pytest.mark.needs("linux")
def test_it_finds_what_was_answered_before_the_disk_had_it(open_stage, tmp_path):
    with open_stage() as stage:
        stage.set(synchronous_commit="off", wal_writer_delay="10s")
        with Load(stage, tmp_path) as load:
            load.wait_for_more(WORK)
            NoRoom(stage).fill()
            load.wait_for_refusals(REFUSED)
            brought_back(stage)
            assert load.promised().lost
