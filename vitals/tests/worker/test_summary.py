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
from vitals.models import Pairing
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


def loincs(resource):
    """Values of components by LOINC code."""
    return {
        coding["code"]: part["valueQuantity"]["value"]
        for part in resource["component"]
        for coding in part["code"]["coding"]
        if coding["system"] == "http://loinc.org"
    }


@pytest.mark.parametrize("code", ["8867-4", "8625-6", "8633-0", "8634-8", "8636-3"])
def test_rate_and_intervals_have_their_loinc_codes(ecg_of, toy_ecg, refreshed, code):
    assert loincs(render(refreshed(ecg_of(toy_ecg)).get()))[code] > 0


def test_the_summary_names_the_algorithm_and_its_version(ecg_of, toy_ecg, refreshed):
    parts = render(refreshed(ecg_of(toy_ecg)).get())["component"]
    assert parts[-1]["valueString"] == "chartwave-ecg 2"


def test_what_is_withheld_has_no_number_and_says_why(ecg_of, toy_ecg, refreshed, worn):
    Pairing.objects.filter(pk=worn.pk).update(pacemaker="unknown")
    resource = render(refreshed(ecg_of(toy_ecg)).get())
    (reason,) = [
        part["valueString"] for part in resource["component"] if part["code"]["text"] == "Withheld"
    ]
    assert "8636-3" not in loincs(resource)
    assert "QTc: it is not known whether the patient has a pacemaker" in reason


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
    parts = render(refreshed(recording).get())["component"]
    assert [part["code"]["text"] for part in parts] == ["Not analysable", "Algorithm and version"]


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
