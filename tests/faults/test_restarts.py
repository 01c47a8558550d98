"""PostgreSQL stopped under load and started again: what was acknowledged is there, once."""

import json
import signal

import pytest

from tests.faults.load import Load
from tests.faults.stage import CARELESS

WORK = 40
# Its sessions are ended; everything ends at once, as without power.
WAYS = (signal.SIGINT, signal.SIGQUIT)


@pytest.fixture(scope="module")
def restarted(make_stage, tmp_path_factory):
    """Patches send before, between and after; what they saw, and what is there."""
    stage = make_stage()
    with Load(stage, tmp_path_factory.mktemp("restart")) as load:
        for way in WAYS:
            load.wait_for_more(WORK)
            stage.stop_database(way)
            load.wait_for_refusals(3)
            stage.start_database()
        load.wait_for_more(WORK)
        load.end()
        yield load


def test_everything_acknowledged_is_there_once_and_unchanged(restarted):
    verdict = restarted.verdict()
    assert verdict.promised > (len(WAYS) + 1) * WORK
    assert verdict.clean, verdict


def test_meanwhile_every_answer_says_when_to_come_again(restarted):
    told = [answer for answer in restarted.refused() if answer.status]
    assert {answer.status for answer in told} == {503}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in told)
    assert {json.loads(answer.body)["code"] for answer in told} == {"database-away"}


def test_it_finds_what_was_answered_before_the_disk_had_it(make_stage, tmp_path):
    stage = make_stage()
    stage.set(**CARELESS)

    def crash():
        stage.stop_database(signal.SIGQUIT)
        stage.start_database()

    with Load(stage, tmp_path) as load:
        assert load.loses(crash, WORK)
