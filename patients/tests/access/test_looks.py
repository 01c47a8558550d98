"""A privacy officer sees who opened a chart; the patient gets it on paper; nobody else does."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts import audit
from accounts.models import AuditEvent
from accounts.principals import principal_of
from accounts.roles import Role
from fhir.principal import Principal
from patients.acts.break_glass import break_glass
from patients.chart.looks import PAGE, by_day, in_words
from tests.cast import person, staff


@pytest.fixture
def officer(harbour):
    return staff("petra", Role.PRIVACY_OFFICER, harbour, full_name="Petra Privacy")


def look(by, patient, action="read", entities=(), **more):
    audit.record_access(
        by=by,
        action=action,
        entities=entities or [patient.reference],
        patient_id=patient.pk,
        **more,
    )


@pytest.fixture
def seen(as_ames, as_nurse, rosa):
    """Dr Ames read three results of Rosa's and printed her chart; the nurse looked once."""
    with audit.heard_from("192.0.2.7"):
        look(as_ames, rosa, entities=["Observation/a", "Observation/b", "Condition/c"])
        look(as_ames, rosa, action="print")
        look(as_nurse, rosa)


@pytest.fixture
def page(client, officer, rosa):
    """What the officer reads of Rosa's looks."""

    def opened(patient=rosa, **query):
        client.force_login(officer)
        answer = client.get(reverse("looks", args=[patient.pk]), query)
        return answer.status_code, answer.content.decode()

    return opened


def test_it_says_who_what_and_from_where(page, seen):
    status, said = page()
    assert status == 200
    for words in ("Dr Ada Ames", "Doctor, Harbour", "Opened", "Printed", "192.0.2.7"):
        assert words in said


def test_it_says_of_what_and_never_what_it_says(page, seen):
    assert "Condition, Observation × 2" in page()[1]


def test_a_look_through_a_broken_glass_says_why(page, client, as_ames, otto):
    break_glass(by=as_ames, patient=otto, reason="emergency", words="Found unconscious")
    look(as_ames, otto)
    said = page(otto)[1]
    assert said.count("Emergency: the patient needs care now") == 2
    assert "Found unconscious" in said


FILTERS = [
    ({"what": "print"}, {"print"}),
    ({"what": "read"}, {"read"}),
    ({"broken": "on"}, set()),
    ({"since": "2999-01-01"}, set()),
    ({"until": "2020-01-01"}, set()),
    ({}, {"read", "print"}),
]


@pytest.mark.parametrize(("query", "actions"), FILTERS)
def test_it_shows_what_is_asked_for(page, seen, query, actions):
    said = page(**query)[1]
    assert {each for each in ("read", "print") if f"<code>{each}</code>" in said} == actions


def test_it_shows_one_person(page, seen, dr_ames):
    said = page(who=f"user:{dr_ames.pk}")[1]
    assert said.count("Doctor, Harbour") == 2
    assert "Nurse, Harbour" not in said


def test_a_filter_that_cannot_be_read_shows_nothing_as_if_it_were_all(page, seen):
    status, said = page(since="2026-02-01", until="2026-01-01")
    assert status == 400
    assert "Dr Ada Ames</td>" not in said


def test_who_never_looked_cannot_be_asked_for(page, seen):
    assert page(who="user:somebody")[0] == 400


def test_pages_follow_each_other(page, as_ames, rosa, client):
    for _ in range(PAGE + 3):
        look(as_ames, rosa)
    first = page(what="read")[1]
    following = first.split("Older looks")[0].rpartition('href="')[2].split('"')[0]
    second = client.get(following.replace("&amp;", "&")).content.decode()
    assert first.count("<code>read</code>") == PAGE
    assert second.count("<code>read</code>") == 3


def test_lists_in_which_the_patient_stood_are_shown_when_asked_for(page, as_ames, rosa):
    audit.record_access(by=as_ames, action="worklist", entities=[rosa.reference, "Patient/otto"])
    assert "<code>worklist</code>" not in page()[1]
    assert "<code>worklist</code>" in page(lists="on")[1]


def test_the_words_of_a_search_are_kept_encoded(client, dr_ames, rosa):
    client.force_login(dr_ames)
    client.post(reverse("patient-search"), {"query": "Lindqvist"}, headers={"HX-Request": "true"})
    event = AuditEvent.objects.get(action="search-patients")
    assert event.detail == {"query": audit.query("Lindqvist")}
    assert "Lindqvist" not in str(event.detail)


FORMS = ["plan-new", "document-new", "restriction-new", "details-edit"]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_shows_whose_chart_it_is_about_leaves_one_look(client, dr_ames, rosa, name):
    client.force_login(dr_ames)
    assert client.get(reverse(name, args=[rosa.pk])).status_code == 200
    (event,) = AuditEvent.objects.filter(principal=f"user:{dr_ames.pk}")
    assert event.patient_id == rosa.pk


def test_a_page_that_notes_itself_is_noted_once(client, dr_ames, rosa):
    client.force_login(dr_ames)
    client.get(reverse("patient-chart", args=[rosa.pk]))
    assert AuditEvent.objects.filter(principal=f"user:{dr_ames.pk}").count() == 1


def test_the_look_at_the_looks_is_one_itself(page, rosa):
    page()
    event = AuditEvent.objects.get(action="audit-read")
    assert (event.patient_id, event.outcome) == (rosa.pk, "success")


def test_it_takes_as_many_queries_for_many_looks_as_for_few(
    page, as_ames, rosa, django_assert_max_num_queries
):
    for _ in range(PAGE):
        look(as_ames, rosa)
    with django_assert_max_num_queries(28):
        page()


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.NURSE, Role.REGISTRAR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("name", ["looks", "looks-print"])
def test_nobody_else_sees_it(client, harbour, rosa, role, name):
    client.force_login(staff("other", role, harbour))
    assert client.get(reverse(name, args=[rosa.pk])).status_code == 403


@pytest.mark.parametrize("name", ["looks", "looks-print"])
def test_a_patient_of_another_facility_is_not_there(client, officer, hill, name):
    strange = person("Sven", "Elsewhere", "200-1", hill)
    client.force_login(officer)
    assert client.get(reverse(name, args=[strange.pk])).status_code == 404


@pytest.fixture
def paper(client, officer, rosa):
    """The text of the PDF."""

    def printed(patient=rosa, **query):
        client.force_login(officer)
        answer = client.get(reverse("looks-print", args=[patient.pk]), query)
        assert answer["Content-Type"] == "application/pdf"
        pages = PdfReader(BytesIO(answer.content)).pages
        return " ".join(" ".join(each.extract_text() for each in pages).split())

    return printed


def test_the_paper_names_everybody_who_looked(paper, seen):
    said = paper()
    for words in ("Who opened this record", "LINDQVIST, Rosa", "Dr Ada Ames", "Nora Nurse"):
        assert words in said


def test_the_paper_says_when_it_is_not_everything(paper, seen):
    assert "It is not complete" in paper(what="print")
    assert "It is not complete" not in paper()


def test_the_paper_gives_the_reason_and_not_the_words_of_it(paper, as_ames, otto):
    break_glass(by=as_ames, patient=otto, reason="emergency", words="Found unconscious")
    look(as_ames, otto)
    said = paper(otto)
    assert "Emergency: the patient needs care now" in said
    assert "unconscious" not in said


def test_the_print_is_on_record(paper, seen, officer):
    paper()
    event = AuditEvent.objects.get(principal=f"user:{officer.pk}", action="print")
    assert event.detail == {"document": "looks"}


@pytest.mark.usefixtures("midday")
def test_looks_of_one_day_stand_together(seen, as_ames, rosa):
    for _ in range(4):
        look(as_ames, rosa)
    rows = AuditEvent.objects.filter(patient_id=rosa.pk).order_by("-at", "-pk")
    days = by_day(in_words(list(rows), rosa))
    assert sorted(str(day) for day in days) == ["Opened, 5 times", "Opened, once", "Printed, once"]


def test_a_role_is_the_one_that_was_held_then(page, as_ames, rosa, dr_ames):
    look(as_ames, rosa)
    AuditEvent.objects.filter(action="read")
    dr_ames.memberships.update(end=timezone.now() + timedelta(seconds=1))
    assert "Doctor, Harbour" in page()[1]


@pytest.mark.parametrize(
    ("by", "name"),
    [
        (Principal("client", "cw-nobody"), "client:cw-nobody"),
        (Principal("device", "no-key"), "device:no-key"),
        (Principal("system", "chartwave"), "Chartwave itself"),
    ],
)
def test_programs_devices_and_the_house_are_named(page, rosa, by, name):
    look(by, rosa)
    assert name in page()[1]


def test_an_officer_of_nothing_sees_nothing(rosa, as_ames, hill):
    look(as_ames, rosa)
    stranger = principal_of(staff("paul", Role.PRIVACY_OFFICER, hill))
    from patients.reviewing import trail_read_by

    rows = AuditEvent.objects.filter(trail_read_by(stranger), patient_id=rosa.pk)
    assert not rows.exists()
