"""What runs in the family."""

from decimal import Decimal

import pytest

from fhir import changes
from fhir.errors import Invalid
from fhir.principal import SYSTEM
from fhir.registry import mapping
from patients.acts import family
from patients.acts.family import Illness, Relative
from patients.models import FamilyMemberHistory
from patients.terminology.coded import Coded

MOTHER = Coded("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "MTH", "mother", "Mother")
STROKE = Illness(Coded(text="Stroke"), Decimal(61))


@pytest.fixture
def mother(rosa, as_ames):
    said = Relative(relationship=MOTHER, illnesses=(STROKE,), deceased_age=Decimal(70))
    return family.record_relative(by=as_ames, patient=rosa, said=said)


def form(row=None, **said):
    usual = {"relationship": "Mother", "illness_1": "Stroke", "age_1": "61"}
    return usual | ({"version": str(row.version)} if row else {}) | said


def new(rosa):
    return f"/patients/{rosa.id}/history/family/new/"


def page(chart, rosa):
    return chart.get(f"/patients/{rosa.id}/history/").content.decode()


def test_the_age_at_onset_is_in_years(mother):
    assert mother.conditions[0]["onsetAge"] == {
        "value": 61,
        "unit": "a",
        "system": "http://unitsofmeasure.org",
        "code": "a",
    }


def test_an_age_at_death_means_death(mother):
    assert mapping("FamilyMemberHistory").render(mother)["deceasedAge"]["value"] == 70
    assert mother.deceased is True


def test_the_page_says_illness_age_and_death(chart, rosa, mother):
    text = page(chart, rosa)
    assert "Stroke at 61 years" in text
    assert "died at 70 years" in text


def test_the_form_records_several_illnesses(post, rosa):
    post(new(rosa), **form(illness_2="Gout"))
    assert len(FamilyMemberHistory.objects.get().conditions) == 2


def test_an_age_without_illness_is_refused(post, rosa):
    answer = post(new(rosa), **form(age_2="40"))
    assert (answer.status_code, b"Say which illness began" in answer.content) == (422, True)


@pytest.mark.parametrize("age", ["-1", "200", "old"])
def test_an_impossible_age_is_refused(post, rosa, age):
    assert post(new(rosa), **form(age_1=age)).status_code == 422


def test_an_illness_after_death_is_refused(rosa, as_ames):
    said = Relative(relationship=MOTHER, illnesses=(STROKE,), deceased_age=Decimal(50))
    with pytest.raises(Invalid, match="before an illness began"):
        family.record_relative(by=as_ames, patient=rosa, said=said)


def test_nobody_is_alive_with_an_age_at_death(rosa, as_ames):
    said = Relative(relationship=MOTHER, deceased=False, deceased_age=Decimal(50))
    with pytest.raises(Invalid, match="said to be alive"):
        family.record_relative(by=as_ames, patient=rosa, said=said)


def test_life_that_nobody_spoke_of_is_not_claimed(post, chart, rosa):
    post(new(rosa), **form())
    assert FamilyMemberHistory.objects.get().deceased is None


def test_an_edit_keeps_what_the_form_does_not_show(post, rosa):
    illness = {"code": {"text": "Stroke"}, "contributedToDeath": True}
    row = changes.create(
        FamilyMemberHistory(
            patient=rosa, status="completed", relationship_text="Mother", conditions=[illness]
        ),
        by=SYSTEM,
    )
    post(f"/relatives/{row.id}/edit/", **form(row))
    row.refresh_from_db()
    assert (row.conditions[0]["contributedToDeath"], row.conditions[0]["onsetAge"]["value"]) == (
        True,
        61,
    )


def test_an_edit_of_death_drops_the_date_that_was_sent(rosa, as_ames):
    row = FamilyMemberHistory(patient=rosa, status="completed", deceased=True)
    row.extra = {"deceasedDate": "2001", "deceasedBoolean": None}
    changes.create(row, by=SYSTEM)
    said = Relative(relationship=MOTHER, deceased=False)
    family.edit(by=as_ames, relative=row, said=said, expected=1)
    shown = mapping("FamilyMemberHistory").render(row)
    assert (shown.get("deceasedDate"), shown["deceasedBoolean"]) == (None, False)


def test_unknown_health_is_not_health(chart, rosa):
    changes.create(
        FamilyMemberHistory(
            patient=rosa,
            status="health-unknown",
            relationship_text="Father",
            absent_reason_text="adopted",
        ),
        by=SYSTEM,
    )
    text = page(chart, rosa)
    assert "health unknown" in text
    assert "adopted" in text


def test_a_stale_edit_shows_both_versions(post, mother):
    changes.update(mother, by=SYSTEM)
    answer = post(f"/relatives/{mother.id}/edit/", **form(version="1", name="Ingrid"))
    assert (answer.status_code, b"Ingrid" in answer.content) == (409, True)


def test_markup_in_a_name_stays_text(post, chart, rosa):
    post(new(rosa), **form(name="<b>Ingrid"))
    assert "&lt;b&gt;Ingrid" in page(chart, rosa)


@pytest.mark.parametrize("where", ["", "edit/"])
def test_a_relative_of_somebody_elses_patient_is_not_there(client, dr_baum, mother, where):
    client.force_login(dr_baum)
    assert client.get(f"/relatives/{mother.id}/{where}").status_code == 404
