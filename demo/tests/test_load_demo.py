"""Loaded, the clinic is alive: something waits for everybody who signs in."""

from __future__ import annotations

import stat
import time
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from time_machine import travel

from accounts.models import User
from accounts.principals import principal_of
from demo import clinic
from demo.days import Days
from demo.dipole import LEADS
from demo.elements import fhir_id
from fhir.models import Change
from fhir.together import together
from patients.chart.access import cases, looks_of
from patients.chart.flags import banner_flags
from patients.chart.looks import Wish, looks_at
from patients.chart.prescribing_facts import facts
from patients.chart.worklist import counters, inpatients, mine, my_tasks, overdue_tasks, today
from patients.models import (
    Appointment,
    ImagingStudy,
    InboxItem,
    MedicationAdministration,
    MedicationRequest,
    MedicationReview,
    NoteDraft,
    Patient,
)
from patients.models.inbox import State
from patients.printing.prescription import dose_rows
from tests.test_audit_coverage import OF_NOBODY
from tests.walk import opened
from vitals.models import Pairing, Recording

pytestmark = pytest.mark.django_db
LONGEST_LOAD_S = 600  # 25 on a quiet machine
PAGES_OPENED = 60  # of some 90 that the doctor may open


@pytest.fixture(scope="module")
def just_after_the_round():
    """One moment for the whole module, some minutes past at least."""
    past = timezone.now() - timedelta(minutes=10)
    return Days(past, ZoneInfo(settings.TIME_ZONE)).round + timedelta(minutes=1)


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory, just_after_the_round):
    """The whole clinic, and how long it took; gone again after this module."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "DEMO", True)
        patch.setattr(settings, "DATA_DIR", tmp_path_factory.mktemp("data"))
        begun = time.monotonic()
        with travel(just_after_the_round):  # at any hour the same is new, due and overdue
            call_command("load_demo", verbosity=0)
        yield time.monotonic() - begun
        transaction.set_rollback(True)


@pytest.fixture
def doctor(loaded):
    return principal_of(User.objects.get(username="doctor"))


@pytest.fixture
def nurse(loaded):
    return principal_of(User.objects.get(username="nurse"))


@pytest.fixture
def at_the_round(doctor, just_after_the_round):
    """When it was loaded: past midnight what was due on that day is overdue, too."""
    with travel(just_after_the_round + timedelta(minutes=5), tick=False):
        yield


def patient(key):
    return Patient.objects.get(fhir_id=fhir_id(f"patient/{key}"))


def test_it_loads_while_you_wait(loaded):
    assert loaded < LONGEST_LOAD_S


def test_everybody_of_the_casebook_is_there(loaded):
    assert Patient.objects.count() == len(clinic.STORIES)


def test_the_printed_passwords_open_the_door(loaded, rf):
    lines = (Path(settings.DATA_DIR) / "demo-sign-ins.txt").read_text().splitlines()
    printed = [line.split()[1:3] for line in lines]
    door = rf.post("/sign-in/")
    found = [authenticate(door, username=name, password=word) for name, word in printed]
    assert [user.username for user in found] == [name for name, _ in printed]


@pytest.mark.parametrize("name", ["demo-sign-ins.txt", "demo-device-key"])
def test_secrets_are_for_the_owner_only(loaded, name):
    assert stat.S_IMODE((Path(settings.DATA_DIR) / name).stat().st_mode) == 0o600


def test_the_wearer_wears_the_patch(loaded):
    worn = Pairing.objects.get(device__serial=clinic.DEVICE.serial)
    assert worn.patient.fhir_id == clinic.WEARER_ID


def test_the_doctor_may_open_the_wearers_chart(doctor):
    assert Patient.objects.visible_to(doctor).filter(fhir_id=clinic.WEARER_ID).exists()


def test_a_second_load_changes_nothing(loaded, at_the_round):
    before = Change.objects.count()
    call_command("load_demo", verbosity=0)
    assert Change.objects.count() == before


def test_outside_demo_mode_nobody_invented_comes_in(monkeypatch):
    monkeypatch.setattr(settings, "DEMO", False)
    with pytest.raises(CommandError, match="demo mode only"):
        call_command("load_demo")


def test_five_people_lie_on_a_ward(doctor):
    assert len(inpatients(doctor)) == 5  # a sixth in the emergency room


def test_the_doctor_has_patients_of_their_own(doctor):
    assert len(mine(doctor)) >= 8


def test_somebody_is_expected_or_here(doctor, at_the_round):
    assert len(today(doctor)) >= 7


def test_the_doctor_has_two_drafts_to_sign(doctor):
    assert NoteDraft.objects.open().of_author(doctor).count() == 2


@pytest.mark.parametrize("who", ["doctor", "nurse"])
def test_follow_ups_wait_for(who, request):
    assert my_tasks(request.getfixturevalue(who)).count() >= 4


def test_one_follow_up_is_overdue(doctor, at_the_round):
    assert overdue_tasks(doctor).count() == 1


def test_one_critical_report_waits_for_the_doctor(doctor):
    waiting = InboxItem.objects.unacknowledged().filter(critical=True)
    assert [item.owner.username for item in waiting] == ["doctor"]


def test_most_of_the_older_results_are_closed(doctor):
    assert InboxItem.objects.filter(state=State.CLOSED).count() > 5


def test_the_doctor_has_new_results_of_their_own(doctor):
    assert 3 <= InboxItem.objects.unacknowledged().filter(owner_id=doctor.id).count() <= 25


def test_every_counter_above_the_list_counts(doctor, at_the_round):
    shown = {each["counter"].id: each["value"] for each in counters(doctor)}
    assert shown["critical"] == 1
    assert shown["unsigned"] == 2
    assert shown["overdue"] == 1


def test_the_nurse_gave_what_was_due(nurse):
    assert MedicationAdministration.objects.filter(status="completed").count() > 15


def test_two_lists_of_medicines_were_gone_through(loaded):
    assert MedicationReview.objects.count() == 2


def test_every_appointment_of_today_has_somebody(loaded):
    assert not Appointment.objects.filter(patient=None).exists()


def test_a_childs_dose_stands_with_its_share_of_the_weight(doctor):
    known = facts(patient("kofi-asante"))
    order = MedicationRequest.objects.get(
        patient__fhir_id=fhir_id("patient/kofi-asante"), medication_text__startswith="Amoxicillin"
    )
    assert ("Per kg", "19.38 mg per kg for each dose, at 25.8 kg") in dose_rows(order, known)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("walter-brzezinski", "Not for CPR"),
        ("eleni-vassiliou", "For attempted CPR"),
        ("arthur-penhaligon", "Pacemaker (dual chamber)"),
        ("teresita-magbanua", "MRSA: contact precautions"),
        ("nadia-benhaddou", "Pregnant"),
    ],
)
def test_the_banner_says(loaded, key, words):
    said = together({"flags": banner_flags(patient(key))})["flags"]
    assert words in [item["value"] for item in said]


def test_a_resting_ecg_of_twelve_leads_is_in_a_chart(loaded, doctor):
    solomon = Patient.objects.get(fhir_id=fhir_id("patient/solomon-tesfaye"))
    recording = Recording.objects.visible_to(doctor).of(solomon).get()
    assert recording.channels == list(LEADS)
    assert ImagingStudy.objects.filter(patient=solomon).exists()


def test_the_privacy_officer_has_a_broken_glass_to_judge(loaded):
    officer = principal_of(User.objects.get(username="privacy"))
    (case,) = cases(officer, waiting=True)
    assert case.patient.family == "Carvalho"
    assert len(looks_of(case)) >= 3
    assert [each.state for each in cases(officer, waiting=False)] == ["Justified"]


def test_a_chart_was_looked_at_by_several(loaded):
    officer = principal_of(User.objects.get(username="privacy"))
    found = looks_at(officer, patient("rosa-lindqvist"), Wish()).looks
    assert len({look.who for look in found}) >= 2


def test_every_page_that_shows_somebody_leaves_a_look(doctor, client):
    client.force_login(User.objects.get(username="doctor"))
    seen = list(opened(client, doctor))
    assert len(seen) > PAGES_OPENED
    # A signal is noted once for ten minutes of looking at it.
    once = [page for page in seen if not page.name.startswith("recording")]
    unnoted = [page.name for page in once if not page.noted and page.name not in OF_NOBODY]
    assert " ".join(unnoted) == ""
