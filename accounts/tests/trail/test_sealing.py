"""What was committed comes under seal, in order, once."""

import threading

import psycopg
import pytest
from django.db import connection, transaction

from accounts.models import AuditEvent, AuditSeal
from accounts.tests.trail.conftest import act
from accounts.trail import sealing
from accounts.trail.heads import FOLDER, heads_in
from accounts.trail.sealing import seal, seal_all

WITHIN_S = 120


def parameters():
    asked = connection.get_connection_params()
    return {name: asked[name] for name in ("dbname", "user", "password", "host", "port")}


def sealed():
    return [event for one in AuditSeal.objects.order_by("number") for event in one.events]


def test_every_row_is_sealed_once(trail):
    act("six")
    act("seven")
    assert seal_all() == 2
    assert seal_all() == 0
    assert sealed() == list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))


def test_each_head_stands_on_the_one_before(trail):
    heads = [bytes(one.head) for one in AuditSeal.objects.order_by("number")]
    assert len(set(heads)) == len(trail)


@pytest.mark.django_db(transaction=True)
def test_nothing_to_seal_leaves_no_seal(data):
    assert seal() is None
    assert not AuditSeal.objects.exists()


def test_a_row_that_is_not_committed_waits_and_holds_back_what_came_after_it(trail):
    begun, done = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            act("slow")
            begun.set()
            done.wait(WITHIN_S)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    begun.wait(WITHIN_S)
    later = act("later")
    before = seal_all()
    done.set()
    thread.join()
    assert (before, seal_all()) == (0, 2)
    assert sealed()[-1] == later.pk


def test_many_rows_come_under_several_seals(trail, monkeypatch):
    monkeypatch.setattr(sealing, "MOST_ROWS", 2)
    for number in range(5):
        act(f"more {number}")
    assert seal_all() == 5
    assert [len(one.events) for one in AuditSeal.objects.order_by("number")][-3:] == [2, 2, 1]


def test_a_second_sealer_leaves_it_to_the_first(trail):
    act("six")
    with psycopg.connect(**parameters()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [sealing.LOCK])
        assert seal() is None
    assert seal() is not None


def test_the_application_cannot_alter_what_is_sealed(trail):
    with pytest.raises(Exception, match="permission denied"):
        AuditSeal.objects.update(number=99)


def test_the_heads_are_exported(trail, data):
    told = list(heads_in(data / FOLDER))
    assert [head.number for head in told] == [1, 2, 3, 4, 5]
    assert [list(head.rows) for head in told] == [[row.pk] for row in trail]


def test_the_file_is_for_its_owner_only(trail, data):
    (file,) = (data / FOLDER).iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_what_a_crash_cut_off_is_exported_again(trail, data):
    (file,) = (data / FOLDER).iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-30])
    act("six")
    seal_all()
    assert [head.number for head in heads_in(file)] == [1, 2, 3, 4, 5, 6]


def test_the_log_tells_the_head_and_of_nobody(trail, caplog):
    row = act("six")
    with caplog.at_level("INFO"):
        seal_all()
    (line,) = [each.getMessage() for each in caplog.records if "Audit seal" in each.getMessage()]
    assert AuditSeal.objects.get(number=6).head.hex() in line
    assert str(row.pk) not in line
