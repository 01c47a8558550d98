"""Doses given at the bedside and on the round of the ward."""

from datetime import timedelta

from django.utils import timezone

from patients.models import (
    MedicationAdministration,
)
from patients.tests.medicines.conftest import FOUR_TIMES, order
from patients.tests.medicines.signing import give, text


def test_a_nurse_gives_a_dose(nurse_client, rosa):
    give(nurse_client, order(rosa), rosa)
    assert MedicationAdministration.objects.get().status == "completed"


def test_a_second_dose_is_asked_about(nurse_client, rosa):
    row = order(rosa, dosages=[{"timing": FOUR_TIMES}])
    give(nurse_client, row, rosa)
    answer = give(nurse_client, row, rosa)
    assert (answer.status_code, "Given already?" in text(answer)) == (409, True)


def test_a_second_dose_is_given_by_who_read_it(nurse_client, rosa):
    row = order(rosa, dosages=[{"timing": FOUR_TIMES}])
    give(nurse_client, row, rosa)
    give(nurse_client, row, rosa, again="on")
    assert MedicationAdministration.objects.count() == 2


def test_a_refused_dose_without_a_reason_is_not_kept(nurse_client, rosa):
    answer = give(nurse_client, order(rosa), rosa, outcome="refused")
    assert (answer.status_code, MedicationAdministration.objects.count()) == (422, 0)


def test_nothing_is_chosen_before_somebody_chose(nurse_client, rosa):
    page = nurse_client.get(f"/medications/{order(rosa).id}/give/").content.decode()
    assert 'value="given"' in page
    assert "checked" not in page


def test_a_dose_of_which_nobody_said_what_happened_is_not_kept(nurse_client, rosa):
    answer = give(nurse_client, order(rosa), rosa, outcome="")
    assert "Choose given, withheld or refused." in text(answer)
    assert (answer.status_code, MedicationAdministration.objects.count()) == (422, 0)


def test_a_held_order_cannot_be_given(nurse_client, rosa):
    answer = nurse_client.get(f"/medications/{order(rosa, status='on-hold').id}/give/")
    assert (answer.status_code, "on hold" in text(answer)) == (409, True)


def test_the_ward_shows_who_is_overdue(nurse_client, rosa, inpatient):
    order(
        rosa,
        authored_at=timezone.now() - timedelta(hours=23),
        dosages=[{"timing": FOUR_TIMES}],
    )
    page = text(nurse_client.get("/medications/due/"))
    assert ("LINDQVIST, Rosa" in page, "overdue" in page) == (True, True)


def test_what_waits_stands_before_what_does_not(nurse_client, rosa, inpatient):
    since = timezone.now() - timedelta(hours=23)
    order(rosa, "Senna", authored_at=since, dosages=[{"asNeededBoolean": True}])
    order(rosa, authored_at=since, dosages=[{"timing": FOUR_TIMES}])
    page = text(nurse_client.get(f"/patients/{rosa.id}/medications/due/"))
    assert page.index("Bisoprolol") < page.index("Senna")


def test_the_ward_says_when_nothing_is_due(nurse_client, rosa, inpatient):
    order(rosa, "Senna", dosages=[{"asNeededBoolean": True}])
    assert "no dose is due now" in text(nurse_client.get("/medications/due/"))


def test_due_times_that_are_not_known_are_never_none_due(nurse_client, rosa, inpatient):
    order(rosa, dosages=[{"text": "as the family does at home"}])
    page = text(nurse_client.get("/medications/due/"))
    assert ("due times not known" in page, "no dose is due now" in page) == (True, False)


def test_the_ward_of_another_house_shows_nobody(client, dr_baum, rosa, inpatient):
    client.force_login(dr_baum)
    assert "LINDQVIST" not in text(client.get("/medications/due/"))


def test_the_ward_asks_as_often_for_one_order_as_for_a_hundred(
    nurse_client, rosa, inpatient, django_assert_max_num_queries
):
    for number in range(100):
        order(rosa, f"Medicine {number}", dosages=[{"timing": FOUR_TIMES}])
    with django_assert_max_num_queries(16):
        nurse_client.get("/medications/due/")
