"""What pages about many patients tell of a chart, or of a record, that is closed to the reader."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.models import Appointment, Encounter, NoteDraft, Task
from patients.tests.access.labelled import RESTRICTED, in_team, label, refuses

WORD = "Sentinel-word"
LISTS = ["/", "/?list=inpatients", "/?list=mine", "/?list=overdue", "/?list=unsigned"]
PAGES = [*LISTS, "/tasks/", "/tasks/?whose=team", "/tasks/?whose=overdue", "/drafts/", "/ward/"]
PAGES += ["/appointments/", "/inbox/", "/inbox/?box=team", "/uploads/", "/unassigned/"]


@pytest.fixture
def task(rosa, dr_ames):
    """Something to do for Rosa, due an hour ago."""
    due = timezone.now() - timedelta(hours=1)
    row = Task(patient=rosa, status="requested", intent="order", description=WORD, due_at=due)
    row.practitioner = dr_ames.practitioner
    return changes.create(row, by=SYSTEM)


@pytest.fixture
def full(task, rosa, dr_ames, harbour):
    """A draft, an appointment and a reason of the visit that all hold the word."""
    NoteDraft.objects.create(author=dr_ames, patient=rosa, title=WORD)
    start = timezone.now() + timedelta(minutes=10)
    booked = Appointment(patient=rosa, status="booked", start=start, description=WORD)
    booked.end = start + timedelta(minutes=20)
    booked.organization = harbour
    changes.create(booked, by=SYSTEM)
    stay = Encounter.objects.get(patient=rosa)
    stay.reasons, stay.class_code = [{"text": WORD}], "IMP"
    changes.update(stay, by=SYSTEM)


def told(client, user, path):
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def telling(client, user):
    return [path for path in PAGES if WORD in told(client, user, path)]


def test_the_word_is_on_the_pages_of_who_treats(client, dr_ames, full):
    assert len(telling(client, dr_ames)) > 8


def test_no_list_tells_of_a_chart_that_the_patient_keeps_closed(client, dr_ames, rosa, full):
    refuses(rosa)
    assert telling(client, dr_ames) == []


def test_a_labelled_task_is_on_no_worklist_of_who_does_not_treat_closely(client, nurse, task):
    assert WORD in told(client, nurse, "/")
    label(task, RESTRICTED)
    assert WORD not in told(client, nurse, "/")


def test_it_is_on_the_worklist_of_the_team(client, nurse, rosa, task):
    in_team(rosa, "nora")
    label(task, RESTRICTED)
    assert WORD in told(client, nurse, "/")
