"""What a restored database needs before a house moves in: it is another cluster, and later.

Transaction numbers mean something only in the cluster that gave them. Whoever reads the history or
seals the audit waits for transactions older than the oldest one running; the numbers that came
along may lie far ahead of this cluster's, so rows would wait for years and newer ones be taken
first. All that was restored is settled: it gets numbers that were over before any can begin here
(PostgreSQL's first is 3). Sealed rows come before the newest seal, the others behind it.
"""

from typing import Any

import psycopg

SEALED, SEAL, NOT_SEALED = 0, 1, 2
HISTORY = "UPDATE fhir_change SET txid = 0 WHERE txid <> 0"
AUDIT = f"""
UPDATE accounts_auditevent SET txid = CASE WHEN (txid, id) <= (
  SELECT txid, last_id FROM accounts_auditseal ORDER BY number DESC LIMIT 1
) THEN {SEALED} ELSE {NOT_SEALED} END
"""  # noqa: S608 -- numbers of ours
SEALS = f"""
UPDATE accounts_auditseal SET txid = {SEAL}, last_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
WHERE number = (SELECT max(number) FROM accounts_auditseal)
"""  # noqa: S608 -- numbers of ours
# The house that made the backup may be alive, and what others received since is not known here.
SYNC = "UPDATE vitals_synctarget SET enabled = false"
# Whether backups of this house on this machine come back, nobody has tried yet.
BACKUPS = """
UPDATE house_backup SET outcome = 'made', verified_at = NULL WHERE outcome = 'verified'
"""
STEPS = (
    ("public.fhir_change", HISTORY),
    ("public.accounts_auditseal", AUDIT),
    ("public.accounts_auditseal", SEALS),
    ("public.vitals_synctarget", SYNC),
    ("public.house_backup", BACKUPS),
)


def settle(connection: psycopg.Connection[Any]) -> None:
    """Make the restored database one that a house can go on with."""
    with connection.transaction():
        for table, step in STEPS:
            row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
            if row and row[0]:
                connection.execute(step)
