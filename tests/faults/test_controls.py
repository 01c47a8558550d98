"""The checker finds what is lost and doubled when something is wrong."""

from tests.faults import controls


def test_it_finds_what_a_database_lost_that_answers_before_the_disk(trial):
    verdict = controls.loss_here(trial, seed=1)
    assert verdict.lost


def test_it_finds_what_a_forgetful_device_doubled(trial):
    verdict = controls.doubling_here(trial, seed=1)
    assert verdict.doubled
    assert not verdict.lost


def test_a_device_that_asks_again_doubles_nothing(trial):
    assert controls.lost_answers_here(trial, seed=1).clean


def test_it_finds_what_was_doubled_at_the_other_system(trial):
    verdict = controls.doubling_there(trial, seed=1)
    assert verdict.doubled
    assert not verdict.lost


def test_it_finds_what_was_lost_on_the_way_to_the_other_system(trial):
    assert controls.loss_there(trial, seed=1).lost
