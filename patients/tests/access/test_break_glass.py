"""Breaking the glass: at once, with a reason, until the shift ends, reviewed afterwards."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from accounts.principals import principal_of
from accounts.roles import Role
from fhir.errors import Invalid, NotAllowed, NotFound
from patients.acts.break_glass import (
    GlassIsWhole,
    ReviewIsClosed,
    break_glass,
    end_glass,
    review_glass,
)
from patients.models import BreakGlass, Condition, Patient
from patients.tests.access.labelled import EMPLOYEE, label, refuses, secret
from tests.cast import person, staff

WHY = {"reason": "emergency", "words": "Collapsed in the corridor"}


def sees(user, patient):
    return Patient.objects.visible_to(principal_of(user)).filter(pk=patient.pk).exists()


def broken(user, patient, **why):
    return break_glass(by=principal_of(user), patient=patient, **(WHY | why))


@pytest.fixture
def officer(harbour):
    return staff("pia", Role.PRIVACY_OFFICER, harbour, full_name="Pia Privacy")


def test_the_chart_opens_at_once(dr_ames, otto):
    broken(dr_ames, otto)
    assert sees(dr_ames, otto)


def test_it_opens_to_nobody_else(dr_ames, nurse, otto):
    broken(dr_ames, otto)
    assert not sees(nurse, otto)


def test_it_closes_when_the_shift_ends(dr_ames, otto):
    broken(dr_ames, otto)
    with time_machine.travel(timezone.now() + timedelta(hours=12, seconds=1)):
        assert not sees(dr_ames, otto)


def test_the_house_says_how_long_a_shift_is(dr_ames, otto, settings):
    settings.BREAK_GLASS_HOURS = 2
    glass = broken(dr_ames, otto)
    assert glass.until - glass.began == timedelta(hours=2)


def test_it_closes_with_the_membership(dr_ames, otto):
    broken(dr_ames, otto)
    Membership.objects.filter(user=dr_ames).update(end=timezone.now())
    assert not sees(dr_ames, otto)


def test_it_goes_before_what_the_patient_restricted_and_says_so(dr_ames, rosa):
    refuses(rosa, "Practitioner/ames")
    assert broken(dr_ames, rosa).overrode == ["restriction"]
    assert sees(dr_ames, rosa)


def test_it_goes_before_the_label_of_a_person(nurse, rosa):
    label(rosa, EMPLOYEE)
    assert broken(nurse, rosa).overrode == ["label"]
    assert sees(nurse, rosa)


def test_it_says_that_the_patient_is_not_under_care(dr_ames, otto):
    assert broken(dr_ames, otto).overrode == ["elsewhere"]


def test_labelled_records_show_behind_the_glass(nurse, rosa):
    row = secret(rosa)
    seen = Condition.objects.filter(pk=row.pk)
    assert not seen.visible_to(principal_of(nurse)).exists()
    broken(nurse, rosa)
    assert seen.visible_to(principal_of(nurse)).exists()


def test_pressing_twice_breaks_one_glass(dr_ames, otto):
    assert broken(dr_ames, otto) == broken(dr_ames, otto)


def test_it_is_on_record_with_its_purpose(dr_ames, otto):
    broken(dr_ames, otto)
    event = AuditEvent.objects.get(action="break-glass")
    assert event.patient_id == otto.pk
    assert event.detail["purpose"] == "BTG"
    assert "Collapsed" not in str(event.detail)


@pytest.mark.parametrize("why", [{"reason": "curious"}, {"words": " "}, {"words": "abc"}])
def test_without_a_reason_nothing_opens(dr_ames, otto, why):
    with pytest.raises(Invalid):
        broken(dr_ames, otto, **why)
    assert not sees(dr_ames, otto)


@pytest.mark.parametrize("who", ["registrar", "administrator", "officer"])
def test_who_reads_no_charts_breaks_no_glass(request, otto, who):
    with pytest.raises(NotAllowed):
        broken(request.getfixturevalue(who), otto)


def test_nobody_breaks_the_glass_of_somebody_whom_their_facility_does_not_know(dr_ames, hill):
    hanne = person("Hanne", "Hiddensen", "200-1", hill)
    with pytest.raises(NotFound):
        broken(dr_ames, hanne)


def test_the_person_closes_it_early(dr_ames, otto):
    glass = broken(dr_ames, otto)
    end_glass(by=principal_of(dr_ames), glass=glass)
    assert not sees(dr_ames, otto)
    with pytest.raises(GlassIsWhole):
        end_glass(by=principal_of(dr_ames), glass=glass)


def test_the_privacy_officer_closes_it(dr_ames, officer, otto):
    end_glass(by=principal_of(officer), glass=broken(dr_ames, otto))
    assert not sees(dr_ames, otto)


def test_a_colleague_does_not(dr_ames, nurse, otto):
    glass = broken(dr_ames, otto)
    with pytest.raises(NotFound):
        end_glass(by=principal_of(nurse), glass=glass)


def test_why_it_was_broken_cannot_be_written_anew(dr_ames, otto):
    glass = broken(dr_ames, otto)
    with pytest.raises(DatabaseError), transaction.atomic():
        BreakGlass.objects.filter(pk=glass.pk).update(words="Something better")


def judged(officer, glass, outcome, remark=""):
    return review_glass(by=principal_of(officer), glass=glass, outcome=outcome, remark=remark)


@pytest.mark.parametrize(
    ("outcome", "waits"), [("justified", False), ("not-justified", False), ("follow-up", True)]
)
def test_a_review_closes_the_case_or_keeps_it_in_the_queue(dr_ames, officer, otto, outcome, waits):
    judged(officer, broken(dr_ames, otto), outcome, "Asked the head of the ward")
    assert BreakGlass.objects.reviewed_by(principal_of(officer)).waiting().exists() is waits


def test_a_closed_case_is_not_judged_again(dr_ames, officer, otto):
    glass = broken(dr_ames, otto)
    judged(officer, glass, "justified")
    with pytest.raises(ReviewIsClosed):
        judged(officer, glass, "not-justified", "Second thoughts")


@pytest.mark.parametrize("outcome", ["not-justified", "follow-up", "whatever"])
def test_an_outcome_needs_words(dr_ames, officer, otto, outcome):
    with pytest.raises(Invalid):
        judged(officer, broken(dr_ames, otto), outcome)


def test_nobody_judges_themselves(dr_ames, harbour, otto):
    glass = broken(dr_ames, otto)
    Membership.objects.create(user=dr_ames, facility=harbour, role=Role.PRIVACY_OFFICER)
    with pytest.raises(NotAllowed, match="themselves"):
        judged(dr_ames, glass, "justified")


def test_an_officer_of_another_facility_does_not_judge_it(dr_ames, hill, otto):
    with pytest.raises(NotAllowed):
        judged(staff("paul", Role.PRIVACY_OFFICER, hill), broken(dr_ames, otto), "justified")


def test_what_a_review_found_is_written_once(dr_ames, officer, otto):
    found = judged(officer, broken(dr_ames, otto), "justified")
    found.outcome = "not-justified"
    with pytest.raises(DatabaseError), transaction.atomic():
        found.save()


def url(name, row):
    return reverse(name, args=[row.pk])


def test_a_closed_chart_offers_the_glass(client, dr_ames, otto):
    client.force_login(dr_ames)
    answer = client.get(url("patient-chart", otto))
    assert answer.status_code == 404
    assert url("break-glass", otto) in answer.text


def test_a_stranger_cannot_tell_a_closed_chart_from_none(client, dr_baum, otto):
    client.force_login(dr_baum)
    answer = client.get(url("patient-chart", otto))
    assert url("break-glass", otto) not in answer.text


def test_the_identity_row_offers_the_glass(client, dr_ames, otto):
    client.force_login(dr_ames)
    answer = client.post(reverse("patient-search"), {"query": "Lindq"})
    assert url("break-glass", otto) in answer.text


def test_the_form_opens_the_chart(client, dr_ames, otto):
    client.force_login(dr_ames)
    answer = client.post(url("break-glass", otto), WHY | {"patient": otto.pk}, follow=True)
    assert answer.redirect_chain == [(url("patient-chart", otto), 302)]
    assert "GLASS BROKEN" in answer.text


def test_a_form_without_words_opens_nothing(client, dr_ames, otto):
    client.force_login(dr_ames)
    sent = {"reason": "emergency", "words": "", "patient": otto.pk}
    assert client.post(url("break-glass", otto), sent).status_code == 422
    assert not sees(dr_ames, otto)


@pytest.mark.parametrize(
    "page",
    ["patient-chart", "timeline", "problems", "medications", "allergies", "results", "vitals",
     "notes", "orders", "imaging", "plans", "history", "immunizations", "documents", "visits",
     "details", "flags"],
)  # fmt: skip
def test_the_red_banner_stands_on_every_page_of_the_chart(client, dr_ames, otto, page):
    broken(dr_ames, otto)
    client.force_login(dr_ames)
    assert "GLASS BROKEN" in client.get(url(page, otto)).text


def test_the_button_of_the_banner_closes_the_chart(client, dr_ames, otto):
    glass = broken(dr_ames, otto)
    client.force_login(dr_ames)
    client.post(url("break-glass-end", glass))
    assert client.get(url("patient-chart", otto)).status_code == 404


def test_the_treating_team_reads_who_opened_it_and_why(client, nurse, dr_ames, rosa):
    refuses(rosa, "Practitioner/ames")
    broken(dr_ames, rosa)
    client.force_login(nurse)
    assert "Dr Ada Ames broke the glass" in client.get(url("patient-chart", rosa)).text


def test_the_officer_sees_the_looks_and_not_the_chart(client, officer, dr_ames, otto):
    secret(otto)
    glass = broken(dr_ames, otto)
    client.force_login(dr_ames)
    client.get(url("problems", otto))
    client.force_login(officer)
    page = client.get(url("access-review", glass)).text
    assert "Collapsed in the corridor" in page
    assert "<td" in page
    assert "Sentinel-secret" not in page
    assert client.get(url("patient-chart", otto)).status_code == 403


def test_the_officer_is_told_that_a_glass_waits(client, officer, dr_ames, otto):
    broken(dr_ames, otto)
    client.force_login(officer)
    assert "1 to review" in client.get(reverse("home")).text


def test_the_officer_records_the_outcome(client, officer, dr_ames, otto):
    glass = broken(dr_ames, otto)
    client.force_login(officer)
    assert "Lindqvist-Berg".upper() in client.get(reverse("access-reviews")).text.upper()
    client.post(url("access-review", glass), {"outcome": "justified", "remark": ""})
    assert glass.reviews.get().outcome == "justified"


@pytest.mark.parametrize("who", ["dr_ames", "nurse", "registrar", "administrator"])
def test_only_the_officer_opens_the_queue(client, request, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("access-reviews")).status_code == 403
