"""Care plans and goals: written, revised, ended; nothing lost, nothing hidden."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from fhir.registry import mapping
from patients.acts.plans import (
    Aim,
    GoalIsOver,
    Outline,
    PlanIsOver,
    end_goal,
    end_plan,
    plan,
    revise_goal,
    revise_plan,
    set_goal,
)
from patients.chart.plans import target_words
from patients.models import CarePlan, Condition, Goal
from patients.terminology.coded import Coded


@pytest.fixture
def page(client, nurse, rosa):
    client.force_login(nurse)
    return lambda: client.get(f"/patients/{rosa.id}/plans/").content.decode()


@pytest.fixture
def send(client, nurse, rosa):
    client.force_login(nurse)

    def post(path, **said):
        return client.post(path, {"patient": str(rosa.id)} | said)

    return post


@pytest.fixture
def hip(as_nurse, rosa):
    outline = Outline("Recovery after hip replacement", activities=["Walk daily", "Wound care"])
    return plan(by=as_nurse, patient=rosa, outline=outline, aims=[Aim(Coded(text="Walks 50 m"))])


@pytest.fixture
def walks(as_nurse, rosa):
    day = timezone.localdate() + timedelta(days=30)
    return set_goal(by=as_nurse, patient=rosa, aim=Aim(Coded(text="Walks 50 m"), day))


def fhir(row):
    rules = mapping(row.fhir_type)
    return rules.render(rules.queryset().get(pk=row.pk))


def test_nothing_planned_is_said(page):
    assert page().count("none recorded") == 3


def test_a_plan_is_written_with_goals_and_activities(send, rosa):
    path = f"/patients/{rosa.id}/plans/new/"
    answer = send(path, title="Hip", activities="Walk daily\n\nWound care\n", goal_1="Walks 50 m")
    assert answer.status_code == 302, answer.content.decode()
    row = CarePlan.objects.of(rosa).get()
    assert [each["detail"]["code"]["text"] for each in row.activities] == [
        "Walk daily",
        "Wound care",
    ]
    assert row.goals[0]["reference"] == Goal.objects.of(rosa).get().reference


def test_a_plan_is_for_a_problem(send, rosa):
    gout = changes.create(
        Condition(patient=rosa, code_text="Gout", clinical_status="active"), by=SYSTEM
    )
    send(f"/patients/{rosa.id}/plans/new/", title="Diet", problems=gout.reference)
    assert CarePlan.objects.of(rosa).get().addresses == [
        {"reference": gout.reference, "display": "Gout"}
    ]


def test_a_plan_needs_a_title(send, rosa):
    assert send(f"/patients/{rosa.id}/plans/new/", title=" ").status_code == 422


def test_a_plan_does_not_end_before_it_starts(send, rosa):
    path = f"/patients/{rosa.id}/plans/new/"
    answer = send(path, title="Hip", start="2026-05-02", end="2026-05-01")
    assert "It would end before it starts" in answer.content.decode()


def test_a_day_without_a_goal_is_refused(send, rosa):
    day = timezone.localdate() + timedelta(days=9)
    answer = send(f"/patients/{rosa.id}/plans/new/", title="Hip", due_1=day.isoformat())
    assert "goal_1" in answer.context["form"].errors


def test_an_activity_moves_on(send, hip):
    path = f"/care-plans/{hip.id}/edit/"
    said = {"activity_0": "completed", "activity_1": "not-started", "activities": "Stairs"}
    send(path, title="Hip", version="1", **said)
    hip.refresh_from_db()
    assert [each["detail"]["status"] for each in hip.activities] == [
        "completed",
        "not-started",
        "not-started",
    ]


def test_an_edit_keeps_what_the_form_does_not_show(as_nurse, rosa):
    detail = {"status": "scheduled", "doNotPerform": True, "description": "Bend beyond 90°"}
    activities = [{"detail": detail}, {"reference": {"reference": "ServiceRequest/x"}}]
    row = changes.create(
        CarePlan(patient=rosa, status="active", intent="plan", activities=activities), by=SYSTEM
    )
    revise_plan(
        by=as_nurse, row=row, outline=Outline("Hip"), statuses=["in-progress", ""], expected=1
    )
    row.refresh_from_db()
    assert row.activities == [
        {"detail": detail | {"status": "in-progress"}},
        {"reference": {"reference": "ServiceRequest/x"}},
    ]


def test_a_stale_plan_shows_both(send, hip):
    hip.title = "Knee"
    changes.update(hip, by=SYSTEM)
    answer = send(f"/care-plans/{hip.id}/edit/", title="Shoulder", version="1")
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "Knee" in said
    assert "Shoulder" in said


def test_a_plan_is_completed_with_a_reason(send, page, hip):
    send(f"/care-plans/{hip.id}/end/complete/", reason="Walks alone", version="1")
    hip.refresh_from_db()
    assert (hip.status, hip.end is not None) == ("completed", True)
    assert "Walks alone" in page()


def test_a_plan_that_is_over_stays_over(as_nurse, hip):
    end_plan(by=as_nurse, row=hip, status="revoked", reason="Moved away", expected=1)
    with pytest.raises(PlanIsOver):
        end_plan(by=as_nurse, row=hip, status="completed", reason="x", expected=2)
    with pytest.raises(PlanIsOver):
        revise_plan(by=as_nurse, row=hip, outline=Outline("x"), statuses=["", ""], expected=2)


def test_a_goal_has_a_day(walks):
    assert fhir(walks)["target"] == [{"dueDate": walks.due_on.isoformat()}]


def test_a_goal_moves_on(send, walks):
    path = f"/goals/{walks.id}/edit/"
    send(path, what="Walks 100 m", due_on="", achievement="improving", version="1")
    walks.refresh_from_db()
    assert (str(walks), walks.due_on, walks.achievement_status) == (
        "Walks 100 m",
        None,
        "improving",
    )


def test_a_goal_keeps_its_code_while_the_words_stay(as_nurse, rosa):
    row = changes.create(
        Goal(patient=rosa, lifecycle_status="active", description_code="1", description_text="A1c"),
        by=SYSTEM,
    )
    aim = Aim(Coded(text="A1c"))
    revise_goal(by=as_nurse, row=row, aim=aim, achievement="improving", expected=1)
    row.refresh_from_db()
    assert row.description_code == "1"


@pytest.mark.usefixtures("midday")
def test_a_new_day_keeps_what_else_the_target_says(as_nurse, rosa):
    row = changes.create(
        Goal(
            patient=rosa,
            lifecycle_status="active",
            description_text="A1c",
            targets=[{"detailString": "7 %", "dueDate": "2027-01"}],
        ),
        by=SYSTEM,
    )
    day = timezone.localdate()
    revise_goal(by=as_nurse, row=row, aim=Aim(Coded(text="A1c"), day), achievement="", expected=1)
    row.refresh_from_db()
    assert row.targets == [{"detailString": "7 %", "dueDate": day.isoformat()}]


def test_a_goal_is_reached(send, walks):
    send(f"/goals/{walks.id}/end/achieved/", reason="60 m today", version="1")
    walks.refresh_from_db()
    assert (walks.lifecycle_status, walks.achievement_status, walks.status_reason) == (
        "completed",
        "achieved",
        "60 m today",
    )


def test_a_goal_is_given_up(as_nurse, walks):
    end_goal(by=as_nurse, row=walks, achieved=False, reason="Not wished", expected=1)
    with pytest.raises(GoalIsOver):
        end_goal(by=as_nurse, row=walks, achieved=True, reason="x", expected=2)


def test_a_goal_whose_day_has_passed_says_so(page, rosa):
    changes.create(
        Goal(
            patient=rosa,
            lifecycle_status="active",
            description_text="A1c",
            targets=[{"dueDate": "2020-01-01"}],
        ),
        by=SYSTEM,
    )
    assert "day has passed" in page()


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ({"detailString": "three times a week"}, "three times a week"),
        ({"detailQuantity": {"comparator": "<", "value": 7, "unit": "%"}}, "< 7 %"),
        ({"detailRange": {"low": {"value": 60}, "high": {"value": 80, "unit": "kg"}}}, "60–80 kg"),
        ({"detailCodeableConcept": {"text": "walks"}}, "walks"),
        ({"dueDate": "2027"}, ""),
    ],
)
def test_a_target_in_words(target, words):
    assert target_words(target) == words


# Every element that changes the meaning of the rest stands on the page.


def care_plan(rosa, **columns):
    return changes.create(
        CarePlan(**{"patient": rosa, "status": "active", "intent": "plan", "title": "T"} | columns),
        by=SYSTEM,
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("draft", "draft"),
        ("on-hold", "on hold"),
        ("revoked", "revoked"),
        ("completed", "completed"),
        ("entered-in-error", "<s>T</s>"),
        ("", "status unknown"),
    ],
)
def test_the_status_of_a_plan_is_seen(page, rosa, status, words):
    care_plan(rosa, status=status)
    assert words in page()


@pytest.mark.parametrize("intent", ["proposal", "order", "option"])
def test_the_intent_of_a_plan_is_seen(page, rosa, intent):
    care_plan(rosa, intent=intent)
    assert f"intent: {intent}" in page()


def test_what_is_not_to_be_done_is_seen(page, rosa):
    detail = {"status": "not-started", "doNotPerform": True, "code": {"text": "Cross the legs"}}
    care_plan(rosa, activities=[{"detail": detail}])
    assert "do not" in page()


@pytest.mark.parametrize("status", ["on-hold", "cancelled", "stopped", "in-progress"])
def test_the_status_of_an_activity_is_seen(page, rosa, status):
    care_plan(rosa, activities=[{"detail": {"status": status, "code": {"text": "Walk"}}}])
    assert status.replace("-", " ") in page()


def test_an_activity_with_an_unknown_modifier_is_loud(page, rosa):
    modified = {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}
    care_plan(rosa, activities=[{"detail": {"status": "scheduled"} | modified}])
    assert "contains information not understood here" in page()


@pytest.mark.parametrize(
    ("status", "words"),
    [("proposed", "proposed"), ("rejected", "rejected"), ("entered-in-error", "<s>A1c</s>")],
)
def test_the_status_of_a_goal_is_seen(page, rosa, status, words):
    changes.create(Goal(patient=rosa, lifecycle_status=status, description_text="A1c"), by=SYSTEM)
    assert words in page()


def test_markup_is_shown_as_text(page, rosa):
    care_plan(rosa, title="<img src=x onerror=alert(1)>", description="<b>x</b>")
    said = page()
    assert "<img src=x" not in said
    assert "<b>x</b>" not in said


# Who may.


@pytest.mark.parametrize("path", ["plans/", "plans/new/", "goals/new/", "follow-ups/new/"])
def test_a_registrar_gets_403(client, registrar, rosa, path):
    client.force_login(registrar)
    assert client.get(f"/patients/{rosa.id}/{path}").status_code == 403


@pytest.mark.parametrize("path", ["plans/", "plans/new/", "goals/new/"])
def test_a_doctor_of_another_facility_gets_404(client, dr_baum, rosa, path):
    client.force_login(dr_baum)
    assert client.get(f"/patients/{rosa.id}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["edit/", "end/complete/", "end/revoke/"])
def test_a_plan_of_somebody_elses_patient_is_not_there(client, dr_baum, hip, path):
    client.force_login(dr_baum)
    assert client.get(f"/care-plans/{hip.id}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["edit/", "end/achieved/"])
def test_a_goal_of_somebody_elses_patient_is_not_there(client, dr_baum, walks, path):
    client.force_login(dr_baum)
    assert client.get(f"/goals/{walks.id}/{path}").status_code == 404


def test_a_form_of_another_patient_is_refused(client, nurse, otto, hip):
    client.force_login(nurse)
    body = {"patient": str(otto.id), "title": "x", "version": "1"}
    assert client.post(f"/care-plans/{hip.id}/edit/", body).status_code == 409


@pytest.mark.parametrize("kind", ["CarePlan", "Goal"])
def test_it_is_entered_in_error_with_a_reason(send, page, hip, rosa, kind):
    row = {"CarePlan": CarePlan, "Goal": Goal}[kind].objects.of(rosa).get()
    send(f"/records/{kind}/{row.id}/in-error/", reason="other patient", version="1")
    assert "Entered in error: other patient" in page()


def test_the_page_asks_as_often_for_many_as_for_few(
    client, nurse, rosa, django_assert_max_num_queries
):
    for _ in range(30):
        care_plan(rosa)
    client.force_login(nurse)
    with django_assert_max_num_queries(20):
        client.get(f"/patients/{rosa.id}/plans/")
