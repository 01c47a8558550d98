"""A recording's summary in the chart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fhir.models import Change
from fhir.registry import render
from patients.models import Observation
from vitals.acts import summarising
from vitals.acts.summarising import summarise
from vitals.acts.wearing import attach, detach
from vitals.analysis import read
from vitals.storage.drawing import draw
from vitals.tests.worker.conftest import RATE


@pytest.fixture
def refreshed():
    def refresh(recording):
        draw(recording)
        read(recording)
        summarise(recording)
        return Observation.objects.filter(source=f"urn:uuid:{recording}")

    return refresh


def test_a_recording_has_one_summary_with_its_own_id(ecg_of, toy_ecg, refreshed, rosa):
    recording = ecg_of(toy_ecg)
    summary = refreshed(recording).get()
    assert (str(summary.pk), summary.patient_id) == (recording, rosa.pk)


def test_the_summary_is_preliminary_and_says_so(ecg_of, toy_ecg, refreshed):
    resource = render(refreshed(ecg_of(toy_ecg)).get())
    assert resource["status"] == "preliminary"
    assert "unreviewed computer reading" in resource["note"][0]["text"]


def test_the_summary_has_both_codes(ecg_of, toy_ecg, refreshed):
    codings = render(refreshed(ecg_of(toy_ecg)).get())["code"]["coding"]
    assert [coding["code"] for coding in codings] == ["131328", "11524-6"]


def test_the_summary_has_the_rate_range(ecg_of, toy_ecg, refreshed):
    parts = render(refreshed(ecg_of(toy_ecg)).get())["component"]
    codes = {part["code"]["coding"][0]["code"] for part in parts}
    assert {"rate-low", "rate-high", "share-analysable", "regularity"} <= codes


def test_while_it_runs_it_is_not_refreshed_all_the_time(ecg_of, toy_ecg, refreshed):
    half = 20 * RATE * 7
    recording = ecg_of(toy_ecg[:half])
    refreshed(recording)
    ecg_of(toy_ecg[half:], recording=recording, first_seq=7, at=half)
    assert refreshed(recording).get().version == 1


def test_five_minutes_later_it_is_refreshed(ecg_of, toy_ecg, refreshed, monkeypatch):
    half = 20 * RATE * 7
    recording = ecg_of(toy_ecg[:half])
    refreshed(recording)
    ecg_of(toy_ecg[half:], recording=recording, first_seq=7, at=half)
    monkeypatch.setattr(summarising, "BETWEEN_VERSIONS", timedelta())
    assert refreshed(recording).get().version == 2


def test_at_the_end_it_is_refreshed_at_once(ecg_of, toy_ecg, refreshed, close):
    half = 20 * RATE * 7
    recording = ecg_of(toy_ecg[:half])
    refreshed(recording)
    ecg_of(toy_ecg[half:], recording=recording, first_seq=7, at=half)
    close(recording, len(toy_ecg), 15)
    assert refreshed(recording).get().version == 2


def test_nothing_new_makes_no_new_version(ecg_of, toy_ecg, refreshed, close):
    recording = ecg_of(toy_ecg)
    close(recording, len(toy_ecg), 15)
    refreshed(recording)
    refreshed(recording)
    assert Change.objects.filter(type="Observation").count() == 1


def test_what_cannot_be_read_says_why_and_has_no_number(ecg_of, toy_ecg, refreshed, close):
    recording = ecg_of(toy_ecg * 0)
    close(recording, len(toy_ecg), 15)
    (part,) = render(refreshed(recording).get())["component"]
    assert part["code"]["text"] == "Not analysable"


def test_in_the_wrong_chart_it_becomes_entered_in_error(ecg_of, toy_ecg, refreshed, worn, as_nurse):
    recording = ecg_of(toy_ecg)
    refreshed(recording)
    detach(by=as_nurse, pairing=worn, reason="wrong patient", end=worn.start)
    assert refreshed(recording).get().status == "entered-in-error"


def test_in_the_right_chart_it_then_stands_anew(
    ecg_of, toy_ecg, refreshed, worn, as_nurse, harbour
):
    from tests.cast import person, visit

    ivan = person("Ivan", "Petrov", "100-9", harbour)
    visit(ivan, harbour)
    recording = ecg_of(toy_ecg)
    refreshed(recording)
    detach(by=as_nurse, pairing=worn, reason="wrong patient", end=worn.start)
    attach(by=as_nurse, patient=ivan, serial="P-1", start=worn.start)
    standing = refreshed(recording).standing().get()
    assert standing.patient_id == ivan.pk


def test_a_summary_that_a_clinician_accepted_is_left_alone(
    ecg_of, toy_ecg, refreshed, close, as_ames
):
    from patients.acts.observation import accept

    recording = ecg_of(toy_ecg)
    accept(by=as_ames, observation=refreshed(recording).get(), expected=1)
    close(recording, len(toy_ecg), 15)
    assert refreshed(recording).get().status == "final"
