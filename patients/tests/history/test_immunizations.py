"""Vaccines given and not given."""

import pytest

from fhir import changes
from fhir.errors import Invalid
from fhir.principal import SYSTEM
from fhir.times import moment_range
from patients.acts import immunizations
from patients.acts.immunizations import Vaccination, VaccineTakenBack
from patients.models import Immunization
from patients.terminology.coded import Coded

FLU = Coded("http://hl7.org/fhir/sid/cvx", "140", "Influenza", "Influenza")


@pytest.fixture
def flu(rosa, as_ames):
    said = Vaccination(vaccine=FLU, given=moment_range("2025-10-01"), dose_number=2)
    return immunizations.record_vaccine(by=as_ames, patient=rosa, said=said)


def form(row=None, **said):
    usual = {
        "vaccine": "Influenza",
        "status": "completed",
        "given": "01-Oct-2025",
        "seen": "here",
    }
    return usual | ({"version": str(row.version)} if row else {}) | said


def new(rosa):
    return f"/patients/{rosa.id}/immunizations/new/"


def page(chart, rosa, show=""):
    return chart.get(f"/patients/{rosa.id}/immunizations/{show}").content.decode()


def test_a_vaccine_given_here_names_its_giver(flu):
    assert flu.performers == [
        {"actor": {"reference": "Practitioner/ames", "display": "Dr Ada Ames"}}
    ]


def test_a_reported_vaccine_names_nobody(rosa, as_ames):
    said = Vaccination(vaccine=FLU, given=moment_range("1999"), seen_here=False)
    row = immunizations.record_vaccine(by=as_ames, patient=rosa, said=said)
    assert (row.performers, row.primary_source) == ([], False)


def test_the_dose_number_is_kept(flu):
    assert flu.protocols == [{"doseNumberPositiveInt": 2}]


def test_the_form_keeps_lot_site_and_maker(post, rosa):
    post(new(rosa), **form(lot_number="AB12", site="left arm", manufacturer="Acme"))
    row = Immunization.objects.get()
    assert (row.lot_number, row.site_text, row.manufacturer) == (
        "AB12",
        "left arm",
        {"display": "Acme"},
    )


def test_a_date_is_needed(post, rosa):
    answer = post(new(rosa), **form(given=""))
    assert (answer.status_code, b"a year is enough" in answer.content) == (422, True)


def test_a_date_to_come_is_refused(post, rosa):
    assert post(new(rosa), **form(given="2999")).status_code == 422


def test_a_vaccine_before_birth_is_refused(post, rosa):
    assert b"before the patient was born" in post(new(rosa), **form(given="1950")).content


def test_not_given_needs_a_reason(rosa, as_ames):
    said = Vaccination(vaccine=FLU, given=moment_range("2025"), status="not-done")
    with pytest.raises(Invalid, match="say why it was not given"):
        immunizations.record_vaccine(by=as_ames, patient=rosa, said=said)


def test_not_given_stands_on_the_page_with_its_reason(post, chart, rosa):
    post(new(rosa), **form(status="not-done", status_reason="refused"))
    text = page(chart, rosa)
    assert "not given" in text
    assert "refused" in text


def test_nobody_gave_what_was_not_given(post, rosa):
    post(new(rosa), **form(status="not-done", status_reason="refused"))
    assert Immunization.objects.get().performers == []


def test_a_subpotent_dose_is_said(post, chart, rosa):
    post(new(rosa), **form(subpotent="on", subpotent_reason="half of it spilt"))
    text = page(chart, rosa)
    assert "subpotent: not a full dose" in text
    assert "half of it spilt" in text


def test_not_subpotent_is_not_claimed_where_nobody_said_so(flu):
    assert flu.is_subpotent is None


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "first"])
def test_a_dose_number_counts_from_one(post, rosa, number):
    assert post(new(rosa), **form(dose_number=number)).status_code == 422


def test_a_vaccine_from_an_expired_vial_is_marked(chart, rosa):
    low, high = moment_range("2025-10-01")
    changes.create(
        Immunization(
            patient=rosa,
            status="completed",
            vaccine_text="Influenza",
            occurrence_start=low,
            occurrence_end=high,
            expiry_low=moment_range("2024-01-31")[0].date(),
            expiry_high=moment_range("2024-01-31")[0].date(),
        ),
        by=SYSTEM,
    )
    assert "expired 31-Jan-2024" in page(chart, rosa)


def test_an_edit_keeps_the_series_that_another_system_sent(post, rosa):
    low, high = moment_range("2025-10-01")
    protocol = {"series": "Primary", "doseNumberPositiveInt": 1, "seriesDosesPositiveInt": 3}
    row = changes.create(
        Immunization(
            patient=rosa,
            status="completed",
            vaccine_text="Influenza",
            occurrence_start=low,
            occurrence_end=high,
            protocols=[protocol],
        ),
        by=SYSTEM,
    )
    post(f"/immunizations/{row.id}/edit/", **form(row, dose_number="2"))
    row.refresh_from_db()
    assert row.protocols == [protocol | {"doseNumberPositiveInt": 2}]


def test_a_stale_edit_shows_both_versions(post, flu):
    changes.update(flu, by=SYSTEM)
    answer = post(f"/immunizations/{flu.id}/edit/", **form(version="1", lot_number="ZZ9"))
    assert (answer.status_code, b"ZZ9" in answer.content) == (409, True)


def test_what_was_entered_in_error_is_not_edited(rosa, as_ames, flu):
    flu.status = "entered-in-error"
    changes.update(flu, by=SYSTEM)
    with pytest.raises(VaccineTakenBack):
        immunizations.edit(by=as_ames, vaccine=flu, said=Vaccination(vaccine=FLU), expected=2)


def test_what_was_entered_in_error_stands_under_its_filter_only(chart, rosa, flu):
    flu.status = "entered-in-error"
    changes.update(flu, by=SYSTEM)
    assert "Influenza" not in page(chart, rosa)
    assert "<s>Influenza</s>" in page(chart, rosa, "?show=in-error")


def test_markup_in_a_lot_number_stays_text(post, chart, rosa):
    post(new(rosa), **form(lot_number="<b>1</b>"))
    assert "&lt;b&gt;1" in page(chart, rosa)


@pytest.mark.parametrize("where", ["", "edit/"])
def test_a_vaccine_of_somebody_elses_patient_is_not_there(client, dr_baum, flu, where):
    client.force_login(dr_baum)
    assert client.get(f"/immunizations/{flu.id}/{where}").status_code == 404


def test_one_vaccine_shows_its_facts(chart, flu):
    text = chart.get(f"/immunizations/{flu.id}/").content.decode()
    assert "CVX 140" in text
