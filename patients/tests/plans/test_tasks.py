"""Follow-ups: asked for, accepted, done or cancelled; overdue where the facility is."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Practitioner
from accounts.principals import principal_of
from fhir import changes
from fhir.errors import Invalid
from fhir.principal import SYSTEM
from fhir.registry import mapping
from fhir.together import load
from patients.acts.tasks import Ask, StepNotPossible, follow_up, step
from patients.chart.plans import my_tasks, next_steps, overdue_count, task_row
from patients.models import Task

OSLO = ZoneInfo("Europe/Oslo")
KEY = "0190a0a0-0000-7000-8000-000000000001"


@pytest.fixture
def ask(as_nurse, rosa):
    def asked(what="Repeat potassium", **more):
        return follow_up(by=as_nurse, patient=rosa, ask=Ask(what=what, **more))

    return asked


@pytest.fixture
def send(client, nurse, rosa):
    client.force_login(nurse)

    def post(path, **said):
        return client.post(path, {"patient": str(rosa.id)} | said)

    return post


def task(patient, **columns):
    return changes.create(
        Task(**{"patient": patient, "status": "requested", "intent": "order"} | columns),
        by=SYSTEM,
    )


def due(moment):
    return {"period": {"end": moment.isoformat()}}


def test_a_follow_up_is_asked_for(send, rosa):
    path = f"/patients/{rosa.id}/follow-ups/new/"
    answer = send(path, what="Call about the biopsy", priority="urgent", owner="")
    assert answer.status_code == 302
    row = Task.objects.of(rosa).get()
    assert (str(row), row.status, row.intent, row.priority) == (
        "Call about the biopsy",
        "requested",
        "order",
        "urgent",
    )


def test_it_is_due_until_the_last_second_of_the_day_where_the_facility_is(ask):
    with timezone.override(OSLO):
        day = timezone.localdate() + timedelta(days=10)
        row = ask(due_on=day)
    assert row.due_at == datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=OSLO)


def change_of_clocks():
    """The last Sunday of next year's March."""
    last = date(timezone.localdate().year + 1, 3, 31)
    return last - timedelta(days=last.isoweekday() % 7)


def test_a_day_of_the_change_of_clocks_ends_when_it_ends(ask):
    with timezone.override(OSLO):
        row = ask(due_on=change_of_clocks())
    assert row.due_at.astimezone(ZoneInfo("UTC")).hour == 21


def test_a_day_that_has_passed_is_refused(ask):
    with pytest.raises(Invalid):
        ask(due_on=timezone.localdate() - timedelta(days=1))


def test_the_page_says_that_the_day_has_passed(send, rosa):
    answer = send(
        f"/patients/{rosa.id}/follow-ups/new/", what="x", due_on="2020-01-01", priority="routine"
    )
    assert answer.status_code == 422
    assert "has passed" in answer.content.decode()


def test_the_owner_is_resolved_to_the_practitioner(ask, nurse, dr_ames):
    row = ask(owner=Practitioner.objects.get(user=dr_ames))
    assert row.practitioner.user == dr_ames


def test_an_owner_from_elsewhere_stands_by_name(rosa):
    row = task(rosa, owner={"reference": "Organization/x", "display": "Blood bank"})
    assert (row.practitioner, task_row(row).owner) == (None, "Blood bank")


def test_whoever_accepts_it_owns_it(ask, as_nurse, nurse):
    row = step(by=as_nurse, task=ask(), to="accepted", expected=1)
    assert (row.status, row.practitioner.user) == ("accepted", nurse)


def test_one_press_accepts_it(ask, send):
    row = ask()
    send(f"/follow-ups/{row.id}/step/accept/", version="1")
    row.refresh_from_db()
    assert row.status == "accepted"


def test_it_is_completed_with_what_came_of_it(ask, send):
    row = ask()
    send(f"/follow-ups/{row.id}/end/complete/", reason="Potassium 4.1", version="1")
    row.refresh_from_db()
    assert (row.status, row.notes[-1]["text"]) == ("completed", "Potassium 4.1")


def test_it_is_cancelled_with_why(ask, send):
    row = ask()
    send(f"/follow-ups/{row.id}/end/cancel/", reason="Done elsewhere", version="1")
    row.refresh_from_db()
    assert (row.status, row.status_reason) == ("cancelled", {"text": "Done elsewhere"})


def test_an_end_needs_words(ask, send):
    assert send(f"/follow-ups/{ask().id}/end/complete/", reason="", version="1").status_code == 422


def test_an_end_that_is_none_is_not_there(ask, send):
    assert send(f"/follow-ups/{ask().id}/end/forget/", reason="x", version="1").status_code == 404


@pytest.mark.parametrize("status", ["completed", "cancelled", "rejected", "failed"])
@pytest.mark.parametrize("to", ["accepted", "in-progress", "completed", "cancelled"])
def test_what_is_over_stays_over(as_nurse, rosa, status, to):
    with pytest.raises(StepNotPossible):
        step(by=as_nurse, task=task(rosa, status=status), to=to, expected=1, said="x")


def test_an_edit_keeps_the_rest_of_the_restriction(send, rosa):
    end = timezone.now() + timedelta(days=3)
    row = task(rosa, description="x", restriction={"repetitions": 3} | due(end))
    send(f"/follow-ups/{row.id}/edit/", what="y", due_on="", priority="routine", version="1")
    row.refresh_from_db()
    assert (row.description, row.restriction, row.due_at) == ("y", {"repetitions": 3}, None)


def test_the_priority_is_asked_and_said_in_words(send, client, rosa):
    asked = client.get(f"/patients/{rosa.id}/follow-ups/new/").content.decode()
    assert ">as soon as possible</option>" in asked
    task(rosa, description="x", priority="stat")
    assert "immediately" in client.get(f"/patients/{rosa.id}/plans/").content.decode()


def test_an_edit_of_the_words_keeps_the_literal_day(send, rosa):
    row = task(rosa, description="x", restriction={"period": {"end": "2027-03"}})
    day = f"{timezone.localtime(row.due_at):%Y-%m-%d}"
    send(f"/follow-ups/{row.id}/edit/", what="y", due_on=day, priority="routine", version="1")
    row.refresh_from_db()
    assert row.restriction == {"period": {"end": "2027-03"}}


def test_a_stale_version_shows_both(ask, send):
    row = ask()
    row.description = "Repeat sodium"
    changes.update(row, by=SYSTEM)
    answer = send(
        f"/follow-ups/{row.id}/edit/", what="Repeat calcium", priority="routine", version="1"
    )
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "Repeat sodium" in said
    assert "Repeat calcium" in said


def test_the_merge_page_saves_over_the_newer_version(ask, send):
    row = ask()
    row.description = "Repeat sodium"
    changes.update(row, by=SYSTEM)
    send(f"/follow-ups/{row.id}/edit/", what="Repeat calcium", priority="routine", version="2")
    row.refresh_from_db()
    assert row.description == "Repeat calcium"


def test_what_it_is_about_is_kept(send, client, rosa):
    path = f"/patients/{rosa.id}/follow-ups/new/"
    assert 'value="Observation/abc"' in client.get(f"{path}?focus=Observation/abc").content.decode()
    send(path, what="Look again", priority="routine", focus="Observation/abc")
    assert Task.objects.of(rosa).get().focus == "Observation/abc"


def test_a_focus_that_is_no_reference_is_refused(send, rosa):
    path = f"/patients/{rosa.id}/follow-ups/new/"
    answer = send(path, what="x", priority="routine", focus="javascript:alert(1)")
    assert answer.status_code == 422


def test_markup_is_shown_as_text(send, client, ask, rosa):
    ask("<script>alert(1)</script>")
    page = client.get(f"/patients/{rosa.id}/plans/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_megabyte_is_refused(send, rosa):
    path = f"/patients/{rosa.id}/follow-ups/new/"
    assert send(path, what="x" * 1_000_000, priority="routine").status_code == 422


# What is mine, the team's, overdue.


def test_what_is_overdue_comes_first(rosa, as_nurse, nurse):
    now = timezone.now()
    owner = {"reference": "Practitioner/nora"}
    task(rosa, description="later", restriction=due(now + timedelta(days=1)), owner=owner)
    task(rosa, description="no day", owner=owner)
    task(rosa, description="late", restriction=due(now - timedelta(days=1)), owner=owner)
    rows = my_tasks(as_nurse)["tasks"]
    assert [row.text for row in rows] == ["late", "later", "no day"]
    assert [row.overdue for row in rows] == [True, False, False]


def test_what_nobody_owns_is_the_teams(rosa, as_nurse):
    task(rosa, description="anybody")
    assert my_tasks(as_nurse)["tasks"] == []
    assert [row.text for row in my_tasks(as_nurse, whose="team")["tasks"]] == ["anybody"]


def test_what_a_colleague_owns_is_the_teams(rosa, as_nurse, dr_ames):
    task(rosa, description="hers", owner={"reference": "Practitioner/ames"})
    assert [row.text for row in my_tasks(as_nurse, whose="team")["tasks"]] == ["hers"]


def test_mine_is_not_the_teams(rosa, as_nurse, nurse):
    task(rosa, owner={"reference": "Practitioner/nora"})
    assert my_tasks(as_nurse, whose="team")["tasks"] == []


def test_follow_ups_of_other_peoples_patients_are_not_mine(rosa, dr_baum):
    task(rosa, owner={"reference": "Practitioner/baum"})
    assert my_tasks(principal_of(dr_baum))["tasks"] == []


def test_overdue_counts_mine_and_nobodys(rosa, as_nurse, nurse, dr_ames):
    late = due(timezone.now() - timedelta(days=1))
    task(rosa, restriction=late)
    task(rosa, restriction=late, owner={"reference": "Practitioner/nora"})
    task(rosa, restriction=late, owner={"reference": "Practitioner/ames"})
    task(rosa, restriction=late, status="completed")
    assert overdue_count(as_nurse) == 2


@pytest.mark.usefixtures("midday")
def test_it_is_not_overdue_on_its_day(ask):
    with timezone.override(OSLO):
        row = ask(due_on=timezone.localdate())
        assert task_row(row).overdue is False


@pytest.mark.usefixtures("midday")
def test_it_is_overdue_when_the_day_is_over_where_the_facility_is(ask):
    with timezone.override(OSLO):
        row = ask(due_on=timezone.localdate())
    assert task_row(row, now=row.due_at + timedelta(seconds=1)).overdue is True


def test_the_page_of_follow_ups_opens(client, nurse, rosa):
    task(rosa, description="anybody")
    client.force_login(nurse)
    assert "anybody" in client.get("/tasks/?whose=team").content.decode()


def test_the_page_asks_as_often_for_many_as_for_few(
    client, nurse, rosa, django_assert_max_num_queries
):
    for _ in range(60):
        task(rosa)
    client.force_login(nurse)
    with django_assert_max_num_queries(14):
        client.get("/tasks/?whose=team")


def test_the_summary_shows_the_next_steps(ask, rosa):
    ask()
    assert [row.text for row in load(next_steps(rosa))["next_steps"]] == ["Repeat potassium"]


@pytest.mark.parametrize("path", ["edit/", "end/complete/", "end/cancel/"])
def test_a_doctor_of_another_facility_finds_nothing(client, dr_baum, ask, path):
    row = ask()
    client.force_login(dr_baum)
    assert client.get(f"/follow-ups/{row.id}/{path}").status_code == 404


def test_a_registrar_asks_for_nothing(client, registrar, rosa):
    client.force_login(registrar)
    assert client.get(f"/patients/{rosa.id}/follow-ups/new/").status_code == 403
    assert client.get("/tasks/").status_code == 403


def test_a_form_of_another_patient_is_refused(client, nurse, otto, ask):
    row = ask()
    client.force_login(nurse)
    body = {"patient": str(otto.id), "version": "1"}
    assert client.post(f"/follow-ups/{row.id}/step/accept/", body).status_code == 409


def test_as_fhir_the_day_is_the_end_of_the_restriction(ask):
    row = ask(due_on=timezone.localdate() + timedelta(days=3))
    rules = mapping("Task")
    body = rules.render(rules.queryset().get(pk=row.pk))
    assert body["restriction"]["period"]["end"].endswith("Z")
    assert body["for"] == {"reference": "Patient/rosa"}


@pytest.mark.parametrize(
    ("focus", "words", "url"),
    [
        (f"Observation/{KEY}", "a result", f"/observations/{KEY}/"),
        ("Observation/from-elsewhere", "a result", ""),
        ("Communication/x", "Communication", ""),
        ("", "", ""),
    ],
)
def test_a_follow_up_leads_to_what_it_is_about(rosa, focus, words, url):
    row = task_row(task(rosa, focus=focus))
    assert (row.about, row.about_url) == (words, url)
