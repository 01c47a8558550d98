"""Serves the sync targets of a stage as its worker would, without the worker's pauses.

Runs beside the stage: ``python -m tests.faults.sending ROUNDS`` prints what still waits.
"""

import json
import sys
from functools import partial

PATIENCE_S = 1.0


def push(rounds: int) -> list[list[str]]:
    """Send until nothing waits; between rounds an administrator has it all tried again."""
    from accounts.principals import principal_of
    from tests.faults.set_up import ground
    from vitals.models import SyncPending, SyncTarget
    from vitals.sync import loop
    from vitals.sync.acts import retry

    loop.connect = partial(loop.connect, read_timeout_s=PATIENCE_S)
    _, administrator, _ = ground()
    for _ in range(rounds):
        loop.run_once()
        if not SyncPending.objects.exists():
            break
        for target in SyncTarget.objects.all():
            retry(by=principal_of(administrator), target=target)
    return [list(row) for row in SyncPending.objects.values_list("type", "state", "last_error")]


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(push(int(sys.argv[1]))))
