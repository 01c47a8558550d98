"""Serves a sync target as the worker of a stage would, without the worker's pauses.

Runs beside the stage: ``python -m tests.faults.sending WISHES`` makes a patient with weights and a
target, sends until nothing waits, and prints the patient and what waits all the same.
"""

import json
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from ehr_project.database.processes import until

PATIENCE_S = 1.0
COLLECTED_WITHIN_S = 120
ROUNDS = 60


def sent(*, given: str, values: Sequence[str], **wishes: Any) -> dict[str, Any]:
    """Everything of a new patient, to a target made by ``wishes``."""
    from tests.faults.set_up import target, wearer, weighed

    person = wearer(given=given)
    weighed(patient=person["patient"], values=values)
    target(patients=[person["patient"]], **wishes)
    return {"person": person, "waiting": push()}


def push() -> list[list[str]]:
    """Send until nothing waits; between rounds an administrator has it all tried again."""
    from django.db.models import Max

    from accounts.principals import principal_of
    from fhir.models import Change
    from tests.faults.set_up import ground
    from vitals.models import SyncCursor, SyncPending, SyncTarget
    from vitals.sync import loop
    from vitals.sync.acts import retry

    loop.connect = partial(loop.connect, read_timeout_s=PATIENCE_S)
    _, administrator, _ = ground()

    def collected() -> bool:
        # What another transaction of the database still hides comes a moment later.
        loop.run_once()
        latest = Change.objects.aggregate(seq=Max("seq"))["seq"]
        return not SyncCursor.objects.filter(seq__lt=latest).exists()

    assert until(collected, COLLECTED_WITHIN_S)
    for _ in range(ROUNDS):
        if not SyncPending.objects.exists():
            break
        for target in SyncTarget.objects.all():
            retry(by=principal_of(administrator), target=target)
        loop.run_once()
    return [list(row) for row in SyncPending.objects.values_list("type", "state", "last_error")]


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(sent(**json.loads(sys.argv[1]))))
