"""When a sample was measured, by the corrected clock of the chunk that brought it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from vitals.storage.reading import shown

if TYPE_CHECKING:
    from datetime import datetime

    from vitals.models import Recording


def time_of(recording: Recording, sample: int) -> datetime:
    """Corrected time of a sample, from the chunk that holds it, else from the next one."""
    chunks = shown(recording).order_by("first_sample").defer("payload")
    before = chunks.filter(first_sample__lte=sample).last()
    chunk = before or chunks.first()
    if chunk is None:
        return recording.started_at
    offset_s = (sample - chunk.first_sample) / recording.sampling_rate_hz
    return chunk.start_time + timedelta(seconds=offset_s)
