"""The data records of an EDF+ file, each with its annotations, and the file as a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from vitals.ecg.arrays import BoolArray, IntArray, Span
from vitals.export.edf.header import Person, header
from vitals.export.edf.layout import IN_PART, NOT_MEASURED, Plan, Remark, seconds_text, told
from vitals.storage.codec import MISSING, Int16Array

LoadSamples: TypeAlias = Callable[[Span], Int16Array]


def stream(
    planned: Plan, load: LoadSamples, person: Person, equipment: str, samples_at_once: int
) -> Iterator[bytes]:
    """The file in parts.

    Args:
        planned: The layout.
        load: Gives int16 (n, channels) of a span of the recording; −32768 where there is none.
        person: Whom it is about; empty fields are written as unknown.
        equipment: What recorded it.
        samples_at_once: Most samples per channel that are loaded together.
    """
    yield header(planned, person, equipment)
    notes = Notes(planned)
    breaks = np.flatnonzero(np.diff(planned.firsts) != planned.record) + 1
    most = max(1, samples_at_once // planned.record)
    for firsts in np.split(planned.firsts, breaks):
        for at in range(0, len(firsts), most):
            part = firsts[at : at + most]
            span = Span(int(part[0]), int(part[-1]) + planned.record)
            block = load(span)
            block[max(0, planned.end - span.start) :] = MISSING
            yield _records(planned, notes, part, block)


def _records(planned: Plan, notes: Notes, firsts: IntArray, block: Int16Array) -> bytes:
    """Consecutive records with their annotations."""
    rows = block.reshape(len(firsts), planned.record, -1).transpose(0, 2, 1)
    absent = rows == MISSING
    texts = b"".join(
        notes.of(int(first), missing) for first, missing in zip(firsts, absent, strict=True)
    )
    annotations = np.frombuffer(texts, np.uint8).reshape(len(firsts), -1)
    data = np.ascontiguousarray(rows, "<i2").reshape(len(firsts), -1).view(np.uint8)
    return np.hstack([data, annotations]).tobytes()


@dataclass
class Notes:
    """The annotations of one record after the other: its time, what is missing, what is remarked.

    ``ongoing``: by channel, what is missing up to the end of the record before.
    """

    planned: Plan
    record: int = 0
    ongoing: dict[int, Remark] = field(default_factory=dict)

    def of(self, first: int, missing: BoolArray) -> bytes:
        """The annotations of the next record, filled up with zeros.

        Args:
            first: Its first sample.
            missing: Where it has no sample, shape (channels, n).
        """
        planned = self.planned
        last = self.record == len(planned.firsts) - 1
        inside = missing[:, : planned.end - first]
        ended = [
            remark
            for channel in range(len(inside))
            for remark in self._ended(channel, first, inside[channel], last=last)
        ]
        remarks = [*_of_all(ended, len(inside)), *planned.remarks.get(self.record, ())]
        self.record += 1
        texts = [b"+%s\x14\x14\x00" % seconds_text(planned.onset(first))]
        texts += [told(planned, remark) for remark in remarks]
        return b"".join(texts).ljust(planned.notes_bytes, b"\x00")

    def _ended(
        self, channel: int, first: int, missing: BoolArray, *, last: bool
    ) -> Iterator[Remark]:
        """Stretches without samples of one channel that end here, or just before."""
        before, here = self.ongoing.pop(channel, None), _missing(channel, first, missing)
        if before is not None and here is not None and before.span.end == here.span.start:
            text = here.text if before.text == NOT_MEASURED else before.text
            here = replace(here, span=Span(before.span.start, here.span.end), text=text)
            before = None
        if before is not None:
            yield before
        if here is not None:
            if last or here.span.end < first + len(missing):
                yield here
            else:
                self.ongoing[channel] = here


def _missing(channel: int, first: int, missing: BoolArray) -> Remark | None:
    """From the first to the last sample that is missing in a record; None where none is."""
    places = np.flatnonzero(missing)
    if not len(places):
        return None
    span = Span(first + int(places[0]), first + int(places[-1]) + 1)
    return Remark(span, NOT_MEASURED if len(places) == span.length else IN_PART, channel)


def _of_all(ended: list[Remark], n_channels: int) -> list[Remark]:
    """One remark where all channels have the same."""
    if len({(remark.span, remark.text) for remark in ended}) == 1 and len(ended) == n_channels:
        return [replace(ended[0], channel=None)]
    return ended
