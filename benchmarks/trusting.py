"""The house without what trust costs: the measure of benchmarks/trust.py, and nothing else.

``BENCHMARK_WITHOUT`` names what is taken out of this process, of ``audit``, ``authorization`` and
``idempotency``. Everything else is the application as it is: middleware, forms, history, fsync.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Sequence
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ehr_project.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402

from accounts import audit  # noqa: E402
from fhir.ports import port  # noqa: E402
from fhir.principal import SYSTEM  # noqa: E402
from vitals.api import authentication  # noqa: E402
from vitals.jobs import ENQUEUE, job_of  # noqa: E402
from vitals.models.chunks import RAW  # noqa: E402
from vitals.statements import run  # noqa: E402
from vitals.storage import ledger  # noqa: E402


def nothing(*_: Any, **__: Any) -> None:
    """Whatever was asked for, it is not done."""


def anybody(_: Any) -> Any:
    """Whoever asks is the house itself."""
    return SYSTEM


def everything(rows: Any, _: Any) -> Any:
    """All rows, whoever asks."""
    return rows


def without_audit() -> None:
    """Nothing is noted."""
    audit.record = nothing  # type: ignore[assignment]
    settings.FHIR_PORTS |= {"record_access": f"{__name__}.nothing"}


def without_authorization() -> None:
    """No token, no key (one that was right once is believed), no rows left out, no limit."""
    settings.FHIR_PORTS |= {
        "authenticate": f"{__name__}.anybody",
        "visible": f"{__name__}.everything",
        "writable": f"{__name__}.nothing",
        "spend": f"{__name__}.nothing",
    }
    settings.RATE_LIMITS |= dict.fromkeys(settings.RATE_LIMITS, 0)
    authentication._opened = functools.cache(authentication._opened)


def without_idempotency() -> None:
    """Samples are inserted: no receipt, no look whether they are here, no hold on the recording."""
    ledger.take_in = insert


# Samples and the job that reads them, as `ledger.WRITE`, but without receipts.
INSERT, replaced = re.subn(r"receipts AS \(.*?\n\), ", "", ledger.WRITE + ENQUEUE, flags=re.DOTALL)
assert replaced == 1


def insert(
    recording_id: Any, _device_id: str, uploads: Sequence[Any], times: Sequence[Any]
) -> tuple[int, bool]:
    """One channel, nobody's."""
    columns = ledger._columns(uploads) | {
        "counts": [len(upload.data) // 2 for upload in uploads],
        "starts": list(times),
        "pairings": [None for _ in uploads],
    }
    run(INSERT, columns | {"recording": recording_id, "codec": RAW} | job_of(recording_id))
    return 1, False


PARTS: dict[str, Callable[[], None]] = {
    "audit": without_audit,
    "authorization": without_authorization,
    "idempotency": without_idempotency,
}
for part in os.environ["BENCHMARK_WITHOUT"].split(","):
    PARTS[part]()
port.cache_clear()  # the application asked for all of them while it started
application = WSGIHandler()
