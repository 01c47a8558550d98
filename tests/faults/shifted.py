"""The web pages on a machine whose clock is wrong by SHIFT_S seconds, as gunicorn loads them."""

import os
import time
from datetime import timedelta

from django.utils import timezone

SHIFT_S = float(os.environ["SHIFT_S"])

right_now, right_time = timezone.now, time.time


def now():
    """What this machine takes for the time."""
    return right_now() + timedelta(seconds=SHIFT_S)


timezone.now = now
time.time = lambda: right_time() + SHIFT_S

from ehr_project.wsgi import application  # noqa: E402

__all__ = ["application"]
