"""What the inbox tells of somebody whose chart is closed to the reader."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.principals import principal_of
from accounts.roles import Role
from patients.acts.break_glass import break_glass
from patients.chart.inbox import box, critical_unacknowledged, inbox_counts
from patients.tests.access.labelled import EMPLOYEE, in_team, label, refuses
from tests.cast import staff

TEST = "Sentinel antibodies"
CRITICAL = {"interpretations": [{"coding": [{"code": "HH"}]}]}


@pytest.fixture
def as_cole(harbour):
    """A doctor of the care team, here too."""
    return principal_of(staff("cole", Role.DOCTOR, harbour))


@pytest.fixture
def tested(lab, rosa):
    """A result of Rosa without an owner."""
    return lab(rosa, code_text=TEST)


def unowned(by):
    return [(line.patient.family, line.name) for line in box(by, "unowned")[0]]


def page(client, user, path="/inbox/?box=unowned"):
    client.force_login(user)
    return client.get(path).content.decode()


def test_an_open_chart_names_the_test(tested, as_ames):
    assert unowned(as_ames) == [("Lindqvist", TEST)]


@pytest.mark.parametrize("keep", [refuses, lambda rosa: label(rosa, EMPLOYEE)])
def test_whoever_the_patient_keeps_away_does_not_find_the_result(
    client, tested, rosa, dr_ames, as_ames, as_cole, keep
):
    in_team(rosa, "cole")
    keep(rosa)
    assert unowned(as_ames) == []
    assert inbox_counts(as_ames)["unowned"] == 0
    told = page(client, dr_ames)
    assert TEST not in told
    assert "LINDQVIST" not in told


def test_the_team_of_the_patient_finds_it(tested, rosa, as_cole):
    in_team(rosa, "cole")
    refuses(rosa)
    assert unowned(as_cole) == [("Lindqvist", TEST)]


def test_a_broken_glass_finds_it(tested, rosa, as_ames, as_cole):
    in_team(rosa, "cole")
    refuses(rosa)
    break_glass(by=as_ames, patient=rosa, reason="emergency", words="found lying in the hall")
    assert unowned(as_ames) == [("Lindqvist", TEST)]


@pytest.mark.parametrize("member", [None, "nora"])
def test_where_no_team_reads_it_it_waits_for_all_without_its_name(
    client, tested, rosa, dr_ames, nurse, as_ames, member
):
    if member:
        in_team(rosa, member)
    refuses(rosa)
    assert unowned(as_ames) == [("Lindqvist", "a result")]
    assert TEST not in page(client, dr_ames)


def test_an_overdue_critical_one_goes_to_everybody_without_its_name(
    client, lab, rosa, dr_ames, as_ames, as_cole
):
    in_team(rosa, "cole")
    refuses(rosa)
    lab(rosa, code_text=TEST, **CRITICAL)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert [line.name for line in critical_unacknowledged(as_ames)] == ["a result"]
        assert TEST not in page(client, dr_ames, "/")


def test_its_owner_knows_which_test_was_ordered(lab, ordered, rosa, as_ames, as_cole):
    in_team(rosa, "cole")
    refuses(rosa)
    lab(rosa, code_text=TEST, based_on=ordered.reference)
    (line,) = box(as_ames, "mine")[0]
    assert (line.name, line.may_open, line.readings) == (TEST, False, [])
