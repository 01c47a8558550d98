"""The page of one observation says the same as the lists do, and leads on from there."""

import pytest

from fhir import changes
from fhir.principal import SYSTEM
from patients.models import Observation


@pytest.fixture
def page(client, dr_ames):
    client.force_login(dr_ames)
    return lambda row: client.get(f"/observations/{row.pk}/")


@pytest.fixture
def high(lab, rosa):
    return lab(rosa, "6.9")


def test_a_critical_value_is_critical_there_too(page, high):
    assert "critically high" in page(high).content.decode()


def test_the_range_of_this_house_is_labelled(page, high):
    answer = page(high)
    assert answer.context["reading"].range_source == "local"
    assert "no reference range" not in answer.content.decode()


@pytest.mark.parametrize(
    ("categories", "tab"),
    [
        (["vital-signs"], "vitals"),
        (["laboratory"], "results"),
        (["social-history"], "history"),
        ([], "results"),
    ],
)
def test_it_stands_under_the_tab_that_lists_it(page, lab, rosa, categories, tab):
    assert page(lab(rosa, categories=categories)).context["tab"] == tab


def test_it_can_be_moved_to_the_correct_patient(page, high):
    assert f"/move/Observation/{high.pk}/" in page(high).content.decode()


def test_what_is_in_error_cannot_be_moved(page, lab, rosa):
    wrong = lab(rosa, status="entered-in-error")
    assert "/move/" not in page(wrong).content.decode()


def test_an_order_can_be_moved_to_the_correct_patient(client, dr_ames, ordered):
    client.force_login(dr_ames)
    answer = client.get(f"/orders/{ordered.pk}/").content.decode()
    assert f"/move/ServiceRequest/{ordered.pk}/" in answer


def test_striking_a_result_leads_back_to_the_results(client, dr_ames, rosa, high):
    client.force_login(dr_ames)
    said = {"patient": str(rosa.id), "reason": "another patient's blood", "version": "1"}
    answer = client.post(f"/records/Observation/{high.pk}/in-error/", said)
    assert answer["Location"] == f"/patients/{rosa.id}/results/"


def test_striking_a_vital_sign_leads_back_to_the_vital_signs(client, dr_ames, rosa, lab):
    client.force_login(dr_ames)
    row = lab(rosa, categories=["vital-signs"])
    said = {"patient": str(rosa.id), "reason": "measured on another", "version": "1"}
    answer = client.post(f"/records/Observation/{row.pk}/in-error/", said)
    assert answer["Location"] == f"/patients/{rosa.id}/vitals/"


def test_a_value_without_a_range_is_never_normal(page, lab, rosa):
    row = lab(rosa, code_code="own-1", code_system="", code_text="Own", code_display="")
    assert "no reference range" in page(row).content.decode()


def test_a_changed_status_leaves_the_page_readable(page, high):
    high.status = "entered-in-error"
    changes.update(high, by=SYSTEM)
    assert Observation.objects.get(pk=high.pk).status in page(high).context["reading"].status
