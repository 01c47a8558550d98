"""Ordering, revoking, taking the specimen, entering and correcting what came of it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.principals import principal_of
from fhir import changes
from fhir.errors import Invalid, NotAllowed, NotFound, VersionConflict
from fhir.models import Change, StoredResource
from fhir.principal import SYSTEM
from fhir.registry import render
from patients.acts import orders, results
from patients.acts.orders import Wanted
from patients.acts.results import Found, Value, Written
from patients.models import DiagnosticReport, Observation, ServiceRequest
from patients.terminology.coded import Coded
from patients.tests.results.conftest import POTASSIUM, item_of

XRAY = Coded(text="Chest X-ray, two views")


def now_typed():
    return f"{timezone.localtime():%Y-%m-%dT%H:%M}"


def found(value="4.2", unit="mmol/L", **more):
    return Found(Value.typed(value, unit), timezone.now(), **more)


def test_an_order_says_who_wants_what_and_why(ordered):
    sent = render(ordered)
    assert sent["requester"] == {"reference": "Practitioner/ames"}
    assert sent["reasonCode"] == [{"text": "On an ACE inhibitor"}]
    assert (sent["status"], sent["intent"], sent["code"]["text"]) == (
        "active",
        "order",
        "Potassium",
    )


def test_an_order_belongs_to_the_open_visit(ordered):
    assert ordered.encounter.status == "in-progress"


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(Coded(), "laboratory", "why"),
        Wanted(POTASSIUM, "laboratory", "  "),
        Wanted(POTASSIUM, "magic", "why"),
        Wanted(POTASSIUM, "laboratory", "why", priority="now!"),
    ],
)
def test_half_an_order_is_refused(as_ames, rosa, wanted):
    with pytest.raises(Invalid):
        orders.order(by=as_ames, patient=rosa, wanted=wanted)


def test_a_nurse_does_not_order(as_nurse, rosa):
    with pytest.raises(NotAllowed):
        orders.order(by=as_nurse, patient=rosa, wanted=Wanted(POTASSIUM, "laboratory", "why"))


def test_nobody_orders_for_strangers(dr_baum, rosa):
    with pytest.raises(NotFound):
        orders.order(by=principal_of(dr_baum), patient=rosa, wanted=Wanted(XRAY, "imaging", "why"))


def test_a_revoked_order_keeps_its_reason(as_ames, ordered):
    row = orders.revoke(by=as_ames, row=ordered, reason="Done at home", expected=1)
    assert (row.status, row.notes[0]["text"]) == ("revoked", "Revoked: Done at home")


def test_an_order_is_revoked_once(as_ames, ordered):
    orders.revoke(by=as_ames, row=ordered, reason="Done at home", expected=1)
    with pytest.raises(orders.NotOpen):
        orders.revoke(by=as_ames, row=ordered, reason="Again", expected=2)


def test_a_stale_revocation_is_refused(as_ames, as_nurse, ordered):
    orders.collect(by=as_nurse, row=ordered, kind="Blood", at=timezone.now(), expected=1)
    stale = ServiceRequest.objects.get(pk=ordered.pk)
    with pytest.raises(VersionConflict):
        orders.revoke(by=as_ames, row=stale, reason="Late", expected=1)


def test_a_nurse_says_that_the_specimen_was_taken(as_nurse, ordered):
    row = orders.collect(by=as_nurse, row=ordered, kind="Blood", at=timezone.now(), expected=1)
    kept = StoredResource.objects.get(type="Specimen")
    assert row.specimens[0]["reference"] == kept.reference
    assert kept.extra["collection"]["collector"]["display"] == "Nora Nurse"


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("4.2", "mmol/L", Value(Decimal("4.2"), "", "mmol/L")),
        ("4.20", "mmol/L", Value(Decimal("4.20"), "", "mmol/L")),
        ("< 3", "ng/mL", Value(Decimal(3), "<", "ng/mL")),
        (">=200", "mg/dL", Value(Decimal(200), ">=", "mg/dL")),
        ("positive", "", Value(words="positive")),
        ("-2.5", "mmol/L", Value(Decimal("-2.5"), "", "mmol/L")),
    ],
)
def test_what_somebody_types_is_read(text, unit, value):
    assert Value.typed(text, unit) == value


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("4.2", ""),  # no unit
        ("4,2", "mmol/L"),  # a comma can be thousands or decimals
        (".5", "mmol/L"),
        ("5.", "mmol/L"),
        ("4.2", "blorp"),
        ("", "mmol/L"),
        ("positive", "mmol/L"),
        ("~4", "mmol/L"),
    ],
)
def test_what_can_be_misread_is_refused(text, unit):
    with pytest.raises(Invalid):
        Value.typed(text, unit)


def test_a_result_answers_its_order(as_nurse, ordered):
    row = results.enter(by=as_nurse, order=ordered, found=found(), expected=1)
    sent = render(row)
    assert sent["basedOn"] == [{"reference": ordered.reference}]
    assert sent["valueQuantity"]["code"] == "mmol/L"


def test_the_last_result_completes_the_order(as_nurse, ordered):
    results.enter(by=as_nurse, order=ordered, found=found(), expected=1)
    ordered.refresh_from_db()
    assert ordered.status == "completed"


def test_an_order_with_more_to_come_stays_open(as_nurse, ordered):
    results.enter(by=as_nurse, order=ordered, found=found(), expected=1, complete=False)
    ordered.refresh_from_db()
    assert ordered.status == "active"


def test_a_result_waits_for_who_ordered_it(as_nurse, ordered, dr_ames):
    row = results.enter(by=as_nurse, order=ordered, found=found("6.9"), expected=1)
    item = item_of(row)
    assert (item.owner, item.critical) == (dr_ames, True)


def test_a_result_for_what_must_not_be_done_is_refused(as_nurse, ordered):
    ordered.do_not_perform = True
    changes.update(ordered, by=SYSTEM)
    with pytest.raises(orders.NotOpen):
        results.enter(by=as_nurse, order=ordered, found=found(), expected=2)


def test_a_range_that_ends_before_it_starts_is_refused(as_nurse, ordered):
    odd = found(low=Decimal(5), high=Decimal(3))
    with pytest.raises(Invalid):
        results.enter(by=as_nurse, order=ordered, found=odd, expected=1)
    assert not Observation.objects.exists()


def test_the_laboratorys_flag_and_range_are_kept(as_nurse, ordered):
    said = found("5.2", flag="H", low=Decimal("3.4"), high=Decimal("5.1"))
    sent = render(results.enter(by=as_nurse, order=ordered, found=said, expected=1))
    assert sent["interpretation"][0]["coding"][0]["code"] == "H"
    assert sent["referenceRange"][0]["high"]["value"] == Decimal("5.1")


def test_a_correction_keeps_the_old_value_as_a_version(as_nurse, ordered):
    row = results.enter(by=as_nurse, order=ordered, found=found("7.2"), expected=1)
    results.correct(by=as_nurse, row=row, found=found("4.2"), reason="Haemolysed", expected=1)
    before = Change.objects.of("Observation", row.fhir_id).first().before
    assert (row.status, row.value, before["valueQuantity"]["value"]) == (
        "corrected",
        Decimal("4.2"),
        Decimal("7.2"),
    )


def test_a_correction_to_words_forgets_the_number(as_nurse, ordered):
    row = results.enter(by=as_nurse, order=ordered, found=found("7.2"), expected=1)
    words = Found(Value(words="specimen lost"), timezone.now())
    results.correct(by=as_nurse, row=row, found=words, reason="Mixed up", expected=1)
    assert "valueQuantity" not in render(row)


def test_a_correction_needs_its_reason(as_nurse, lab, rosa):
    with pytest.raises(Invalid):
        results.correct(by=as_nurse, row=lab(rosa), found=found(), reason=" ", expected=1)


def test_what_was_entered_in_error_is_not_corrected(as_nurse, lab, rosa):
    row = lab(rosa, status="entered-in-error")
    with pytest.raises(results.CannotCorrect):
        results.correct(by=as_nurse, row=row, found=found(), reason="why", expected=1)


def test_a_report_in_words(as_ames, rosa):
    written = Written(XRAY, "imaging", "No consolidation.", timezone.now())
    row = results.report(by=as_ames, patient=rosa, written=written)
    assert (row.is_imaging, row.conclusion, row.status) == (True, "No consolidation.", "final")


def test_a_corrected_report_comes_back(as_ames, rosa):
    written = Written(XRAY, "imaging", "No consolidation.", timezone.now())
    row = results.report(by=as_ames, patient=rosa, written=written)
    right = {"conclusion": "Consolidation right.", "reason": "Sides mixed up"}
    results.correct_report(by=as_ames, row=row, **right, expected=1)
    assert (row.status, item_of(row).reopened_at is not None) == ("corrected", True)


def test_why_a_report_was_corrected_stays_in_it(as_ames, rosa):
    written = Written(XRAY, "imaging", "No consolidation.", timezone.now())
    row = results.report(by=as_ames, patient=rosa, written=written)
    right = {"conclusion": "Consolidation right.", "reason": "Sides mixed up"}
    results.correct_report(by=as_ames, row=row, **right, expected=1)
    row.refresh_from_db()
    note = render(row)["extension"][0]["valueAnnotation"]
    assert note["text"] == "Corrected: Sides mixed up"


def test_why_a_report_was_entered_in_error_is_shown(client, dr_ames, report, rosa):
    client.force_login(dr_ames)
    row = report(rosa, conclusion="Somebody else's")
    data = {"patient": rosa.id, "reason": "Another patient's sheet", "version": "1"}
    client.post(f"/records/DiagnosticReport/{row.id}/in-error/", data)
    page = client.get(f"/reports/{row.id}/").content.decode()
    assert "Another patient&#x27;s sheet" in page


def test_a_report_is_not_corrected_without_a_reason(client, nurse, report, rosa):
    client.force_login(nurse)
    row = report(rosa, conclusion="Fine")
    data = {"patient": rosa.id, "conclusion": "Not fine", "version": "1"}
    assert client.post(f"/reports/{row.id}/correct/", data).status_code == 422


def test_an_empty_report_is_refused(as_ames, rosa):
    with pytest.raises(Invalid):
        results.report(
            by=as_ames, patient=rosa, written=Written(XRAY, "imaging", " ", timezone.now())
        )


# The pages.


def test_ordering_on_the_page(client, dr_ames, rosa):
    client.force_login(dr_ames)
    data = {
        "patient": rosa.id,
        "kind": "imaging",
        "examination": "Chest X-ray",
        "reason": "Cough",
        "priority": "urgent",
    }
    client.post(f"/patients/{rosa.id}/orders/new/", data)
    page = client.get(f"/patients/{rosa.id}/orders/").content.decode()
    assert "Chest X-ray" in page
    assert "urgent" in page


@pytest.mark.parametrize(
    "change",
    [
        {"reason": ""},
        {"examination": ""},
        {"kind": "magic"},
        {"test": "Potassium"},  # both kinds at once
        {"examination": "x" * 301},
        {"priority": "whenever"},
    ],
)
def test_half_an_order_comes_back_with_what_is_wrong(client, dr_ames, rosa, change):
    client.force_login(dr_ames)
    data = {
        "patient": rosa.id,
        "kind": "imaging",
        "examination": "Chest X-ray",
        "reason": "Cough",
        "priority": "routine",
    }
    assert client.post(f"/patients/{rosa.id}/orders/new/", data | change).status_code == 422


def test_an_order_for_another_tabs_patient_is_refused(client, dr_ames, rosa, otto):
    client.force_login(dr_ames)
    data = {"patient": otto.id, "kind": "imaging", "examination": "X", "reason": "Cough"}
    data["priority"] = "routine"
    assert client.post(f"/patients/{rosa.id}/orders/new/", data).status_code == 409
    assert not ServiceRequest.objects.exists()


def test_a_nurse_gets_no_order_form(client, nurse, rosa):
    client.force_login(nurse)
    assert client.get(f"/patients/{rosa.id}/orders/new/").status_code == 403


def test_another_facilitys_doctor_finds_no_order(client, dr_baum, ordered):
    client.force_login(dr_baum)
    assert client.get(f"/orders/{ordered.id}/").status_code == 404


def test_a_stale_form_keeps_what_was_typed(client, dr_ames, as_nurse, ordered, rosa):
    client.force_login(dr_ames)
    orders.collect(by=as_nurse, row=ordered, kind="Blood", at=timezone.now(), expected=1)
    data = {"patient": rosa.id, "revoke-reason": "Not needed", "revoke-version": "1"}
    answer = client.post(f"/orders/{ordered.id}/revoke/", data)
    assert answer.status_code == 409
    assert "Not needed" in answer.content.decode()


def test_a_specimen_of_tomorrow_is_refused(client, nurse, ordered, rosa):
    client.force_login(nurse)
    tomorrow = timezone.localtime() + timedelta(days=1)
    data = {
        "patient": rosa.id,
        "collect-kind": "Blood",
        "collect-at": f"{tomorrow:%Y-%m-%dT%H:%M}",
        "collect-version": "1",
    }
    answer = client.post(f"/orders/{ordered.id}/specimen/", data)
    assert answer.status_code == 422
    assert "is in the future" in answer.content.decode()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"do_not_perform": True}, "do not perform"),
        ({"intent": "proposal"}, "proposal, not ordered"),
        ({"intent": "plan"}, "plan, not ordered yet"),
        ({"intent": ""}, "intent not recorded"),
        ({"status": "revoked"}, "revoked"),
        ({"status": "unknown"}, "status unknown"),
        ({"status": ""}, "status not recorded"),
        ({"status": "entered-in-error"}, "<s>Potassium</s>"),
    ],
)
def test_what_changes_the_meaning_of_an_order_is_seen(
    client, dr_ames, ordered, rosa, columns, words
):
    for column, value in columns.items():
        setattr(ordered, column, value)
    changes.update(ordered, by=SYSTEM)
    client.force_login(dr_ames)
    assert words in client.get(f"/patients/{rosa.id}/orders/").content.decode()
    assert words in client.get(f"/orders/{ordered.id}/").content.decode()


def test_entering_a_result_on_the_page(client, nurse, ordered, rosa):
    client.force_login(nurse)
    data = {
        "patient": rosa.id,
        "value": "<3.5",
        "unit": "mmol/L",
        "at": now_typed(),
        "status": "final",
        "version": "1",
        "complete": "on",
    }
    client.post(f"/orders/{ordered.id}/result/", data)
    row = Observation.objects.get()
    assert (row.value, row.value_comparator, row.value_ucum) == (Decimal("3.5"), "<", "mmol/L")


@pytest.mark.parametrize(
    "change",
    [{"unit": ""}, {"unit": "blorp"}, {"value": "4,2"}, {"at": ""}, {"low": "5", "high": "3"}],
)
def test_a_result_that_can_be_misread_comes_back(client, nurse, ordered, rosa, change):
    client.force_login(nurse)
    data = {
        "patient": rosa.id,
        "value": "4.2",
        "unit": "mmol/L",
        "at": now_typed(),
        "status": "final",
        "version": "1",
    }
    assert client.post(f"/orders/{ordered.id}/result/", data | change).status_code == 422
    assert not Observation.objects.exists()


def test_a_stale_correction_shows_both_values(client, nurse, lab, rosa):
    row = lab(rosa, "4.4")
    row.value = Decimal("4.6")
    changes.update(row, by=SYSTEM)
    client.force_login(nurse)
    data = {
        "patient": rosa.id,
        "value": "4.8",
        "unit": "mmol/L",
        "at": now_typed(),
        "reason": "Typing error",
        "version": "1",
    }
    answer = client.post(f"/observations/{row.id}/correct/", data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "4.6" in page
    assert "4.8" in page


def test_a_report_on_the_page(client, dr_ames, rosa):
    client.force_login(dr_ames)
    data = {
        "patient": rosa.id,
        "examination": "Knee X-ray",
        "at": now_typed(),
        "conclusion": "<b>No fracture</b>",
        "status": "final",
    }
    client.post(f"/patients/{rosa.id}/imaging/new/", data)
    page = client.get(f"/reports/{DiagnosticReport.objects.get().id}/").content.decode()
    assert "&lt;b&gt;No fracture&lt;/b&gt;" in page


def test_a_report_against_an_order_keeps_the_orders_code(client, nurse, ordered, rosa):
    client.force_login(nurse)
    data = {
        "patient": rosa.id,
        "examination": "Potassium",
        "at": now_typed(),
        "conclusion": "Haemolysed, repeat",
        "status": "final",
        "version": "1",
    }
    client.post(f"/orders/{ordered.id}/report/", data)
    row = DiagnosticReport.objects.get()
    assert (row.code_code, row.order_references) == ("2823-3", [ordered.reference])


def test_an_order_shows_what_came_of_it(client, dr_ames, as_nurse, ordered):
    results.enter(by=as_nurse, order=ordered, found=found("6.4"), expected=1)
    client.force_login(dr_ames)
    page = client.get(f"/orders/{ordered.id}/").content.decode()
    assert "6.4" in page
    assert "critically high" in page
