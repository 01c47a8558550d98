"""What the pages of results say, to whom, and how often they ask the database."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from fhir.together import load
from patients.chart.results import cumulative, key_results, latest_results
from patients.models import Encounter

MARKUP = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.fixture
def open_page(client, dr_ames, rosa):
    client.force_login(dr_ames)

    def read(path):
        answer = client.get(path.format(rosa=rosa.id))
        assert answer.status_code == 200
        return answer.content.decode()

    return read


def test_a_result_stands_with_unit_and_local_range(open_page, lab, rosa):
    lab(rosa, "5.4")
    page = open_page("/patients/{rosa}/results/")
    assert "5.4" in page
    assert "3.5–5" in page
    assert "local" in page


def test_a_flag_is_a_word_too(open_page, lab, rosa):
    lab(rosa, "6.9")
    assert "critically high" in open_page("/patients/{rosa}/results/")


def test_no_range_is_said(open_page, lab, rosa):
    lab(rosa, code_code="", code_system="", code_text="Moon dust")
    assert "no reference range" in open_page("/patients/{rosa}/results/")


def test_none_recorded_is_said(open_page):
    assert "none recorded" in open_page("/patients/{rosa}/results/")


def test_a_failure_is_not_shown_as_nothing(open_page, monkeypatch, rosa):
    from django.db import DatabaseError

    def broken(patient):
        raise DatabaseError

    monkeypatch.setattr("patients.views.results.latest_results", broken)
    assert "could not load" in open_page("/patients/{rosa}/results/")


def test_the_change_is_against_the_value_before_in_the_same_unit(lab, rosa):
    lab(rosa, "4.0", days_ago=3)
    lab(rosa, "16", days_ago=2, value_ucum="mg/dL", value_unit="mg/dL")
    lab(rosa, "5.0", days_ago=1)
    row = latest_results(rosa)[0]
    assert (row.before.text, row.change) == ("4.0", "+1.0 (+25 %)")


def test_a_value_with_a_comparator_has_no_change(lab, rosa):
    lab(rosa, "4.0", days_ago=3)
    lab(rosa, "3.0", days_ago=2, value_comparator="<")
    row = latest_results(rosa)[0]
    assert (row.latest.text, row.change) == ("<3.0", "")


def test_another_unit_is_no_value_before(lab, rosa):
    lab(rosa, "16", days_ago=2, value_ucum="mg/dL", value_unit="mg/dL")
    lab(rosa, "5.0", days_ago=1)
    assert latest_results(rosa)[0].before is None


def test_two_names_under_one_code_at_one_moment_both_stand(lab, rosa):
    at = timezone.now()
    for name in ("Appearance of Urine", "Odor of Urine"):
        lab(rosa, None, code_code="5767-9", code_text=name, effective_start=at, value_string=name)
    assert {row.name for row in latest_results(rosa)} == {"Appearance of Urine", "Odor of Urine"}


def test_a_result_without_a_time_is_shown(open_page, lab, rosa):
    lab(rosa, "5.4", effective_start=None, effective_end=None)
    assert "time not recorded" in open_page("/patients/{rosa}/results/")


def test_key_results_begin_with_what_is_critical(lab, rosa):
    lab(rosa, "4.2")
    lab(rosa, "700", days_ago=2, code_code="2345-7", value_ucum="mg/dL", code_text="Glucose")
    assert [row.latest.text for row in load(key_results(rosa, 2))] == ["700", "4.2"]


def test_what_was_entered_in_error_is_no_latest_value(lab, rosa):
    lab(rosa, "4.2", days_ago=2)
    lab(rosa, "9.9", status="entered-in-error")
    assert latest_results(rosa)[0].latest.text == "4.2"


def test_the_table_pages_by_time(lab, rosa):
    for day in range(11):
        lab(rosa, str(day + 1), days_ago=day + 1)
    first = cumulative(rosa, timezone.now())
    second = cumulative(rosa, first.older)
    texts = [cell[0].text for table in (first, second) for cell in table.rows[0].cells]
    assert texts == [str(n) for n in range(1, 12)]
    assert second.older is None


def test_the_table_keeps_units_apart(lab, rosa):
    lab(rosa, "4.0", days_ago=1)
    lab(rosa, "16", days_ago=2, value_ucum="mg/dL", value_unit="mg/dL")
    assert [row.unit for row in cumulative(rosa, timezone.now()).rows] == ["mg/dL", "mmol/L"]


def test_the_next_page_of_the_table_is_sealed(client, dr_ames, rosa, lab):
    client.force_login(dr_ames)
    assert client.get(f"/patients/{rosa.id}/results/table/?after=2020").status_code == 400


def test_the_table_shows_its_first_page(open_page, lab, rosa):
    for day in range(10):
        lab(rosa, str(day + 1), days_ago=day + 1)
    page = open_page("/patients/{rosa}/results/table/")
    assert "Earlier" in page


def test_a_test_shows_every_value(open_page, lab, rosa):
    lab(rosa, "4.01", days_ago=2)
    newest = lab(rosa, "4.77")
    page = open_page(f"/observations/{newest.id}/test/")
    assert "4.01" in page
    assert "4.77" in page


def test_the_trend_draws_one_unit_with_its_range(client, dr_ames, lab, rosa):
    client.force_login(dr_ames)
    lab(rosa, "4.0", days_ago=3)
    lab(rosa, "16", days_ago=2, value_ucum="mg/dL", value_unit="mg/dL")
    newest = lab(rosa, "5.0", days_ago=1)
    figure = json.loads(client.get(f"/observations/{newest.id}/trend.json").content)
    assert figure["data"][0]["y"] == [4.0, 5.0]
    assert (figure["layout"]["shapes"][0]["y0"], figure["layout"]["shapes"][0]["y1"]) == (3.5, 5.0)


def test_one_value_is_no_trend(client, dr_ames, lab, rosa):
    client.force_login(dr_ames)
    assert client.get(f"/observations/{lab(rosa).id}/trend.json").status_code == 204


def test_a_report_shows_its_results_and_text(open_page, lab, report, rosa):
    whole = report(rosa, lab(rosa, "5.4"), conclusion="Mild hyperkalaemia")
    page = open_page(f"/reports/{whole.id}/")
    assert "5.4" in page
    assert "Mild hyperkalaemia" in page


def test_a_report_names_results_that_are_elsewhere(open_page, report, rosa):
    whole = report(rosa, results=[{"reference": "Observation/gone", "display": "Sodium"}])
    page = open_page(f"/reports/{whole.id}/")
    assert "not kept here" in page
    assert "Sodium" in page


def test_a_reports_text_form_is_shown_as_text(open_page, report, rosa):
    form = {"contentType": "text/plain", "data": "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="}
    whole = report(rosa, presented_forms=[form])
    assert ESCAPED in open_page(f"/reports/{whole.id}/")


def test_a_broken_form_is_said(open_page, report, rosa):
    whole = report(rosa, presented_forms=[{"contentType": "text/plain", "data": "%%%"}])
    assert "is not shown here" in open_page(f"/reports/{whole.id}/")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("entered-in-error", "entered in error"),
        ("cancelled", "Cancelled"),
        ("preliminary", "preliminary"),
        ("", "status not recorded"),
    ],
)
def test_the_status_of_a_report_is_seen(open_page, report, rosa, status, words):
    whole = report(rosa, status=status, conclusion="Fine")
    assert words in open_page(f"/reports/{whole.id}/")


def test_a_report_in_error_is_struck_through_in_the_list(open_page, report, rosa):
    report(rosa, status="entered-in-error", code_text="Wrong man")
    assert "<s>Wrong man</s>" in open_page("/patients/{rosa}/results/")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("entered-in-error", "<s>Chest X-ray</s>"),
        ("registered", "registered"),
        ("", "not recorded"),
    ],
)
def test_the_status_of_a_study_is_seen(open_page, study, rosa, status, words):
    study(rosa, status=status)
    assert words in open_page("/patients/{rosa}/imaging/")


def test_a_study_with_a_modifier_that_is_not_known_is_loud(open_page, study, rosa):
    row = study(rosa, series=[{"uid": "1", "modifierExtension": [{"url": "urn:x"}]}])
    assert "contains information not understood here" in open_page(f"/studies/{row.id}/")


def test_imaging_and_laboratory_reports_stand_apart(open_page, report, rosa):
    report(rosa, section="RAD", code_text="Knee MRI", days_ago=30)
    assert "Knee MRI" in open_page("/patients/{rosa}/imaging/")
    assert "Knee MRI" not in open_page("/patients/{rosa}/results/")


def test_markup_in_a_result_is_text(open_page, lab, rosa):
    lab(rosa, None, code_text=MARKUP, code_code="", value_string=MARKUP)
    page = open_page("/patients/{rosa}/results/")
    assert ESCAPED in page
    assert MARKUP not in page


def test_reports_page_by_keyset(open_page, report, rosa):
    for day in range(27):
        report(rosa, code_text=f"Report {day:02}", days_ago=day + 1)
    page = open_page("/patients/{rosa}/results/")
    assert "Report 24" in page
    assert "Report 25" not in page
    after = page.split("?after=")[1].split('"')[0]
    assert "Report 26" in open_page("/patients/{rosa}/results/?after=" + after)


PAGES = (
    "/patients/{rosa}/results/",
    "/patients/{rosa}/results/table/",
    "/patients/{rosa}/imaging/",
)


@pytest.mark.parametrize("path", [*PAGES, "/patients/{rosa}/orders/"])
def test_another_facilitys_doctor_finds_nothing(client, dr_baum, rosa, path):
    client.force_login(dr_baum)
    assert client.get(path.format(rosa=rosa.id)).status_code == 404


@pytest.mark.parametrize("path", [*PAGES, "/patients/{rosa}/orders/", "/inbox/"])
def test_a_registrar_reads_no_results(client, registrar, rosa, path):
    client.force_login(registrar)
    assert client.get(path.format(rosa=rosa.id)).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_as_often_for_many_as_for_few(
    client, dr_ames, rosa, lab, report, study, path, django_assert_max_num_queries
):
    client.force_login(dr_ames)
    for n in range(12):
        for m in range(3):
            lab(rosa, code_code=f"{n}-1", code_text=f"Test {n}", days_ago=m + 1)
        report(rosa, section="RAD" if n % 2 else "LAB")
        study(rosa)
    with django_assert_max_num_queries(30):
        client.get(path.format(rosa=rosa.id))


def test_the_inbox_is_one_page(open_page, lab, rosa):
    lab(rosa, "6.9")
    page = open_page("/inbox/?box=unowned")
    assert "LINDQVIST" in page
    assert "critical" in page


def test_a_box_that_does_not_exist_is_not_found(client, dr_ames, rosa):
    client.force_login(dr_ames)
    assert client.get("/inbox/?box=everybody").status_code == 404


def test_a_nurse_has_no_inbox(client, nurse):
    client.force_login(nurse)
    assert client.get("/inbox/").status_code == 403


def post(client, rosa, item, step, **data):
    usual = {"version": item.version, "patient": rosa.id}
    return client.post(f"/inbox/{item.pk}/{step}/", usual | data)


@pytest.fixture
def waiting(client, dr_ames, lab, rosa):
    from patients.tests.results.conftest import item_of

    client.force_login(dr_ames)
    return item_of(lab(rosa))


def test_seen_by_a_button(client, rosa, waiting):
    post(client, rosa, waiting, "see")
    waiting.refresh_from_db()
    assert waiting.state == "seen"


def test_two_tabs_with_two_patients_do_not_mix(client, rosa, otto, waiting):
    assert post(client, rosa, waiting, "see", patient=otto.id).status_code == 409


def test_a_stale_step_shows_the_newest_state(client, rosa, waiting):
    post(client, rosa, waiting, "see")
    answer = post(client, rosa, waiting, "see")
    assert answer.status_code == 409
    assert "Somebody acted on this result meanwhile" in answer.content.decode()


def test_a_step_that_does_not_exist_is_not_found(client, rosa, waiting):
    assert post(client, rosa, waiting, "burn").status_code == 404


def test_an_item_of_another_facility_is_not_there(client, dr_baum, rosa, waiting):
    client.force_login(dr_baum)
    assert client.get(f"/inbox/{waiting.pk}/").status_code == 404


def test_what_was_done_is_linked(client, rosa, ordered, waiting):
    post(client, rosa, waiting, "see")
    waiting.refresh_from_db()
    page = client.get(f"/inbox/{waiting.pk}/").content.decode()
    assert ordered.reference in page
    post(client, rosa, waiting, "act", reference=ordered.reference)
    waiting.refresh_from_db()
    assert waiting.acted_reference == ordered.reference


def test_the_item_of_a_closed_chart_shows_who_and_no_value(client, dr_ames, lab, ordered, rosa):
    row = lab(rosa, "4.44", based_on=ordered.reference)
    visit = Encounter.objects.get(patient=rosa)
    visit.status, visit.end = "finished", timezone.now() - timedelta(days=40)
    visit.start = timezone.now() - timedelta(days=41)
    changes.update(visit, by=SYSTEM)
    client.force_login(dr_ames)
    page = client.get("/inbox/").content.decode()
    assert "The chart is closed to you" in page
    assert str(row.value) not in page


def test_an_absence_is_entered(client, dr_ames, harbour):
    client.force_login(dr_ames)
    start = timezone.localtime()
    data = {
        "start": f"{start:%Y-%m-%dT%H:%M}",
        "end": f"{start + timedelta(days=2):%Y-%m-%dT%H:%M}",
        "reader": f"team:{harbour.pk}",
    }
    client.post("/inbox/away/", data)
    assert "reads your results" in client.get("/inbox/").content.decode()


def test_a_cover_outside_the_facility_cannot_be_chosen(client, dr_ames, dr_baum):
    client.force_login(dr_ames)
    data = {"start": "2026-01-01T10:00", "end": "2036-01-01T10:00", "reader": f"user:{dr_baum.pk}"}
    assert client.post("/inbox/away/", data).status_code == 422


def test_a_decimal_keeps_its_digits(open_page, lab, rosa):
    lab(rosa, Decimal("4.20"))
    assert "4.20" in open_page("/patients/{rosa}/results/")


def test_what_waits_is_said_on_the_page_of_results(open_page, lab, rosa):
    lab(rosa, "6.9")
    assert "Waiting for acknowledgement" in open_page("/patients/{rosa}/results/")


def test_the_page_of_a_waiting_result_names_allergies(client, rosa, waiting):
    page = client.get(f"/inbox/{waiting.pk}/").content.decode()
    assert "Allergies not recorded" in page


def test_a_single_value_gets_no_empty_figure(open_page, lab, rosa):
    assert "data-trend=" not in open_page(f"/observations/{lab(rosa).id}/test/")
