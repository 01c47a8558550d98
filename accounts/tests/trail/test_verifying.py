"""Whoever tampers with the audit trail is found out, and each row is named."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent, AuditSeal
from accounts.tests.trail.conftest import act
from accounts.trail.heads import FOLDER
from accounts.trail.sealing import seal_all

ROW = "accounts_auditevent"
COPY = (
    f"INSERT INTO {ROW} (id, at, action, principal, outcome, entities, detail, txid) "
    "SELECT %s, at, 'forged', principal, outcome, entities, detail, txid "
    f"FROM {ROW} WHERE id = %s"
)
# What of a row is changed, and how.
ALTERATIONS = [
    "action = 'other'",
    "at = at + interval '1 microsecond'",
    "outcome = 'refused'",
    "principal = 'user:somebody-else'",
    "patient_id = gen_random_uuid()",
    "entities = '[\"Patient/other\"]'",
    """detail = '{"reason": "other"}'""",
    "network = '192.0.2.1'",
    "purpose = 'BTG'",
]
OTHER = "0190a0a0-0000-7000-8000-000000000001"


def test_a_trail_that_nobody_touched_is_in_order(trail, verify):
    code, said = verify()
    assert (code, "5 rows under 5 seals, 5 exported heads" in said) == (0, True)


@pytest.mark.parametrize("change", ALTERATIONS)
def test_an_altered_row_is_named(trail, as_owner, verify, change):
    as_owner(f"UPDATE {ROW} SET {change} WHERE id = %s", trail[2].pk)
    code, said = verify()
    assert (code, said.count("ALTERED")) == (1, 1)
    assert f"row {trail[2].pk}, seal 3: ALTERED" in said


def test_a_deleted_row_is_named(trail, as_owner, verify):
    as_owner(f"DELETE FROM {ROW} WHERE id = %s", trail[1].pk)
    assert f"row {trail[1].pk}, seal 2: DELETED" in verify()[1]


def test_a_row_put_among_the_others_is_named(trail, as_owner, verify):
    as_owner(COPY, OTHER, trail[1].pk)
    assert f"row {OTHER}: INSERTED" in verify()[1]


def test_a_row_that_says_it_is_old_is_named(trail, as_owner, verify):
    act("six")
    as_owner(COPY.replace(", txid)", ")").replace("detail, txid", "detail"), OTHER, trail[1].pk)
    as_owner(f"UPDATE {ROW} SET at = at - interval '30 days' WHERE id = %s", OTHER)
    seal_all()
    assert f"row {OTHER}, seal 6: INSERTED" in verify()[1]


def test_a_row_of_a_transaction_to_come_is_named(trail, as_owner, verify):
    as_owner(COPY, OTHER, trail[1].pk)
    as_owner(f"UPDATE {ROW} SET txid = txid + 1000000 WHERE id = %s", OTHER)
    assert f"row {OTHER}: INSERTED" in verify()[1]


def test_rows_in_another_order_are_named(transactional_db, data, as_owner, verify):
    rows = [act(name) for name in ("one", "two", "three")]
    seal_all()
    swapped = f"UPDATE {ROW} SET txid = (SELECT txid FROM {ROW} WHERE id = %s) WHERE id = %s"
    as_owner(swapped, rows[2].pk, rows[0].pk)
    assert f"row {rows[1].pk}, seal 1: REORDERED" in verify()[1]


def test_two_rows_that_changed_places_are_named(trail, as_owner, verify):
    first, second = trail[1].pk, trail[3].pk
    for old, new in ((first, OTHER), (second, first), (OTHER, second)):
        as_owner(f"UPDATE {ROW} SET id = %s WHERE id = %s", new, old)
    said = verify()[1]
    assert f"row {first}, seal 2: ALTERED" in said
    assert f"row {second}, seal 4: ALTERED" in said


def test_a_seal_that_was_touched_is_named(trail, as_owner, verify):
    as_owner("UPDATE accounts_auditseal SET at = at + interval '1 second' WHERE number = 3")
    assert "seal 3: CHAIN" in verify()[1]


def test_a_seal_that_is_gone_is_named(trail, as_owner, verify):
    as_owner("DELETE FROM accounts_auditseal WHERE number = 3")
    said = verify()[1]
    assert "seal 3: MISSING" in said
    assert f"row {trail[2].pk}: INSERTED" in said


def test_an_alteration_chained_anew_is_told_by_the_exported_heads(
    trail, as_owner, chained_anew, verify
):
    as_owner(f"UPDATE {ROW} SET principal = 'user:other' WHERE id = %s", trail[2].pk)
    chained_anew()
    said = verify()[1]
    assert f"row {trail[2].pk}, seal 3: ALTERED" in said
    assert said.count("ALTERED") == 1


def test_without_the_exported_heads_it_would_pass(trail, as_owner, chained_anew, verify, data):
    as_owner(f"UPDATE {ROW} SET principal = 'user:other' WHERE id = %s", trail[2].pk)
    chained_anew()
    for file in (data / FOLDER).iterdir():
        file.unlink()
    (data / FOLDER).rmdir()
    assert verify()[0] == 0


def test_a_deletion_chained_anew_is_told_by_the_exported_heads(
    trail, as_owner, chained_anew, verify
):
    as_owner(f"DELETE FROM {ROW} WHERE id = %s", trail[1].pk)
    chained_anew()
    assert f"row {trail[1].pk}, seal 2: DELETED" in verify()[1]


def test_a_row_put_in_and_chained_anew_is_told_by_the_exported_heads(
    trail, as_owner, chained_anew, verify
):
    as_owner(COPY, OTHER, trail[1].pk)
    chained_anew()
    assert f"row {OTHER}, seal 2: INSERTED" in verify()[1]


def test_an_end_that_was_cut_off_is_told_by_the_exported_heads(trail, as_owner, verify):
    as_owner("DELETE FROM accounts_auditseal WHERE number = 5")
    as_owner(f"DELETE FROM {ROW} WHERE id = %s", trail[4].pk)
    said = verify()[1]
    assert "seal 5: MISSING" in said
    assert f"row {trail[4].pk}, seal 5: DELETED" in said


def test_an_end_that_was_cut_off_is_told_when_the_trail_went_on(trail, as_owner, verify):
    as_owner("DELETE FROM accounts_auditseal WHERE number = 5")
    as_owner(f"DELETE FROM {ROW} WHERE id = %s", trail[4].pk)
    act("six")
    seal_all()
    seal_all()
    assert f"row {trail[4].pk}, seal 5: DELETED" in verify()[1]


def test_a_copy_of_the_heads_elsewhere_is_asked(trail, as_owner, chained_anew, verify, tmp_path):
    (file,) = (tmp_path / FOLDER).iterdir()
    copy = tmp_path / "copied.txt"
    copy.write_bytes(file.read_bytes())
    as_owner(f"UPDATE {ROW} SET principal = 'user:other' WHERE id = %s", trail[2].pk)
    chained_anew()
    file.unlink()
    assert f"row {trail[2].pk}, seal 3: ALTERED" in verify("--heads", str(copy))[1]


def test_heads_that_are_nowhere_are_not_taken_for_agreement(trail, verify):
    assert verify("--heads", "/nowhere")[0] == 2


def test_rows_that_no_sealer_takes_are_told(trail, verify):
    AuditEvent.objects.create(
        action="late", principal="system:x", at=timezone.now() - timedelta(minutes=5)
    )
    assert "1 rows wait for the sealer" in verify()[1]


def test_what_it_prints_names_no_patient(trail, as_owner, verify):
    patient = "0190a0a0-0000-7000-8000-00000000beef"
    as_owner(f"UPDATE {ROW} SET patient_id = %s, entities = '[\"Patient/rosa\"]'", patient)
    said = verify()[1]
    assert said.count("ALTERED") == len(trail)
    assert patient not in said
    assert "rosa" not in said


def test_an_empty_trail_is_in_order(transactional_db, data, verify):
    assert verify()[0] == 0
    assert not AuditSeal.objects.exists()


def test_few_statements_verify_many_seals(trail, django_assert_max_num_queries, verify):
    assert connection.connection is not None
    with django_assert_max_num_queries(8):
        verify()
