"""Tables changed while patches send: what was acknowledged is there, and the tables are whole."""

import signal
import time

import psycopg

from tests.faults.load import Load

WORK = 40
MACHINES = 2  # that migrate at once
PATIENCE_S = 1800.0
EARLIER = ("-m", "tests.faults.going_back", "vitals", "0009_reindex")
NEWEST = ("manage.py", "migrate")
# What migrates changes this table, but not first.
HELD = "LOCK TABLE vitals_recording IN ACCESS SHARE MODE"
WAITING = """
SELECT count(*) > 0 FROM pg_stat_activity
WHERE usename = 'chartwave_owner' AND wait_event_type = 'Lock'
"""
COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
WHERE table_schema = 'public' ORDER BY 1, 2
"""
FUNCTIONS = """
SELECT proname, md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2
"""
# A migration as nobody should write it: it copies a table and puts the copy in its place, and what
# comes in between is in neither.
COPY = """
CREATE TABLE copied (LIKE vitals_chunkreceipt INCLUDING ALL);
INSERT INTO copied SELECT * FROM vitals_chunkreceipt;
"""
SWAP = """
DROP TABLE vitals_chunkreceipt;
ALTER TABLE copied RENAME TO vitals_chunkreceipt;
GRANT SELECT, INSERT ON vitals_chunkreceipt TO chartwave_app;
"""


def tables(stage):
    with stage.connect() as connection:
        return [connection.execute(query).fetchall() for query in (COLUMNS, FUNCTIONS)]


def killed(stage):
    """Kill a migration where a lock of ours holds its transaction; whether it came so far."""
    with psycopg.connect(stage.urls.owner_url) as holding, stage.superuser() as looking:
        holding.execute(HELD)
        migration = stage.as_owner(*NEWEST)
        while migration.poll() is None and not looking.execute(WAITING).fetchone()[0]:
            time.sleep(0.005)
        migration.send_signal(signal.SIGKILL)
        migration.communicate()
    return migration.returncode == -signal.SIGKILL


def test_tables_change_under_load_by_two_machines_after_one_was_killed(make_stage, tmp_path):
    stage = make_stage()
    before = tables(stage)
    with Load(stage, tmp_path) as load:
        load.wait_for_more(WORK)
        stage.done_as_owner(*EARLIER)
        assert tables(stage) != before
        load.wait_for_more(WORK)
        assert killed(stage)
        machines = [stage.as_owner(*NEWEST) for _ in range(MACHINES)]
        said = [machine.communicate(timeout=PATIENCE_S)[0].decode() for machine in machines]
        assert [machine.returncode for machine in machines] == [0] * MACHINES, said
        load.wait_for_more(WORK)
        load.end()
        verdict = load.verdict()
    assert tables(stage) == before
    assert verdict.promised > 3 * WORK
    assert verdict.clean, verdict


def test_it_finds_what_a_careless_migration_loses(make_stage, tmp_path):
    stage = make_stage()
    with Load(stage, tmp_path) as load, psycopg.connect(stage.urls.owner_url) as owner:
        load.wait_for_more(WORK)
        owner.execute(COPY)
        owner.commit()
        load.wait_for_more(WORK)
        load.end()
        owner.execute(SWAP)
        owner.commit()
        assert load.promised().lost
