"""Compares what was promised with what is there: nothing lost, nothing doubled, nothing changed.

Pure: it knows neither the database nor the network.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.faults.stored import Stored
from tests.faults.witness import ChunkPromise, ReadingPromise

Resource = dict[str, Any]
MOST_SAID = 400  # characters of what stands at the other system


@dataclass(frozen=True)
class Part:
    """A recording that a device opened at sample ``begins`` of its tape."""

    recording: str
    begins: int


@dataclass(frozen=True)
class Played:
    """What one device played to the end: int16 (n,), and the recordings it went into."""

    device: str
    tape: np.ndarray
    parts: Sequence[Part]


@dataclass
class Verdict:
    """What the checker found.

    Attributes:
        promised: How many things were to be there.
        lost: What is not there at all.
        doubled: What is there more than once, or that nobody sent.
        changed: What is there with another content.
    """

    promised: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.changed)

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(
            self.promised + other.promised,
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.changed + other.changed,
        )

    def __str__(self) -> str:
        words = [f"{self.promised} promised"]
        for name in ("lost", "doubled", "changed"):
            found = getattr(self, name)
            words.append(
                f"{len(found)} {name}" + "".join(f"\n  {name}: {one}" for one in found[:9])
            )
        return ", ".join(words)


def chunks_here(promises: Iterable[ChunkPromise], stored: Mapping[str, Stored]) -> Verdict:
    """Every promised chunk has exactly one receipt, with its bytes, and its samples are stored."""
    verdict = Verdict()
    ledger = {id_: _by_seq(recording) for id_, recording in stored.items()}
    covered = {id_: _coverage(recording) for id_, recording in stored.items()}
    for promise in promises:
        verdict.promised += 1
        name = f"chunk {promise.seq} of {promise.recording}"
        found = ledger.get(promise.recording, {}).get(promise.seq, [])
        if not found:
            verdict.lost.append(name)
        elif len(found) > 1:
            verdict.doubled.append(f"the receipt of {name}")
        elif (found[0].sha256, found[0].first) != (promise.sha256, promise.first):
            verdict.changed.append(f"the receipt of {name}")
        else:
            times = covered[promise.recording][promise.first : promise.first + found[0].n]
            if len(times) < found[0].n or not times.all():
                verdict.lost.append(f"samples of {name}")
    return verdict


def tape_here(played: Played, stored: Mapping[str, Stored]) -> Verdict:
    """Each sample of the tape is stored once, at its place, in the chart, and as on the tape."""
    times = np.zeros(len(played.tape), np.int32)
    differs = np.zeros(len(played.tape), bool)
    verdict = Verdict(promised=1)
    for part in played.parts:
        for block in stored[part.recording].blocks if part.recording in stored else ():
            span = slice(part.begins + block.first, part.begins + block.first + len(block.samples))
            if span.stop > len(times):
                verdict.doubled.append(f"samples after the end of the tape in {part.recording}")
                continue
            times[span] += 1
            differs[span] |= block.samples[:, 0] != played.tape[span]
            if not block.charted:
                verdict.changed.append(f"samples from {block.first} stand in no chart")
    for words, where, among in (
        ("lost", times == 0, verdict.lost),
        ("doubled", times > 1, verdict.doubled),
        ("changed", differs, verdict.changed),
    ):
        if where.any():
            n, at = int(where.sum()), int(where.argmax())
            among.append(f"{n} samples {words} of the tape of {played.device}, first at {at}")
    return verdict


def recordings_here(played: Iterable[Played], stored: Mapping[str, Stored]) -> Verdict:
    """The devices' recordings are those that they know of."""
    known = {part.recording for one in played for part in one.parts}
    verdict = Verdict(promised=len(known))
    verdict.doubled += [f"recording {id_} that no device knows" for id_ in stored.keys() - known]
    return verdict


def readings_here(promises: Iterable[ReadingPromise], stored: Sequence[tuple[str, str]]) -> Verdict:
    """Every promised reading is one Observation.

    Args:
        promises: What the house said.
        stored: Id and value of each Observation of the device.
    """
    verdict = Verdict()
    ids = Counter(id_ for id_, _ in stored)
    values = Counter(value for _, value in stored)
    for promise in promises:
        verdict.promised += 1
        if not values[promise.value]:
            (verdict.changed if ids[promise.id] else verdict.lost).append(f"reading {promise.id}")
        elif values[promise.value] > 1:
            verdict.doubled.append(f"reading {promise.value}")
    return verdict


@dataclass(frozen=True)
class Expected:
    """A resource that the other system is to have, once.

    Attributes:
        key: How it is known wherever it stands.
        content: What it must say, as found by the same `read` that reads the other system.
    """

    key: str
    content: Any


def there(expected: Iterable[Expected], found: Iterable[Expected]) -> Verdict:
    """Every expected resource is at the other system once, with its content, and no other is."""
    standing: defaultdict[str, list[Any]] = defaultdict(list)
    for one in found:
        standing[one.key].append(one.content)
    verdict = Verdict()
    for one in expected:
        verdict.promised += 1
        contents = standing.pop(one.key, [])
        if not contents:
            verdict.lost.append(one.key)
        elif len(contents) > 1:
            verdict.doubled.append(f"{one.key}, {len(contents)} times")
        elif contents[0] != one.content:
            verdict.changed.append(f"{one.key}: {_short(contents[0])} for {_short(one.content)}")
    verdict.doubled += [f"{key}, which nobody sent" for key in standing]
    return verdict


def _short(content: Any) -> str:
    said = repr(content)
    return said if len(said) <= MOST_SAID else f"{said[:MOST_SAID]}…"


def _by_seq(recording: Stored) -> dict[int, list[Any]]:
    found = defaultdict(list)
    for receipt in recording.receipts:
        found[receipt.seq].append(receipt)
    return found


def _coverage(recording: Stored) -> np.ndarray:
    end = max((block.first + len(block.samples) for block in recording.blocks), default=0)
    times = np.zeros(end, np.int32)
    for block in recording.blocks:
        times[block.first : block.first + len(block.samples)] += 1
    return times
