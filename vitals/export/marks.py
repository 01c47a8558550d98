"""What the computer found and the patient marked in the part of a recording that leaves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from vitals.ecg.arrays import Span
from vitals.ecg.beats.classes import LETTERS, UNCLASSIFIED, kept_beats
from vitals.live import newest_reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from vitals.export.stretch import Stretch

PIECES_AT_ONCE: Final = 12
BUTTON: Final = "The patient pressed the button"


class Kind(StrEnum):
    """What a mark is about."""

    QUALITY = "quality"
    EPISODE = "episode"
    EVENT = "event"


@dataclass(frozen=True)
class Mark:
    """Something about samples ``span`` of the recording, in words."""

    span: Span
    kind: Kind
    text: str


def beats(stretch: Stretch) -> Iterator[tuple[int, str]]:
    """R peaks and the letters of their classes, in order; Q where a beat was not classified."""
    pieces = stretch.recording.analyses.pieces().current().touched_by(*stretch.span)
    for kept in pieces.values_list("result", flat=True).iterator(PIECES_AT_ONCE):
        found, classes = kept_beats(kept)
        known = len(classes) == len(found)
        codes = classes.tolist() if known else [UNCLASSIFIED] * len(found)
        for sample, code in zip(found.tolist(), codes, strict=True):
            if stretch.span.start <= sample < stretch.span.end:
                yield sample, LETTERS[code]


def marks(stretch: Stretch) -> list[Mark]:
    """Quality, episodes and the button, in order of time; what reaches out is cut off."""
    reading = newest_reading(stretch.recording)
    result = reading.result if reading else {}
    found = [*_quality(result, stretch.rate_hz), *_episodes(result), *_events(stretch)]
    inside = (Mark(mark.span.clipped(*stretch.span), mark.kind, mark.text) for mark in found)
    return sorted((mark for mark in inside if mark.span.length), key=lambda mark: mark.span)


def reader(stretch: Stretch) -> str:
    """Who read the recording, and how much that is worth; empty where nobody has."""
    reading = newest_reading(stretch.recording)
    if reading is None:
        return ""
    return (
        "Beats, quality and episodes: preliminary, unreviewed computer reading by "
        f"{reading.algorithm} {reading.algorithm_version}"
    )


def _quality(result: Mapping[str, Any], rate_hz: float) -> Iterator[Mark]:
    grades: Iterable[Any] = result.get("grades") or ()
    for run in grades:
        span = Span(round(run["from_s"] * rate_hz), round(run["to_s"] * rate_hz))
        yield Mark(span, Kind.QUALITY, f"signal quality: {run['grade']}")


def _episodes(result: Mapping[str, Any]) -> Iterator[Mark]:
    for episode in result.get("episodes") or ():
        span = Span(episode["start_sample"], episode["end_sample"])
        yield Mark(span, Kind.EPISODE, str(episode["kind"]).replace("-", " "))


def _events(stretch: Stretch) -> Iterator[Mark]:
    for event in stretch.recording.events.order_by("device_time"):
        seconds = (event.device_time - stretch.starts_at).total_seconds()
        at = stretch.span.start + round(seconds * stretch.rate_hz)
        yield Mark(Span(at, at + 1), Kind.EVENT, BUTTON)
