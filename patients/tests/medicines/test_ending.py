"""Stopping, holding and resuming: with the reason, and never before the start."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhir.errors import Invalid, NotAllowed, VersionConflict
from fhir.registry import render
from patients.acts.medications import NotRunning, hold, resume, stop
from patients.dosages import STATUS_CHANGED
from patients.tests.medicines.conftest import order


@pytest.fixture
def running(rosa):
    return order(rosa)


def test_a_stop_keeps_its_reason(as_ames, running):
    stop(by=as_ames, order=running, reason="Dizzy", expected=1)
    assert (running.status, running.status_reason_text) == ("stopped", "Dizzy")


def test_a_stop_keeps_its_moment(as_ames, running):
    at = timezone.now() - timedelta(minutes=30)
    stop(by=as_ames, order=running, reason="Dizzy", at=at, expected=1)
    running.refresh_from_db()
    assert running.status_changed_at == at


def test_the_moment_goes_out_as_the_element_that_r5_made_for_it(as_ames, running):
    stop(by=as_ames, order=running, reason="Dizzy", expected=1)
    assert render(running)["extension"][0]["url"] == STATUS_CHANGED


def test_other_extensions_survive_a_stop(as_ames, rosa):
    own = {"url": "urn:own", "valueString": "kept"}
    row = order(rosa, extensions=[own])
    stop(by=as_ames, order=row, reason="Dizzy", expected=1)
    assert own in render(row)["extension"]


def test_a_stop_before_the_start_is_refused(as_ames, running):
    early = timezone.now() - timedelta(days=2)
    with pytest.raises(Invalid, match="before the start"):
        stop(by=as_ames, order=running, reason="Dizzy", at=early, expected=1)


def test_a_stop_in_the_future_is_refused(as_ames, running):
    late = timezone.now() + timedelta(days=2)
    with pytest.raises(Invalid, match="future"):
        stop(by=as_ames, order=running, reason="Dizzy", at=late, expected=1)


def test_a_stop_needs_a_reason(as_ames, running):
    with pytest.raises(Invalid, match="Reason"):
        stop(by=as_ames, order=running, reason="  ", expected=1)


def test_a_nurse_may_not_stop(as_nurse, running):
    with pytest.raises(NotAllowed):
        stop(by=as_nurse, order=running, reason="Dizzy", expected=1)


def test_what_is_stopped_is_not_stopped_again(as_ames, rosa):
    with pytest.raises(NotRunning):
        stop(by=as_ames, order=order(rosa, status="stopped"), reason="Dizzy", expected=1)


def test_a_stale_stop_is_refused(as_ames, running):
    with pytest.raises(VersionConflict):
        stop(by=as_ames, order=running, reason="Dizzy", expected=7)


def test_a_hold_keeps_its_reason(as_ames, running):
    hold(by=as_ames, order=running, reason="Slow pulse", expected=1)
    assert (running.status, running.status_reason_text) == ("on-hold", "Slow pulse")


def test_a_held_order_is_not_held_again(as_ames, rosa):
    with pytest.raises(NotRunning, match="on hold already"):
        hold(by=as_ames, order=order(rosa, status="on-hold"), reason="x", expected=1)


def test_a_resumed_order_is_active_without_the_reason_of_the_pause(as_ames, running):
    hold(by=as_ames, order=running, reason="Slow pulse", expected=1)
    resume(by=as_ames, order=running, reason="Pulse 70", expected=2)
    assert (running.status, running.status_reason_text) == ("active", "")


def test_why_it_was_resumed_is_noted(as_ames, running):
    hold(by=as_ames, order=running, reason="Slow pulse", expected=1)
    resume(by=as_ames, order=running, reason="Pulse 70", expected=2)
    assert running.notes[-1]["text"] == "Resumed: Pulse 70"


def test_what_runs_is_not_resumed(as_ames, running):
    with pytest.raises(NotRunning, match="not on hold"):
        resume(by=as_ames, order=running, reason="x", expected=1)
