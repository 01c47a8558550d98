"""Operations: what, when, where, by whom, and how it ended."""

import pytest

from fhir import changes
from fhir.errors import Invalid
from fhir.principal import SYSTEM
from fhir.times import moment_range
from fhir.together import load
from patients.acts import procedures
from patients.acts.procedures import Operation, ProcedureTakenBack
from patients.chart.history import problems
from patients.chart.procedures import major_operations
from patients.models import Procedure
from patients.terminology.coded import Coded


@pytest.fixture
def appendix(rosa, as_ames):
    said = Operation(code=Coded(text="Appendectomy"), performed=moment_range("1978"))
    return procedures.record_procedure(by=as_ames, patient=rosa, said=said)


def sent(rosa, text, **columns):
    return changes.create(
        Procedure(**{"patient": rosa, "status": "completed", "code_text": text} | columns),
        by=SYSTEM,
    )


def form(row=None, **said):
    usual = {"code": "Appendectomy", "status": "completed", "performed": "1978", "surgical": "on"}
    return usual | ({"version": str(row.version)} if row else {}) | said


def test_the_form_keeps_everything_that_was_typed(post, rosa):
    said = form(
        place="St Mary's",
        performer="Dr Gray",
        body_site="right lower abdomen",
        outcome="healed",
        complication="wound infection",
    )
    post(f"/patients/{rosa.id}/history/procedures/new/", **said)
    row = Procedure.objects.get()
    assert (row.location, row.performers, row.body_sites, row.outcome_text, row.complications) == (
        {"display": "St Mary's"},
        [{"actor": {"display": "Dr Gray"}}],
        [{"text": "right lower abdomen"}],
        "healed",
        [{"text": "wound infection"}],
    )


def test_surgery_has_its_category(appendix):
    assert (appendix.category_system, appendix.category_code) == (
        "http://snomed.info/sct",
        "387713003",
    )


def test_a_year_stays_a_year(chart, rosa, appendix):
    assert ">1978<" in chart.get(f"/patients/{rosa.id}/history/").content.decode()


def test_an_operation_to_come_is_refused(post, rosa):
    path = f"/patients/{rosa.id}/history/procedures/new/"
    assert post(path, **form(performed="2999")).status_code == 422


def test_not_done_needs_a_reason(rosa, as_ames):
    said = Operation(code=Coded(text="Appendectomy"), status="not-done")
    with pytest.raises(Invalid, match="say why it was not done"):
        procedures.record_procedure(by=as_ames, patient=rosa, said=said)


def test_the_missing_reason_stands_beside_its_field(post, rosa):
    answer = post(f"/patients/{rosa.id}/history/procedures/new/", **form(status="not-done"))
    assert (answer.status_code, b'href="#id_status_reason"' in answer.content) == (422, True)


def test_what_was_not_done_says_so(chart, rosa):
    sent(rosa, "Appendectomy", status="not-done", status_reason_text="patient declined")
    text = chart.get(f"/patients/{rosa.id}/history/").content.decode()
    assert "not done" in text
    assert "patient declined" in text


@pytest.mark.parametrize(
    "name",
    [
        "Appendectomy",
        "Coronary artery bypass grafting",
        "Laparoscopic removal of gall bladder",
        "Stent",
    ],
)
def test_surgery_without_category_is_known_by_its_name(rosa, name):
    sent(rosa, name)
    assert [each.text for each in load(major_operations(rosa))["operations"]] == [name]


@pytest.mark.parametrize("name", ["Documentation of current medications", "Persistent cough test"])
def test_what_is_no_surgery_stands_under_other_procedures(chart, rosa, name):
    sent(rosa, name)
    assert load(major_operations(rosa))["operations"] == []
    text = chart.get(f"/patients/{rosa.id}/history/?show=procedures").content.decode()
    assert name in text


def test_a_category_counts_more_than_a_name(rosa):
    sent(rosa, "Appendectomy counselling", category_code="409063005", category_text="Counselling")
    assert load(major_operations(rosa))["operations"] == []


def test_an_edit_keeps_who_did_it_by_reference(post, rosa, dr_ames):
    team = [{"actor": {"reference": "Practitioner/ames"}, "function": {"text": "surgeon"}}]
    row = sent(rosa, "Appendectomy", performers=team)
    post(f"/procedures/{row.id}/edit/", **form(row, performer="Dr Ada Ames", outcome="healed"))
    row.refresh_from_db()
    assert (row.performers, row.outcome_text) == (team, "healed")


def test_a_stale_edit_shows_both_versions(post, appendix):
    changes.update(appendix, by=SYSTEM)
    answer = post(f"/procedures/{appendix.id}/edit/", **form(version="1", place="St Mary's"))
    assert (answer.status_code, b"St Mary" in answer.content) == (409, True)


def test_what_was_entered_in_error_is_not_edited(rosa, as_ames):
    row = sent(rosa, "Appendectomy", status="entered-in-error")
    with pytest.raises(ProcedureTakenBack):
        procedures.edit(by=as_ames, procedure=row, said=Operation(code=Coded(text="x")), expected=1)


def test_an_operation_is_no_problem(rosa, appendix):
    assert load(problems(rosa))["problems"] == []


def test_markup_in_a_complication_stays_text(chart, rosa):
    sent(rosa, "Appendectomy", complications=[{"text": "<i>leak</i>"}])
    assert "&lt;i&gt;leak" in chart.get(f"/patients/{rosa.id}/history/").content.decode()


@pytest.mark.parametrize("page", ["", "edit/"])
def test_an_operation_of_somebody_elses_patient_is_not_there(client, dr_baum, appendix, page):
    client.force_login(dr_baum)
    assert client.get(f"/procedures/{appendix.id}/{page}").status_code == 404


def test_one_operation_shows_its_facts(chart, appendix):
    text = chart.get(f"/procedures/{appendix.id}/").content.decode()
    assert "Surgical procedure" in text
