"""The list of medicines says what is taken, since when it is confirmed, and what is not known."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from fhir.together import load
from patients.acts.medication_reviews import Reviewed, reconcile
from patients.chart.medicines import current_medications, stopped_medications
from patients.models import Condition, Medication, MedicationStatement
from patients.tests.medicines.conftest import order

LONG_AGO = timezone.now() - timedelta(days=800)


def line(rosa):
    found = load(current_medications(rosa))
    (only,) = [*found.confirmed, *found.older, *found.over]
    return only


def names(lines):
    return [each.text for each in lines]


def statement(rosa, **columns):
    return changes.create(
        MedicationStatement(
            **{
                "patient": rosa,
                "status": "active",
                "medication_text": "St John's wort",
                "asserted_at": timezone.now(),
            }
            | columns
        ),
        by=SYSTEM,
    )


def test_a_prescription_of_this_year_is_confirmed(rosa):
    order(rosa)
    assert names(load(current_medications(rosa)).confirmed) == ["Bisoprolol"]


def test_a_prescription_of_long_ago_is_unconfirmed(rosa):
    order(rosa, authored_at=LONG_AGO)
    assert names(load(current_medications(rosa)).older) == ["Bisoprolol"]


def test_a_prescription_without_a_date_is_unconfirmed(rosa):
    order(rosa, authored_at=None)
    assert names(load(current_medications(rosa)).older) == ["Bisoprolol"]


@pytest.mark.parametrize("outcome", ["confirmed", "changed"])
def test_who_walks_through_the_list_confirms_it(as_ames, rosa, outcome):
    row = order(rosa, authored_at=LONG_AGO)
    said = Reviewed(row.reference, 1, outcome, "half of it")
    reconcile(by=as_ames, patient=rosa, lines=[said])
    assert names(load(current_medications(rosa)).confirmed) == ["Bisoprolol"]


def test_what_nobody_could_find_out_stays_unconfirmed(as_ames, rosa):
    row = order(rosa, authored_at=LONG_AGO)
    reconcile(by=as_ames, patient=rosa, lines=[Reviewed(row.reference, 1, "unclear", "asleep")])
    assert names(load(current_medications(rosa)).older) == ["Bisoprolol"]


def test_death_ends_the_list(rosa):
    order(rosa)
    rosa.deceased = True
    assert load(current_medications(rosa)).confirmed == []


def test_what_was_on_the_list_at_death_is_kept(rosa):
    order(rosa)
    rosa.deceased = True
    assert names(load(current_medications(rosa)).at_death) == ["Bisoprolol"]


def test_a_course_that_is_over_by_its_dates_is_said_to_be(rosa):
    dosage = {"timing": {"repeat": {"boundsPeriod": {"end": "2020-02-01"}}}}
    order(rosa, dosages=[dosage], authored_at=LONG_AGO - timedelta(days=2000))
    assert names(load(current_medications(rosa)).over) == ["Bisoprolol"]


def test_an_end_before_the_start_ends_nothing(rosa):
    dosage = {"timing": {"repeat": {"boundsPeriod": {"start": "2024-02-01", "end": "2020-02-01"}}}}
    order(rosa, dosages=[dosage])
    assert load(current_medications(rosa)).over == []


@pytest.mark.parametrize("status", ["active", "on-hold", "unknown", ""])
def test_what_may_be_taken_is_listed(rosa, status):
    order(rosa, status=status)
    assert names(load(current_medications(rosa)).confirmed) == ["Bisoprolol"]


@pytest.mark.parametrize("status", ["stopped", "completed", "cancelled", "entered-in-error"])
def test_what_is_over_is_not_current(rosa, status):
    order(rosa, status=status)
    assert (load(current_medications(rosa)).confirmed, names(stopped_medications(rosa)[0])) == (
        [],
        ["Bisoprolol"],
    )


def test_a_dosage_that_nobody_recorded_is_said(rosa):
    order(rosa)
    assert line(rosa).dosage == "dosage not recorded"


def test_as_needed_alone_is_no_dosage(rosa):
    order(rosa, dosages=[{"asNeededBoolean": True, "sequence": 1}])
    assert (line(rosa).dosage, line(rosa).as_needed) == ("dosage not recorded", True)


def test_a_number_without_its_unit_says_so(rosa):
    order(rosa, dosages=[{"doseAndRate": [{"doseQuantity": {"value": 1}}]}])
    assert line(rosa).dosage == "1 (unit not recorded)"


def test_a_proposal_is_said_not_to_be_ordered(rosa):
    order(rosa, intent="proposal")
    assert line(rosa).intent == "proposed, not ordered"


def test_do_not_give_is_said(rosa):
    order(rosa, do_not_perform=True)
    assert line(rosa).not_perform


def test_a_medicine_of_its_own_record_is_named(rosa):
    changes.create(Medication(fhir_id="m1", code_text="Digoxin 125 microgram"), by=SYSTEM)
    order(rosa, medication_text="", medication_reference="Medication/m1")
    assert line(rosa).text == "Digoxin 125 microgram"


def test_a_medicine_inside_the_prescription_is_named(rosa):
    row = order(rosa, medication_text="", medication_reference="#m")
    row.extra = {"contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Zinc"}}]}
    changes.update(row, by=SYSTEM)
    assert line(rosa).text == "Zinc"


def test_a_medicine_that_is_not_here_is_said_to_be_described_elsewhere(rosa):
    order(rosa, medication_text="", medication_reference="Medication/nowhere")
    assert line(rosa).text == "medicine described elsewhere"


@pytest.mark.parametrize(
    ("status", "words"),
    [("entered-in-error", "medicine entered in error"), ("inactive", "no longer in use")],
)
def test_a_medicine_that_does_not_stand_says_so(rosa, status, words):
    changes.create(Medication(fhir_id="m1", code_text="Digoxin", status=status), by=SYSTEM)
    order(rosa, medication_text="", medication_reference="Medication/m1")
    assert words in line(rosa).text


def test_an_unknown_modifier_is_loud(rosa):
    row = order(rosa)
    row.extra = {"modifierExtension": [{"url": "urn:not", "valueBoolean": True}]}
    changes.update(row, by=SYSTEM)
    assert "contains information not understood here" in line(rosa).text


def test_what_is_taken_from_elsewhere_stands_with_the_rest(rosa):
    statement(rosa)
    assert (line(rosa).text, line(rosa).elsewhere) == ("St John's wort", True)


@pytest.mark.parametrize("status", ["not-taken", "stopped", "completed", "entered-in-error"])
def test_what_is_not_taken_is_not_current(rosa, status):
    statement(rosa, status=status)
    assert load(current_medications(rosa)).confirmed == []


def test_a_newer_prescription_is_linked(rosa):
    old = order(rosa, status="completed")
    new = order(rosa, prior_prescription=old.reference)
    assert stopped_medications(rosa)[0][0].replaced_by == new.id


def test_stopped_medicines_come_in_pages(rosa):
    for number in range(35):
        order(rosa, f"Medicine {number}", status="stopped")
    first, more = stopped_medications(rosa)
    from patients.models import MedicationRequest

    rest, end = stopped_medications(rosa, MedicationRequest.objects.get(pk=more))
    assert (len(first), len(rest), end) == (30, 5, None)


@pytest.mark.parametrize("rows", [1, 100])
def test_the_list_asks_as_often_for_one_line_as_for_a_hundred(
    rosa, rows, django_assert_max_num_queries
):
    changes.create(Condition(patient=rosa, code_text="Gout"), by=SYSTEM)
    for number in range(rows):
        order(rosa, f"Medicine {number}")
        statement(rosa, medication_text=f"Herb {number}")
    with django_assert_max_num_queries(6):
        load(current_medications(rosa))
