"""Several writers at the same moment: real threads, real transactions."""

import threading

import pytest
from django.db import connection, connections

from fhir.errors import Refusal
from fhir.models import Change
from fhir.principal import SYSTEM
from fhir.tests.writing.conftest import condition, delete, patient, put, versions
from fhir.writing import write
from patients.models import Condition, Patient

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN_S = 120


def at_once(*jobs):
    """Run jobs in threads that start together; what each gave, or the Refusal."""
    gate = threading.Barrier(len(jobs))
    found: list = [None] * len(jobs)

    def run(place, job):
        try:
            gate.wait(WITHIN_S)
            found[place] = job()
        except Refusal as refusal:
            found[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN_S)
    return found


def did(found):
    """``created`` and the like of the first written, or the status of the refusal."""
    return [each.status if isinstance(each, Refusal) else each[0].done for each in found]


def test_of_two_creators_of_one_id_one_creates(db):
    for turn in range(8):
        key = f"p{turn}"
        found = did(
            at_once(
                lambda key=key: write([put(patient(key, gender="male"))], by=SYSTEM),
                lambda key=key: write([put(patient(key, gender="female"))], by=SYSTEM),
            )
        )
        assert found.count("created") == 1
        assert set(map(str, found)) <= {"created", "updated", "409"}
        assert len(versions("Patient", key)) == 1 + found.count("updated")


def test_bundles_in_opposite_order_do_not_wait_for_each_other(db):
    ids = [f"p{n}" for n in range(20)]
    write([put(patient(key)) for key in ids], by=SYSTEM)
    for turn in range(6):
        name = [{"family": f"Turn {turn}"}]
        found = did(
            at_once(
                lambda n=name: write([put(patient(k, name=n)) for k in ids], by=SYSTEM),
                lambda n=name: write([put(patient(k, name=n)) for k in ids[::-1]], by=SYSTEM),
            )
        )
        assert set(found) == {"updated", "unchanged"}


def test_fresh_bundles_in_opposite_order_end(db):
    ids = [f"p{n}" for n in range(20)]
    found = did(
        at_once(
            lambda: write([put(patient(key)) for key in ids], by=SYSTEM),
            lambda: write([put(patient(key)) for key in ids[::-1]], by=SYSTEM),
        )
    )
    assert sorted(map(str, found)) in (["409", "created"], ["created", "unchanged"])
    assert Patient.objects.count() == 20


def test_of_two_with_the_same_version_one_wins(db):
    write([put(patient())], by=SYSTEM)
    found = did(
        at_once(
            lambda: write([put(patient(gender="male"), expected_version=1)], by=SYSTEM),
            lambda: write([put(patient(gender="female"), expected_version=1)], by=SYSTEM),
        )
    )
    assert sorted(map(str, found)) == ["412", "updated"]


def test_nothing_is_left_pointing_to_what_is_deleted_meanwhile(db):
    for turn in range(8):
        key = f"p{turn}"
        write([put(patient(key))], by=SYSTEM)
        found = did(
            at_once(
                lambda key=key: write([delete("Patient", key)], by=SYSTEM),
                lambda key=key: write([put(condition(f"c-{key}", f"Patient/{key}"))], by=SYSTEM),
            )
        )
        assert set(map(str, found)) <= {"deleted", "created", "409"}
    assert all(row.patient is not None or row.extra for row in Condition.objects.all())


def test_every_version_of_a_busy_record_is_in_the_history(db):
    write([put(patient())], by=SYSTEM)

    def scribble(who):
        return lambda: [
            write([put(patient(name=[{"family": f"{who}{n}"}]))], by=SYSTEM) for n in range(10)
        ][-1]

    at_once(*(scribble(who) for who in "abcd"))
    rows = versions("Patient", "rosa")
    assert [version for version, _ in rows] == list(range(1, 42))
    assert Patient.objects.get().version == 41
    assert Change.objects.filter(op="update").count() == 40
    connection.close()
