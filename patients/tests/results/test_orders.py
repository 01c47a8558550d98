"""Ordering, revoking, taking the specimen, entering and correcting what came of it."""

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
from patients.models import Observation, ServiceRequest
from patients.terminology.coded import Coded
from patients.tests.results.conftest import POTASSIUM, found, item_of

XRAY = Coded(text="Chest X-ray, two views")


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
