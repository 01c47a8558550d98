"""SIGKILL at random moments, everywhere: what was promised to a device is there, once."""

from itertools import pairwise

import pytest

from tests.faults.kills import VICTIMS
from tests.faults.trial import Outcome, Trial

SEED = 20_260_301
KILLS = 8  # each part of the house once


@pytest.fixture(scope="package")
def outcome(trial: Trial) -> Outcome:
    return trial.round(SEED, KILLS)


def test_each_part_of_the_house_was_killed(outcome):
    assert len(outcome.kills) == KILLS
    assert {kill.what for kill in outcome.kills} > VICTIMS.keys()


def test_work_was_done_between_the_kills(outcome):
    promises = [kill.promises for kill in outcome.kills]
    assert all(later > earlier for earlier, later in pairwise(promises))
    assert outcome.acknowledged > promises[-1] > 100


def test_the_devices_were_refused_nothing(outcome):
    assert outcome.refused == []


def test_the_worker_reads_and_sends_all_of_it_afterwards(outcome):
    assert outcome.settled


def test_nothing_acknowledged_is_lost_here(outcome):
    assert outcome.here.lost == []


def test_nothing_is_doubled_here(outcome):
    assert outcome.here.doubled == []


def test_every_sample_is_the_one_that_was_played(outcome):
    assert outcome.here.changed == []


def test_nothing_is_missing_at_the_other_system(outcome):
    assert outcome.there.lost == []


def test_nothing_is_doubled_at_the_other_system(outcome):
    assert outcome.there.doubled == []


def test_everything_at_the_other_system_says_what_it_should(outcome):
    assert outcome.there.promised > 10
    assert outcome.there.changed == []
