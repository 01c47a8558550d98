"""How long to wait before trying again: doubling, with jitter, never longer than an hour."""

import random
from datetime import timedelta

FIRST_ITEM_S = 30.0
FIRST_TARGET_S = 5.0
LONGEST_S = 3600.0


def item_pause(attempts: int, asked_s: float | None = None) -> timedelta:
    """Pause of one resource after ``attempts`` tries; ``asked_s`` is the other system's wish."""
    return _pause(FIRST_ITEM_S, attempts, asked_s)


def target_pause(failures: int, asked_s: float | None = None) -> timedelta:
    """Pause of a whole target after ``failures`` in a row."""
    return _pause(FIRST_TARGET_S, failures, asked_s)


def _pause(first_s: float, times: int, asked_s: float | None) -> timedelta:
    doubled = min(first_s * 2.0 ** min(times - 1, 20), LONGEST_S)
    # Jitter, so that many houses do not return to a recovering server in step.
    seconds = doubled * random.uniform(0.5, 1.0)  # noqa: S311
    return timedelta(seconds=max(seconds, min(asked_s or 0.0, LONGEST_S)))
