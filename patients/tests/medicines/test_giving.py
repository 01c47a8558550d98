"""A dose is given, withheld or refused once, by somebody, at a time."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fhir import changes
from fhir.errors import Invalid, NotAllowed, NotFound
from fhir.principal import SYSTEM
from fhir.registry import render
from fhir.together import load
from patients.acts.medication_doses import Giving, NotToGive, TooSoon, administer
from patients.acts.medications import PatientDied, hold, resume
from patients.chart.doses import due_doses
from patients.chart.medicines import current_medications
from patients.models import MedicationAdministration
from patients.prescribing.dose import Amount
from patients.tests.medicines.conftest import DAILY, FOUR_TIMES, order

FIVE = Amount(Decimal(5), "mg")
pytestmark = pytest.mark.usefixtures("midday")


@pytest.fixture
def running(rosa):
    """5 mg four times a day since two days."""
    return order(
        rosa,
        authored_at=timezone.now() - timedelta(days=2),
        categories=[{"coding": [{"code": "inpatient"}]}],
        dosages=[
            {
                "timing": FOUR_TIMES,
                "doseAndRate": [
                    {
                        "doseQuantity": {
                            "value": 5,
                            "unit": "mg",
                            "system": "http://unitsofmeasure.org",
                            "code": "mg",
                        }
                    }
                ],
            }
        ],
    )


def given(minutes_ago=0, **more):
    at = timezone.now() - timedelta(minutes=minutes_ago)
    return Giving(**{"outcome": "given", "at": at, "dose": FIVE} | more)


def test_a_given_dose_is_completed(as_nurse, running):
    assert administer(by=as_nurse, order=running, giving=given()).status == "completed"


def test_a_given_dose_keeps_how_much(as_nurse, running):
    dose = administer(by=as_nurse, order=running, giving=given())
    assert dose.dosage["dose"]["value"] == 5


def test_a_given_dose_names_who_gave_it(as_nurse, running):
    dose = administer(by=as_nurse, order=running, giving=given())
    assert dose.performers[0]["actor"]["display"] == "Nora Nurse"


def test_a_given_dose_names_its_order(as_nurse, running):
    dose = administer(by=as_nurse, order=running, giving=given())
    assert render(dose)["request"] == {"reference": running.reference}


def test_a_refused_dose_is_not_done_by_the_patients_objection(as_nurse, running):
    giving = given(outcome="refused", dose=None, reason="Feels sick")
    dose = administer(by=as_nurse, order=running, giving=giving)
    coding = dose.status_reasons[0]["coding"][0]
    assert (dose.status, coding["code"]) == ("not-done", "PATOBJ")


def test_a_withheld_dose_keeps_why(as_nurse, running):
    giving = given(outcome="withheld", dose=None, reason="Pulse 44")
    dose = administer(by=as_nurse, order=running, giving=giving)
    assert dose.status_reasons[0]["text"] == "Pulse 44"


@pytest.mark.parametrize("outcome", ["withheld", "refused"])
def test_what_is_not_given_needs_a_reason(as_nurse, running, outcome):
    with pytest.raises(Invalid, match="Reason"):
        administer(by=as_nurse, order=running, giving=given(outcome=outcome, dose=None))


def test_another_dose_than_ordered_needs_a_reason(as_nurse, running):
    with pytest.raises(Invalid, match="ordered is 5 mg"):
        administer(by=as_nurse, order=running, giving=given(dose=Amount(Decimal(10), "mg")))


def test_a_dose_to_come_is_refused(as_nurse, running):
    with pytest.raises(Invalid, match="future"):
        administer(by=as_nurse, order=running, giving=given(minutes_ago=-60))


def test_a_dose_before_the_order_is_refused(as_nurse, running):
    with pytest.raises(Invalid, match="before the order"):
        administer(by=as_nurse, order=running, giving=given(minutes_ago=60 * 24 * 3))


def test_a_dose_given_twice_within_the_interval_asks(as_nurse, running):
    administer(by=as_nurse, order=running, giving=given(minutes_ago=30))
    with pytest.raises(TooSoon, match="5 mg"):
        administer(by=as_nurse, order=running, giving=given())


def test_a_dose_recorded_late_asks_for_one_given_after_it(as_nurse, running):
    administer(by=as_nurse, order=running, giving=given())
    with pytest.raises(TooSoon):
        administer(by=as_nurse, order=running, giving=given(minutes_ago=30))


def test_who_read_it_gives_another_dose(as_nurse, running):
    administer(by=as_nurse, order=running, giving=given(minutes_ago=30))
    administer(by=as_nurse, order=running, giving=given(again=True))
    assert MedicationAdministration.objects.count() == 2


def test_a_refused_dose_can_be_given_soon_after(as_nurse, running):
    refused = given(minutes_ago=20, outcome="refused", dose=None, reason="Later")
    administer(by=as_nurse, order=running, giving=refused)
    assert administer(by=as_nurse, order=running, giving=given()).status == "completed"


def test_a_dose_of_unknown_status_may_have_gone_in_and_asks(as_nurse, running):
    row = administer(by=as_nurse, order=running, giving=given(minutes_ago=30))
    row.status = "unknown"
    changes.update(row, by=SYSTEM)
    with pytest.raises(TooSoon):
        administer(by=as_nurse, order=running, giving=given())


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "on-hold"},
        {"status": "stopped"},
        {"status": ""},
        {"intent": "proposal"},
        {"do_not_perform": True},
    ],
)
def test_what_is_no_running_order_is_not_given(as_nurse, rosa, columns):
    with pytest.raises(NotToGive):
        administer(by=as_nurse, order=order(rosa, **columns), giving=given())


def test_nothing_is_given_to_the_dead(as_nurse, running, rosa):
    rosa.deceased = True
    changes.update(rosa, by=SYSTEM)
    running.refresh_from_db()
    with pytest.raises(PatientDied):
        administer(by=as_nurse, order=running, giving=given())


def test_a_registrar_gives_nothing(registrar, running):
    from accounts.principals import principal_of

    with pytest.raises(NotAllowed):
        administer(by=principal_of(registrar), order=running, giving=given())


def test_a_doctor_of_another_house_gives_nothing(as_baum, running):
    with pytest.raises(NotFound):
        administer(by=as_baum, order=running, giving=given())


def test_the_last_dose_stands_on_the_line(as_nurse, running, rosa):
    administer(by=as_nurse, order=running, giving=given(minutes_ago=5))
    (line,) = load(current_medications(rosa)).confirmed
    assert line.last_dose.text == "5 mg"


def slots(rosa):
    (due,) = due_doses(rosa)[rosa.id].orders
    return due.slots


def test_an_inpatient_has_due_times(running, inpatient, rosa):
    # Four a day, from a day ago to half a day ahead: each hour once or twice.
    hours = Counter(timezone.localtime(slot.at).hour for slot in slots(rosa))
    assert (len(hours), set(hours.values()) <= {1, 2}) == (4, True)


def test_somebody_at_home_has_none(running, rosa):
    assert due_doses(rosa)[rosa.id].orders == []


def test_an_unanswered_round_of_long_ago_is_overdue(running, inpatient, rosa):
    assert {slot.state for slot in slots(rosa)} >= {"overdue"}


def test_a_dose_answers_its_due_time(as_nurse, running, inpatient, rosa):
    first = slots(rosa)[0]
    giving = given(due_at=first.at, at=first.at + timedelta(minutes=12))
    administer(by=as_nurse, order=running, giving=giving)
    assert (slots(rosa)[0].state, slots(rosa)[0].said) == ("given", "5 mg")


def test_a_dose_without_a_due_time_answers_the_nearest(as_nurse, running, inpatient, rosa):
    first = slots(rosa)[0]
    administer(by=as_nurse, order=running, giving=given(at=first.at + timedelta(minutes=12)))
    assert slots(rosa)[0].state == "given"


def test_a_refused_dose_answers_its_due_time(as_nurse, running, inpatient, rosa):
    first = slots(rosa)[0]
    giving = given(outcome="refused", dose=None, reason="Sick", due_at=first.at, at=first.at)
    administer(by=as_nurse, order=running, giving=giving)
    assert (slots(rosa)[0].state, slots(rosa)[0].said) == ("not given", "refused; Sick")


def test_a_dose_entered_in_error_leaves_the_time_open(as_nurse, running, inpatient, rosa):
    first = slots(rosa)[0]
    row = administer(by=as_nurse, order=running, giving=given(due_at=first.at, at=first.at))
    row.status = "entered-in-error"
    changes.update(row, by=SYSTEM)
    assert slots(rosa)[0].open


def test_nothing_is_due_while_on_hold(as_ames, running, inpatient, rosa):
    hold(by=as_ames, order=running, reason="Slow pulse", expected=1)
    found = due_doses(rosa)[rosa.id]
    assert (found.orders, found.on_hold) == ([], ["Bisoprolol"])


def test_what_fell_into_a_pause_is_not_overdue(as_ames, running, inpatient, rosa):
    hold(by=as_ames, order=running, reason="Slow pulse", expected=1)
    resume(by=as_ames, order=running, reason="Pulse 70", expected=2)
    assert due_doses(rosa)[rosa.id].overdue == 0


def test_a_prescription_for_home_is_not_due_on_the_ward(inpatient, rosa):
    order(rosa, categories=[{"coding": [{"code": "community"}]}], dosages=[{"timing": DAILY}])
    found = due_doses(rosa)[rosa.id]
    assert (found.orders, found.not_for_here) == ([], ["Bisoprolol"])


def test_what_must_not_be_given_is_said(inpatient, rosa):
    order(rosa, do_not_perform=True)
    assert due_doses(rosa)[rosa.id].do_not_give == ["Bisoprolol"]


def test_a_timing_that_is_not_understood_is_said(inpatient, rosa):
    order(rosa, dosages=[{"text": "as discussed"}])
    (due,) = due_doses(rosa)[rosa.id].orders
    assert due.rhythm == "not understood"


def test_an_order_without_dosage_is_not_understood(inpatient, rosa):
    order(rosa)
    (due,) = due_doses(rosa)[rosa.id].orders
    assert due.rhythm == "not understood"


def test_an_as_needed_order_has_no_due_times(inpatient, rosa):
    order(rosa, dosages=[{"asNeededBoolean": True, "timing": FOUR_TIMES}])
    (due,) = due_doses(rosa)[rosa.id].orders
    assert (due.rhythm, due.slots) == ("as needed", [])


def test_the_round_asks_as_often_for_one_order_as_for_a_hundred(
    inpatient, rosa, django_assert_max_num_queries
):
    for number in range(100):
        order(rosa, f"Medicine {number}", dosages=[{"timing": FOUR_TIMES}])
    with django_assert_max_num_queries(4):
        due_doses(rosa)
