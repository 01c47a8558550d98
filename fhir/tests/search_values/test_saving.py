"""Records carry what they are found by from the moment they are saved, whoever saves them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir import changes
from fhir.models import NumberValue, StoredResource, StringValue
from fhir.principal import SYSTEM
from fhir.registry import render
from fhir.search.keys import key
from fhir.search.values import Values, forget, values_of, write
from fhir.tests.search_values.samples import LOINC, pressure, stored
from patients.models import Observation, Patient

pytestmark = pytest.mark.django_db
QUANTITY = key("Observation", "value-quantity")


def rows(table, record):
    return sorted(table.objects.filter(record_id=record.pk).values_list("key", flat=True))


def test_a_created_record_has_the_tokens_of_its_resource(rosa):
    saved = changes.create(pressure(rosa), by=SYSTEM)
    kept = Observation.objects.get(pk=saved.pk).search_tokens
    assert kept == values_of(render(saved)).tokens


def test_a_record_of_a_page_is_found_by_its_code(rosa):
    saved = changes.create(pressure(rosa), by=SYSTEM)
    code = key("Observation", "code", f"{LOINC}|8480-6")
    assert list(Observation.objects.filter(search_tokens__contains=[code])) == [saved]


def test_a_record_of_a_page_is_found_by_its_patient(rosa):
    saved = changes.create(pressure(rosa), by=SYSTEM)
    assert key("Observation", "subject", rosa.reference) in saved.search_tokens


def test_a_created_record_has_rows_for_its_amounts(rosa):
    saved = changes.create(pressure(rosa), by=SYSTEM)
    (found,) = NumberValue.objects.filter(record_id=saved.pk, key=QUANTITY)
    assert (found.low, found.high) == (128, 128)


def test_a_stored_resource_has_its_tokens():
    saved = changes.create(stored(), by=SYSTEM)
    active = key("Account", "status", "active")
    assert list(StoredResource.objects.filter(search_tokens__contains=[active])) == [saved]


def test_an_update_replaces_the_rows(rosa):
    saved = changes.create(pressure(rosa), by=SYSTEM)
    saved.value = Decimal(141)
    changes.update(saved, by=SYSTEM)
    found = NumberValue.objects.filter(record_id=saved.pk, key=QUANTITY)
    assert [row.low for row in found] == [141]


def test_an_update_replaces_the_tokens(rosa):
    saved = changes.create(pressure(rosa), by=SYSTEM)
    saved.status = "amended"
    changes.update(saved, by=SYSTEM)
    kept = set(Observation.objects.get(pk=saved.pk).search_tokens)
    wanted = {key("Observation", "status", status) for status in ("final", "amended")}
    assert kept & wanted == {key("Observation", "status", "amended")}


def test_an_update_that_changes_no_row_writes_none(rosa):
    saved = changes.create(pressure(rosa), by=SYSTEM)
    before = set(NumberValue.objects.filter(record_id=saved.pk).values_list("id", flat=True))
    saved.status = "amended"
    changes.update(saved, by=SYSTEM)
    after = set(NumberValue.objects.filter(record_id=saved.pk).values_list("id", flat=True))
    assert after == before


def test_a_record_whose_text_goes_is_not_found_by_it_any_more(rosa):
    rosa.names = [{"given": ["Rosa"]}]
    changes.update(rosa, by=SYSTEM)
    assert not StringValue.objects.filter(record_id=rosa.pk, key=key("Patient", "family")).exists()


def test_a_resource_at_hand_is_not_rendered_again(rosa):
    other = {"resourceType": "Observation", "status": "final", "code": {"text": "other"}}
    saved = pressure(rosa)
    changes.bulk_create([saved], by=SYSTEM, resources=[other])
    assert saved.search_tokens == values_of(other).tokens


def test_tokens_make_no_version_of_their_own(rosa):
    saved = changes.create(pressure(rosa), by=SYSTEM)
    Observation.objects.filter(pk=saved.pk).update(search_tokens=[1])
    assert Observation.objects.get(pk=saved.pk).version == 1


def of(*numbers):
    amounts = [(2, Decimal(n), Decimal(n)) for n in numbers]
    return Values([], [], [(1, f"text {n}") for n in numbers], amounts)


@pytest.mark.parametrize("many", [1, 199, 200, 1200])
def test_few_rows_and_many_arrive_alike(rosa, many):
    forget([rosa.pk])
    write([(rosa, of(*range(many)))], replace=False)
    assert (len(rows(StringValue, rosa)), len(rows(NumberValue, rosa))) == (many, many)


@pytest.mark.parametrize("many", [1, 700])
def test_what_stood_there_goes(rosa, many):
    write([(rosa, of(*range(many)))], replace=True)
    write([(rosa, of(1))], replace=True)
    assert (rows(StringValue, rosa), rows(NumberValue, rosa)) == ([1], [2])


def test_the_rows_of_others_stay(rosa, otto):
    before = rows(StringValue, otto)
    write([(rosa, of(1))], replace=True)
    assert rows(StringValue, otto) == before


def test_open_ends_and_every_letter_survive_many(rosa):
    odd = "tab\t, line\n, back\\slash, \\N, ü, 张"
    wide = [(3, Decimal("-Infinity"), Decimal("Infinity"))] * 500
    write([(rosa, Values([], [], [(3, odd)] * 500, wide))], replace=True)
    text = StringValue.objects.filter(record_id=rosa.pk).first().text
    number = NumberValue.objects.filter(record_id=rosa.pk).first()
    assert (text, number.low, number.high) == (odd, Decimal("-Infinity"), Decimal("Infinity"))


def test_nothing_to_write_asks_nothing(django_assert_num_queries, rosa):
    with django_assert_num_queries(0):
        write([(rosa, Values([], [], [], []))], replace=False)


def test_a_refused_write_leaves_nothing(rosa):
    number = StringValue.objects.count()
    with pytest.raises(AttributeError):
        changes.bulk_create([Patient(names=[{"given": ["Ida"]}]), None], by=SYSTEM)
    assert StringValue.objects.count() == number


def statements(act):
    with CaptureQueriesContext(connection) as asked:
        act()
    return [each["sql"] for each in asked if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_what_it_is_found_by_takes_one_statement_more(rosa):
    made = statements(lambda: changes.create(pressure(rosa), by=SYSTEM))
    assert sum("_numbervalue" in sql for sql in made) == 1
    assert not any(sql.startswith("SELECT") and "patients_patient" in sql for sql in made)


def test_many_records_without_their_patients_ask_for_them_once(rosa, otto):
    fresh = [pressure(who) for who in (rosa, otto, rosa)]
    for one in fresh:
        one._state.fields_cache.clear()
    made = statements(lambda: changes.bulk_create(fresh, by=SYSTEM))
    asked = [sql for sql in made if sql.startswith("SELECT") and 'FROM "patients_patient"' in sql]
    assert len(asked) == 1
