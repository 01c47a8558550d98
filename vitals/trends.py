"""What became of the heart rate over a recording."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from vitals.live import newest_reading
from vitals.storage.reading import shown

if TYPE_CHECKING:
    from vitals.models import Recording

STEP = timedelta(minutes=1)


def rate_points(recording: Recording) -> list[tuple[datetime, float]]:
    """Mean rate of each minute that could be read, at the middle of the minute."""
    analysis = newest_reading(recording)
    first = shown(recording).order_by("first_sample").defer("payload").first()
    if analysis is None or first is None:
        return []
    zero = first.start_time - timedelta(seconds=first.first_sample / recording.sampling_rate_hz)
    rates = analysis.result.get("rate_by_minute", [])
    return [
        (zero + STEP * (minute + 0.5), rate)
        for minute, rate in enumerate(rates)
        if rate is not None
    ]
