"""Flags: what everybody must know, raised and ended with a reason, and the banner."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Location
from fhir import changes
from fhir.errors import Invalid
from fhir.principal import SYSTEM
from fhir.together import load
from patients.acts.flags import HasEnded, StandsAlready, end_flag, raise_flag
from patients.chart.flags import banner_flags
from patients.models import Encounter, Flag, Observation
from patients.models.flags import BY_ID
from patients.terminology.coded import Coded

NOT_FOR_CPR = BY_ID["resuscitation"].options[1]
FOR_CPR = BY_ID["resuscitation"].options[0]


@pytest.fixture
def lift(as_nurse, rosa):
    def up(kind="resuscitation", code=NOT_FOR_CPR, reason="Agreed with her"):
        return raise_flag(by=as_nurse, patient=rosa, kind=kind, code=code, reason=reason)

    return up


@pytest.fixture
def said(rosa):
    return lambda: {item["label"]: item["value"] for item in load(banner_flags(rosa))}


def flag(patient, text="Alert", **columns):
    return changes.create(
        Flag(**{"patient": patient, "status": "active", "code_text": text} | columns), by=SYSTEM
    )


def test_a_resuscitation_status_that_nobody_recorded_is_said_to_be_so(said):
    assert said()["Resuscitation"] == "Not recorded"


def test_a_resuscitation_status_stands_first(lift, rosa):
    lift()
    assert load(banner_flags(rosa))[0]["value"] == "Not for CPR"


def test_only_one_resuscitation_status_stands(lift, rosa):
    lift()
    lift(code=FOR_CPR)
    assert [str(each) for each in Flag.objects.of(rosa).standing()] == ["For attempted CPR"]


def test_the_status_before_says_what_replaced_it(lift):
    first = lift()
    lift(code=FOR_CPR)
    first.refresh_from_db()
    assert first.status == "inactive"
    assert first.notes[-1]["text"] == "Replaced by: For attempted CPR"


def test_two_statuses_from_elsewhere_are_called_contradictory(said, rosa):
    for code in ("450475007", "450476008"):
        flag(rosa, code_system="http://snomed.info/sct", code_code=code, text="")
    assert said()["Resuscitation"].startswith("Contradictory")


def test_the_same_flag_is_not_raised_twice(lift):
    lift()
    with pytest.raises(StandsAlready):
        lift()


def test_a_flag_needs_a_reason(lift):
    with pytest.raises(Invalid):
        lift(reason=" ")


def test_two_kinds_of_isolation_may_stand(lift, said):
    one, other = BY_ID["isolation"].options[:2]
    lift("isolation", one)
    lift("isolation", other)
    assert "Contact isolation" in said()["Isolation"]
    assert "Droplet isolation" in said()["Isolation"]


def test_what_was_never_recorded_is_named(said):
    assert said()["Not recorded"] == "pacemaker, isolation, weight"


def test_pregnancy_is_named_where_it_may_be(said, rosa):
    rosa.birth_date_low = rosa.birth_date_high = None
    changes.update(rosa, by=SYSTEM)
    assert said()["Not recorded"].startswith("pregnancy, ")


def test_a_pacemaker_stands_on_the_banner(lift, said):
    lift("pacemaker", BY_ID["pacemaker"].options[0])
    assert said()["Pacemaker"] == "Pacemaker"


def test_an_unknown_code_is_shown_in_full(said, rosa):
    flag(rosa, "", code_system="urn:elsewhere", code_code="X1", code_display="Keeps a large dog")
    assert said()["Alert"] == "Keeps a large dog"


def test_a_code_without_words_is_shown_as_the_code(said, rosa):
    flag(rosa, "", code_system="urn:elsewhere", code_code="X1")
    assert said()["Alert"] == "X1"


@pytest.mark.parametrize("status", ["inactive", "entered-in-error"])
def test_what_does_not_stand_leaves_the_banner(said, rosa, status):
    flag(rosa, "Keeps a large dog", status=status)
    assert "Alert" not in said()


def test_a_flag_without_a_status_stands_and_says_so(said, rosa):
    flag(rosa, "Keeps a large dog", status="")
    assert said()["Alert"] == "Keeps a large dog (status not recorded)"


def test_a_flag_whose_time_is_over_leaves_the_banner(said, rosa):
    now = timezone.now()
    flag(rosa, start=now - timedelta(days=2), end=now - timedelta(days=1))
    assert "Alert" not in said()


def test_an_unknown_modifier_is_loud(said, rosa):
    flag(rosa, extra={"modifierExtension": [{"url": "urn:not-really", "valueBoolean": True}]})
    assert "contains information not understood here" in said()["Alert"]


def test_a_pregnancy_is_also_observed(lift, rosa):
    lift("pregnancy", BY_ID["pregnancy"].options[0])
    assert Observation.objects.of(rosa).get(code_code="82810-3").value_concept_code == "LA15173-0"


def test_the_end_of_a_pregnancy_is_also_observed(lift, as_nurse, said):
    row = lift("pregnancy", BY_ID["pregnancy"].options[0])
    end_flag(by=as_nurse, flag=row, reason="Delivered", expected=1)
    assert said()["Pregnancy"].startswith("Not pregnant (")


def test_pregnancy_is_not_asked_of_a_man(said, rosa):
    rosa.gender = "male"
    rosa.birth_date_low = rosa.birth_date_high = None
    changes.update(rosa, by=SYSTEM)
    assert "pregnancy" not in said()["Not recorded"]


def test_a_flag_that_ended_does_not_end_again(lift, as_nurse):
    row = lift()
    end_flag(by=as_nurse, flag=row, reason="Revoked by her", expected=1)
    with pytest.raises(HasEnded):
        end_flag(by=as_nurse, flag=row, reason="again", expected=2)


def test_the_weight_stands_with_its_day(said, rosa):
    at = timezone.now()
    changes.create(
        Observation(
            patient=rosa,
            status="final",
            code_code="29463-7",
            effective_start=at,
            value=Decimal("68.20"),
            value_ucum="kg",
        ),
        by=SYSTEM,
    )
    assert said()["Weight"] == f"68.20 kg ({timezone.localtime(at):%d-%b-%Y})"


def test_a_weight_that_nobody_accepted_is_not_on_the_banner(said, rosa):
    changes.create(
        Observation(
            patient=rosa,
            status="preliminary",
            device="Device/x",
            code_code="29463-7",
            effective_start=timezone.now(),
            value=Decimal(7),
            value_ucum="kg",
        ),
        by=SYSTEM,
    )
    assert "Weight" not in said()


def test_the_bed_of_the_stay_stands_on_the_banner(said, rosa, harbour):
    bed = changes.create(Location(name="Ward 3, bed 2", organization=harbour), by=SYSTEM)
    stay = Encounter.objects.of(rosa).get()
    stay.locations = [{"location": {"reference": bed.reference}, "status": "active"}]
    changes.update(stay, by=SYSTEM)
    assert said()["Bed"] == "Ward 3, bed 2"


def test_an_inpatient_without_a_bed_is_said_to_have_none_recorded(said, rosa):
    stay = Encounter.objects.of(rosa).get()
    stay.class_code = "IMP"
    changes.update(stay, by=SYSTEM)
    assert said()["Bed"] == "Not recorded"


def test_the_banner_asks_the_database_once(lift, rosa, django_assert_num_queries):
    lift()
    lift("isolation", BY_ID["isolation"].options[0])
    with django_assert_num_queries(1):
        load(banner_flags(rosa))


@pytest.fixture
def page(client, nurse, rosa):
    client.force_login(nurse)
    return lambda: client.get(f"/patients/{rosa.id}/flags/").content.decode()


def test_the_form_raises_a_flag(client, page, rosa):
    body = {"patient": str(rosa.id), "what": "resuscitation 450476008", "reason": "Her wish"}
    assert client.post(f"/patients/{rosa.id}/flags/", body).status_code == 302
    assert "Not for CPR" in page()


def test_a_flag_in_free_words_is_marked_as_such(client, page, rosa):
    body = {"patient": str(rosa.id), "what": "other ", "words": "<b>Dog</b>", "reason": "x"}
    client.post(f"/patients/{rosa.id}/flags/", body)
    said = page()
    assert "&lt;b&gt;Dog&lt;/b&gt;" in said
    assert "free text" in said


def test_something_else_needs_words(client, page, rosa):
    body = {"patient": str(rosa.id), "what": "other ", "reason": "x"}
    assert client.post(f"/patients/{rosa.id}/flags/", body).status_code == 422


def test_a_kind_that_is_not_offered_is_refused(client, page, rosa):
    body = {"patient": str(rosa.id), "what": "made-up 1", "reason": "x"}
    assert client.post(f"/patients/{rosa.id}/flags/", body).status_code == 422


def test_a_flag_ends_with_a_reason(client, page, lift, rosa):
    row = lift()
    body = {"patient": str(rosa.id), "reason": "She changed her mind", "version": "1"}
    assert client.post(f"/flags/{row.id}/end/", body).status_code == 302
    assert "She changed her mind" in page()


def test_a_flag_that_changed_meanwhile_keeps_the_reason_typed(client, page, lift, rosa):
    row = lift()
    row.code_text = "Not for CPR, for ventilation"
    changes.update(row, by=SYSTEM)
    body = {"patient": str(rosa.id), "reason": "She changed her mind", "version": "1"}
    answer = client.post(f"/flags/{row.id}/end/", body)
    assert answer.status_code == 409
    assert "She changed her mind" in answer.content.decode()


def test_a_flag_entered_in_error_stands_struck_through_with_why(client, page, lift, rosa):
    row = lift()
    body = {"patient": str(rosa.id), "reason": "other patient", "version": "1"}
    assert client.post(f"/records/Flag/{row.id}/in-error/", body).status_code == 302
    said = page()
    assert "<s>Not for CPR</s>" in said
    assert "Entered in error: other patient" in said


@pytest.fixture
def taken_back(client, page, lift, rosa):
    row = lift("pregnancy", BY_ID["pregnancy"].options[0], "Test positive")
    body = {"patient": str(rosa.id), "reason": "other patient", "version": "1"}
    client.post(f"/records/Flag/{row.id}/in-error/", body)
    return Observation.objects.of(rosa).get(code_code="82810-3")


def test_a_pregnancy_in_error_takes_its_observation_back(taken_back):
    assert taken_back.status == "entered-in-error"
    assert taken_back.notes[-1]["text"] == "Entered in error: other patient"


def test_an_observation_of_another_day_stays_when_the_flag_is_in_error(client, page, lift, rosa):
    row = lift("pregnancy", BY_ID["pregnancy"].options[0], "Test positive")
    other = Observation.objects.of(rosa).get(code_code="82810-3")
    Observation.objects.filter(pk=other.pk).update(
        effective_start=row.start - timedelta(days=1), version=2
    )
    body = {"patient": str(rosa.id), "reason": "other patient", "version": "1"}
    client.post(f"/records/Flag/{row.id}/in-error/", body)
    other.refresh_from_db()
    assert other.status == "final"


def test_a_registrar_raises_nothing(client, registrar, rosa):
    client.force_login(registrar)
    assert client.post(f"/patients/{rosa.id}/flags/", {}).status_code == 403


def test_a_doctor_of_another_facility_finds_no_flags(client, dr_baum, rosa, lift):
    row = lift()
    client.force_login(dr_baum)
    assert client.get(f"/patients/{rosa.id}/flags/").status_code == 404
    assert client.get(f"/flags/{row.id}/end/").status_code == 404


def test_free_words_have_no_code(rosa, as_nurse):
    row = raise_flag(by=as_nurse, patient=rosa, kind="other", code=Coded(text="Dog"), reason="seen")
    assert row.code_code == ""
