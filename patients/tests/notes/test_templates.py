"""Administrators keep the templates of notes; they read no note."""

import pytest

from accounts.models import AuditEvent
from patients.models import NoteTemplate


@pytest.fixture
def desk(client, administrator):
    client.force_login(administrator)
    return client


FORM = {"name": "Wound", "kind": "other", "outline": "Wound\nPlan: .meds", "position": "5"}


def add(desk, **more):
    return desk.post("/admin/patients/notetemplate/add/", FORM | {"active": "on"} | more)


def test_an_administrator_adds_a_template(desk):
    add(desk)
    sections = NoteTemplate.objects.get(name="Wound").sections()
    assert sections == [{"name": "Wound", "text": ""}, {"name": "Plan", "text": ".meds"}]


def test_adding_a_template_is_on_record(desk):
    add(desk)
    assert AuditEvent.objects.filter(action="set-note-template").exists()


@pytest.mark.parametrize("outline", ["", " \n ", "\n".join(map(str, range(21)))])
def test_a_template_needs_one_to_twenty_sections(desk, outline):
    assert add(desk, outline=outline).status_code == 200
    assert not NoteTemplate.objects.filter(name="Wound").exists()


def test_a_line_of_one_dot_has_no_heading():
    assert NoteTemplate(outline=".").sections() == [{"name": "", "text": ""}]


def test_a_doctor_keeps_no_templates(client, dr_ames):
    client.force_login(dr_ames)
    assert client.get("/admin/patients/notetemplate/").status_code == 302


def test_a_template_that_is_switched_off_is_not_offered(signed_in, rosa):
    NoteTemplate.objects.create(name="Old form", outline="A", active=False)
    page = signed_in.get(f"/patients/{rosa.id}/notes/new/").content.decode()
    assert "Old form" not in page
