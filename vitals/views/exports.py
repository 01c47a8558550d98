"""Downloads of a recording, or of a part of it."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.access import principal
from vitals.acts.exporting import export
from vitals.ecg.arrays import Span
from vitals.errors import NoSuchRecording
from vitals.export.forms import FORMS
from vitals.export.refusals import BadExport
from vitals.models import Recording
from vitals.storage.reading import end_sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http.response import HttpResponseBase

CLOCK = re.compile(r"([0-9]{1,4}):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]{1,3})?))?")
MILLISECONDS = re.compile(r"[0-9]{1,13}")


@require_GET
def recording_export(request: HttpRequest, recording_id: UUID, form: str) -> HttpResponseBase:
    """The file, sent while it is made."""
    by = principal(request)
    found = Recording.objects.opened_by(by, recording_id)
    if found is None or form not in FORMS:
        raise NoSuchRecording
    identity = request.GET.get("identity") == "yes"
    asked = asked_samples(request.GET.get, found)
    file = export(by=by, recording=found, asked=asked, form=form, identity=identity)
    answer = StreamingHttpResponse(file.made.parts, content_type=file.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
    answer["Cache-Control"] = "no-store"
    if file.made.n_bytes is not None:
        answer["Content-Length"] = str(file.made.n_bytes)
    return answer


def asked_samples(given: Callable[[str, str], str | None], recording: Recording) -> Span:
    """Samples between ``from`` and ``to`` (H:MM:SS), or ``start_ms`` and ``end_ms``; else all.

    Raises:
        BadExport: They are no such times, or the end does not come after the start.
    """
    end_of_all = max(end_sample(recording), 1)
    start_s = _time(given("from", "") or "", given("start_ms", "") or "")
    end_s = _time(given("to", "") or "", given("end_ms", "") or "")
    rate = recording.sampling_rate_hz
    first = 0 if start_s is None else int(start_s * rate)
    end = end_of_all if end_s is None else min(math.ceil(end_s * rate), end_of_all)
    if start_s is not None and end_s is not None and end_s <= start_s:
        raise BadExport
    return Span(first, max(first, end))


def _time(clock: str, milliseconds: str) -> float | None:
    """Seconds from the beginning; None where nothing is said."""
    clock, milliseconds = clock.strip(), milliseconds.strip()
    if clock:
        found = CLOCK.fullmatch(clock)
        if found is None:
            raise BadExport
        hours, minutes, seconds = (float(part or 0) for part in found.groups())
        return 3600 * hours + 60 * minutes + seconds
    if not milliseconds:
        return None
    if not MILLISECONDS.fullmatch(milliseconds):
        raise BadExport
    return int(milliseconds) / 1000
