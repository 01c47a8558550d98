"""After sign-in: who is here, what is new about them, and what waits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.models import CareTeam, CareTeamMember, Condition, InboxItem, NoteDraft, Task
from tests.cast import person, visit


@pytest.fixture
def desk(client, dr_ames):
    client.force_login(dr_ames)
    return lambda wanted="": client.get(f"/?list={wanted}").content.decode()


def rows(page):
    return page.split('id="worklist"')[1].split("</section>")[0]


def test_shows_who_is_here(desk, rosa):
    assert "LINDQVIST, Rosa" in rows(desk())


def test_hides_who_is_somewhere_else(desk, hill):
    visit(person("Tove", "Elsewhere", "200-1", hill), hill)
    assert "ELSEWHERE" not in rows(desk())


def test_an_outpatient_has_no_bed(desk, rosa):
    assert "LINDQVIST" not in rows(desk("inpatients"))


def test_my_list_holds_whom_my_team_treats(desk, dr_ames, otto):
    team = changes.create(CareTeam(patient=otto, status="active"), by=SYSTEM)
    CareTeamMember.objects.create(team=team, practitioner=dr_ames.practitioner)
    assert "LINDQVIST-BERG, Otto" in rows(desk("mine"))


def test_recent_holds_whose_chart_i_opened(client, desk, rosa):
    client.get(f"/patients/{rosa.id}/")
    assert "LINDQVIST, Rosa" in rows(desk("recent"))


def test_an_unknown_list_is_today(desk, rosa):
    assert "LINDQVIST, Rosa" in rows(desk("<script>"))


def test_a_chart_that_was_never_opened_says_so(desk, rosa):
    assert "unopened" in rows(desk())


def test_counts_what_others_wrote_since_i_looked(client, desk, rosa):
    client.get(f"/patients/{rosa.id}/")
    changes.create(Condition(patient=rosa, code_text="Gout"), by=SYSTEM)
    assert "1 new" in " ".join(rows(desk()).split())


def test_what_i_wrote_myself_is_not_new(client, desk, rosa, as_ames):
    client.get(f"/patients/{rosa.id}/")
    changes.create(Condition(patient=rosa, code_text="Gout"), by=as_ames)
    assert "1 new" not in " ".join(rows(desk()).split())


def test_a_critical_result_that_nobody_saw_comes_first(desk, harbour, rosa):
    ill = person("Zoe", "Zimmer", "100-8", harbour)
    visit(ill, harbour)
    InboxItem.objects.create(patient=ill, kind="Observation", record_id=ill.id, critical=True)
    page = rows(desk())
    assert page.index("ZIMMER") < page.index("LINDQVIST")


def test_the_counter_of_critical_results_lists_their_patients(desk, harbour, rosa):
    ill = person("Zoe", "Zimmer", "100-8", harbour)
    visit(ill, harbour)
    InboxItem.objects.create(patient=ill, kind="Observation", record_id=ill.id, critical=True)
    page = rows(desk("critical"))
    assert ("ZIMMER" in page, "LINDQVIST" in page) == (True, False)


def test_one_critical_result_is_one_in_words_too(desk, harbour, rosa):
    InboxItem.objects.create(patient=rosa, kind="Observation", record_id=rosa.id, critical=True)
    assert "<b>1</b> critical result</a>" in desk()


def test_a_draft_of_mine_waits_to_be_signed(desk, dr_ames, rosa):
    NoteDraft.objects.create(author=dr_ames, patient=rosa, title="Ward round")
    assert "Ward round" in desk()


def test_a_draft_of_a_colleague_does_not(desk, nurse, rosa):
    NoteDraft.objects.create(author=nurse, patient=rosa, title="Ward round")
    assert "Ward round" not in desk()


def follow_up(patient, who, days):
    return changes.create(
        Task(
            patient=patient,
            status="requested",
            intent="order",
            description="Call the daughter",
            practitioner=who.practitioner,
            due_at=timezone.now() + timedelta(days=days),
        ),
        by=SYSTEM,
    )


def test_the_next_task_stands_beside_the_patient(desk, dr_ames, rosa):
    follow_up(rosa, dr_ames, 1)
    assert "Call the daughter" in rows(desk())


def test_an_overdue_task_is_counted(desk, dr_ames, rosa):
    task = follow_up(rosa, dr_ames, -1)
    Task.objects.filter(pk=task.pk).update(
        due_at=timezone.now() - timedelta(days=1), practitioner=dr_ames.practitioner
    )
    assert "LINDQVIST, Rosa" in rows(desk("overdue"))


def test_a_task_of_a_patient_i_may_no_longer_see_is_not_shown(desk, dr_ames, otto):
    task = follow_up(otto, dr_ames, -1)
    Task.objects.filter(pk=task.pk).update(practitioner=dr_ames.practitioner)
    assert "Call the daughter" not in desk()


def test_asks_the_database_as_often_for_one_patient_as_for_many(
    client, dr_ames, harbour, rosa, django_assert_max_num_queries
):
    for number in range(12):
        visit(person(f"Kim{number}", "Many", f"300-{number}", harbour), harbour)
    client.force_login(dr_ames)
    client.get("/")
    with django_assert_max_num_queries(32):
        client.get("/")


def test_a_registrar_sees_no_patients_until_they_search(client, registrar, rosa):
    client.force_login(registrar)
    assert "LINDQVIST" not in client.get("/").content.decode()
