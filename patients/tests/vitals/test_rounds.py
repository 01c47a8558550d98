"""The table of vital signs by time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.chart.rounds import ROUNDS, rounds
from patients.models import Observation

START = datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.fixture
def page(client, nurse, rosa):
    client.force_login(nurse)
    return lambda query="": client.get(f"/patients/{rosa.id}/vitals/{query}").content.decode()


def sign(patient, at, value=72, **columns):
    return changes.create(
        Observation(
            **{
                "patient": patient,
                "status": "final",
                "code_code": "8867-4",
                "effective_start": at,
                "value": Decimal(value),
                "value_ucum": "/min",
            }
            | columns
        ),
        by=SYSTEM,
    )


def walked(patient):
    """Every moment, page after page."""
    found, cursor = [], ""
    while True:
        table = rounds(patient, cursor)
        found += table["times"]
        cursor = table["older"]
        if not cursor:
            return found


def test_nothing_measured_is_said(page):
    assert "none recorded" in page()


def test_a_column_is_a_moment_and_the_newest_comes_first(rosa):
    for hour in range(3):
        sign(rosa, START + timedelta(hours=hour))
    times = rounds(rosa)["times"]
    assert times == sorted(times, reverse=True)


def test_signs_of_one_moment_share_a_column(rosa):
    sign(rosa, START)
    sign(rosa, START, code_code="9279-1", value=14)
    assert len(rounds(rosa)["times"]) == 1


def test_pages_together_hold_every_moment_once(rosa):
    for hour in range(30):
        sign(rosa, START + timedelta(hours=hour))
        if hour % 5 == 0:
            sign(rosa, START + timedelta(hours=hour), code_code="29463-7", value=70)
    assert walked(rosa) == sorted((START + timedelta(hours=h) for h in range(30)), reverse=True)


def test_a_sign_that_is_measured_rarely_is_not_lost_between_pages(rosa):
    for hour in range(40):
        sign(rosa, START + timedelta(hours=hour))
    rare = START + timedelta(hours=1, minutes=30)
    sign(rosa, rare, code_code="29463-7", value=70)
    assert rare in walked(rosa)


def test_a_page_has_no_more_columns_than_fit(rosa):
    for hour in range(30):
        sign(rosa, START + timedelta(hours=hour))
    assert len(rounds(rosa)["times"]) <= ROUNDS


def test_a_cursor_of_somebody_else_is_refused(client, nurse, rosa):
    client.force_login(nurse)
    assert client.get(f"/patients/{rosa.id}/vitals/?older=made-up").status_code == 400


def test_what_a_device_sent_is_marked_and_can_be_accepted(page, rosa):
    sign(rosa, START, status="preliminary", device="Device/x")
    said = page()
    assert "device, unconfirmed" in said
    assert "/accept/" in said


def test_accepting_in_the_table_leads_back_to_it(client, nurse, rosa):
    waits = sign(rosa, START, status="preliminary", device="Device/x")
    client.force_login(nurse)
    answer = client.post(f"/observations/{waits.id}/accept/", {"version": "1", "back": "vitals"})
    assert answer["Location"] == f"/patients/{rosa.id}/vitals/"


def test_what_was_entered_in_error_is_not_in_the_table(page, rosa):
    sign(rosa, START, value="199.25", status="entered-in-error")  # stands in no key
    assert "199.25" not in page()


def test_a_sign_without_a_time_is_shown_apart(page, rosa):
    sign(rosa, None)
    assert "Without a time" in page()


def test_how_it_was_measured_stands_below_the_value(client, page, rosa):
    at = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    body = {"patient": str(rosa.id), "measured_at": at, "spo2": "93", "breathing": "oxygen"}
    body |= {"oxygen_flow": "2", "systolic": "120", "diastolic": "80", "arm": "left"}
    client.post(f"/patients/{rosa.id}/vitals/", body)
    said = page()
    assert "Oxygen, 2 L/min" in said
    assert "Left arm" in said


def test_responsiveness_stands_in_the_chart(client, page, rosa):
    at = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    body = {"patient": str(rosa.id), "measured_at": at, "acvpu": "V"}
    client.post(f"/patients/{rosa.id}/vitals/", body)
    assert "Responds to voice" in page()


def test_the_page_asks_as_often_for_many_rounds_as_for_few(
    client, nurse, rosa, django_assert_max_num_queries
):
    for hour in range(40):
        sign(rosa, START + timedelta(hours=hour))
    client.force_login(nurse)
    with django_assert_max_num_queries(20):
        client.get(f"/patients/{rosa.id}/vitals/")


def test_a_sign_has_a_page_of_its_own(client, nurse, rosa):
    sign(rosa, START)
    newest = sign(rosa, START + timedelta(hours=1), value=88)
    client.force_login(nurse)
    said = client.get(f"/observations/{newest.id}/sign/").content.decode()
    assert "88" in said
    assert "72" in said


def test_the_trend_of_a_pressure_has_two_lines(client, nurse, rosa):
    for hour in range(2):
        parts = [("8480-6", 120 + hour), ("8462-4", 80)]
        components = [
            {"code": {"coding": [{"code": code}]}, "valueQuantity": {"value": value}}
            for code, value in parts
        ]
        at = START + timedelta(hours=hour)
        last = sign(rosa, at, code_code="85354-9", value=0, components=components)
        last.value = None
        changes.update(last, by=SYSTEM)
    client.force_login(nurse)
    drawn = client.get(f"/observations/{last.id}/sign.json").json()["data"]
    assert [(line["name"], line["line"]["dash"]) for line in drawn] == [
        ("Systolic", "solid"),
        ("Diastolic", "dash"),
    ]


def test_what_nobody_accepted_is_a_line_of_its_own(client, nurse, rosa):
    for hour in range(2):
        sign(rosa, START + timedelta(hours=hour))
    waits = sign(rosa, START + timedelta(hours=3), status="preliminary", device="Device/x")
    client.force_login(nurse)
    drawn = client.get(f"/observations/{waits.id}/sign.json").json()["data"]
    assert [line["name"] for line in drawn] == ["Pulse", "Pulse, unconfirmed"]


def test_one_value_is_no_trend(client, nurse, rosa):
    only = sign(rosa, START)
    client.force_login(nurse)
    assert client.get(f"/observations/{only.id}/sign.json").status_code == 204


def test_a_laboratory_result_is_no_vital_sign(client, nurse, rosa):
    lab = sign(rosa, START, code_code="2823-3")
    client.force_login(nurse)
    assert client.get(f"/observations/{lab.id}/sign/").status_code == 404


def test_a_sign_of_somebody_elses_patient_is_not_there(client, dr_baum, rosa):
    row = sign(rosa, START)
    client.force_login(dr_baum)
    assert client.get(f"/observations/{row.id}/sign/").status_code == 404
    assert client.get(f"/observations/{row.id}/sign.json").status_code == 404
