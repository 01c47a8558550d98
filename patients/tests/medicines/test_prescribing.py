"""A prescription is compared, signed for one patient, and kept with the reasons for it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from fhir import changes
from fhir.errors import Invalid, NotAllowed, NotFound
from fhir.models import StoredResource
from fhir.principal import SYSTEM
from fhir.registry import render
from patients.acts.medications import NeedsReason, PatientDied, prescribe, renew
from patients.acts.overrides import Override, kept
from patients.models import MedicationRequest
from patients.prescribing.dose import Amount
from patients.tests.medicines.conftest import allergic, order, wanted

REASON = Override("tolerated-before", "twice in 2024")


def rules(as_ames, rosa, medicine="Amoxicillin"):
    """The rules that interrupt."""
    with pytest.raises(NeedsReason) as refused:
        prescribe(by=as_ames, patient=rosa, wanted=amoxicillin(medicine))
    return [finding.rule_id for finding in refused.value.comparison.interrupting]


def amoxicillin(name="Amoxicillin"):
    return wanted(
        name,
        dose=Amount(Decimal(500), "mg"),
        frequency="three-times-daily",
        duration_days=7,
        ingredients=("amoxicillin",),
    )


def test_a_prescription_is_active_and_an_order(prescribed):
    row = prescribed()
    assert (row.status, row.intent) == ("active", "order")


def test_the_prescriber_is_named(prescribed):
    assert render(prescribed())["requester"] == {
        "reference": "Practitioner/ames",
        "display": "Dr Ada Ames",
    }


def test_the_sig_is_kept_in_words_and_as_data(prescribed):
    dosage = prescribed().dosages[0]
    assert (dosage["text"], dosage["doseAndRate"][0]["doseQuantity"]["code"]) == (
        "5 mg by mouth once a day",
        "mg",
    )


def test_less_than_daily_is_said_loudly(prescribed):
    row = prescribed("Alendronic acid", dose=Amount(Decimal(70), "mg"), frequency="weekly")
    assert row.dosages[0]["text"] == "70 mg by mouth once WEEKLY"


def test_a_course_ends_by_its_length(prescribed):
    start = timezone.now().replace(microsecond=0)
    row = prescribed(duration_days=7, start=start)
    assert row.ends_at == start + timedelta(days=7)


def test_the_most_in_a_day_is_kept(prescribed):
    row = prescribed(
        "Paracetamol",
        as_needed=True,
        as_needed_for="pain",
        frequency="",
        most_per_day=Amount(Decimal(4), "g"),
    )
    assert row.dosages[0]["maxDosePerPeriod"]["numerator"]["value"] == 4


def test_refills_are_kept(prescribed):
    assert prescribed(refills=3).dispense["numberOfRepeatsAllowed"] == 3


def test_it_is_on_record_who_prescribed(prescribed, rosa, dr_ames):
    prescribed()
    event = AuditEvent.objects.get(action="prescribe")
    assert (event.principal, event.patient_id) == (f"user:{dr_ames.id}", rosa.id)


def test_a_nurse_may_not_prescribe(as_nurse, rosa):
    with pytest.raises(NotAllowed):
        prescribe(by=as_nurse, patient=rosa, wanted=wanted())


def test_a_doctor_of_another_house_finds_no_patient(as_baum, rosa):
    with pytest.raises(NotFound):
        prescribe(by=as_baum, patient=rosa, wanted=wanted())


def test_nothing_is_prescribed_for_the_dead(as_ames, rosa):
    rosa.deceased = True
    changes.update(rosa, by=SYSTEM)
    with pytest.raises(PatientDied):
        prescribe(by=as_ames, patient=rosa, wanted=wanted())


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"dose": None}, "Dose:"),
        ({"frequency": ""}, "How often:"),
        ({"as_needed": True}, "As needed:"),
        ({"as_needed": True, "as_needed_for": "pain", "frequency": ""}, "As needed:"),
        ({"refills": -1}, "Refills:"),
        ({"name": ""}, "Medicine:"),
    ],
)
def test_an_order_that_says_too_little_is_refused_by_field(as_ames, rosa, more, field):
    with pytest.raises(Invalid, match=field):
        prescribe(by=as_ames, patient=rosa, wanted=wanted(more.pop("name", "Bisoprolol"), **more))


def test_a_start_before_birth_is_refused(as_ames, rosa):
    early = timezone.now() - timedelta(days=40_000)
    with pytest.raises(Invalid, match="before the patient was born"):
        prescribe(by=as_ames, patient=rosa, wanted=wanted(start=early))


def test_an_allergy_interrupts(as_ames, rosa):
    allergic(rosa)
    assert rules(as_ames, rosa)


def test_what_interrupts_writes_nothing(as_ames, rosa):
    allergic(rosa)
    rules(as_ames, rosa)
    assert not MedicationRequest.objects.exists()


def overridden(as_ames, rosa, reason=REASON):
    allergic(rosa)
    reasons = dict.fromkeys(rules(as_ames, rosa), reason)
    return prescribe(by=as_ames, patient=rosa, wanted=amoxicillin(), overrides=reasons)


def test_with_a_reason_for_each_rule_it_goes_on(as_ames, rosa):
    assert overridden(as_ames, rosa).status == "active"


def test_the_reason_stands_with_the_prescription(as_ames, rosa):
    (first, *_more) = kept(overridden(as_ames, rosa))
    assert first.reason.endswith("twice in 2024")


def test_an_override_is_a_detected_issue_of_the_patient(as_ames, rosa):
    row = overridden(as_ames, rosa)
    issue = StoredResource.objects.filter(type="DetectedIssue").first()
    assert (row.detected_issues[0]["reference"], issue.about) == (issue.reference, rosa.id)


def test_an_override_names_the_rule(as_ames, rosa):
    overridden(as_ames, rosa)
    codes = StoredResource.objects.filter(type="DetectedIssue").first().extra["code"]["coding"]
    assert any(coding["system"] == "urn:chartwave:prescribing-rule" for coding in codes)


def test_an_override_points_at_the_allergy(as_ames, rosa):
    overridden(as_ames, rosa)
    implicated = StoredResource.objects.filter(type="DetectedIssue").first().extra["implicated"]
    assert any(each["reference"].startswith("AllergyIntolerance/") for each in implicated)


def test_another_reason_has_to_be_written(as_ames, rosa):
    with pytest.raises(Invalid, match="write it"):
        overridden(as_ames, rosa, Override("other", " "))


def test_a_reason_that_is_not_on_the_list_is_refused(as_ames, rosa):
    with pytest.raises(Invalid, match="one of the list"):
        overridden(as_ames, rosa, Override("because"))


def test_a_renewal_names_what_it_takes_the_place_of(as_ames, rosa):
    old = order(rosa)
    new = renew(by=as_ames, order=old, wanted=wanted(), expected=1)
    assert new.prior_prescription == old.reference


def test_what_was_renewed_is_completed(as_ames, rosa):
    old = order(rosa)
    renew(by=as_ames, order=old, wanted=wanted(), expected=1)
    old.refresh_from_db()
    assert (old.status, old.status_reason_text) == ("completed", "Replaced by a new prescription")


def test_a_renewal_is_no_duplicate_of_itself(as_ames, rosa):
    old = order(rosa, "Amoxicillin")
    assert renew(by=as_ames, order=old, wanted=amoxicillin(), expected=1).status == "active"
