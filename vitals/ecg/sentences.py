"""The reading in words: what was found in the time that could be read, and what is not said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from vitals.ecg import rhythm
from vitals.ecg.af import SHORTEST_S
from vitals.ecg.grid import SEGMENT_S, SEGMENTS_PER_PIECE
from vitals.ecg.rhythm import Pause, RateRange, Regularity

SUPRAVENTRICULAR: Final = "Supraventricular ectopy is not assessed"
INTERVALS: Final = (("pr", "PR", "pr_ms"), ("qrs", "QRS", "qrs_ms"), ("qt", "QT", "qt_ms"))
QTC: Final = ("qtc", "QTc (Fridericia)", "qtc_fridericia_ms")


def of_rate(rate: RateRange) -> str:
    """The rate."""
    return (
        f"Rate {rate.low_per_min:.0f} to {rate.high_per_min:.0f} per minute "
        f"(over {rate.intervals} intervals), mean {rate.mean_per_min:.0f}"
    )


def of_regularity(word: Regularity, uneven_share: float | None) -> str:
    """How even the intervals are."""
    if uneven_share is None:
        return "Regularity undetermined: too few intervals"
    limit = f"{rhythm.OFF_SHARE:.0%}"
    return f"{word.capitalize()}: {uneven_share:.0%} of the intervals differ by more than {limit}"


def of_pauses(pauses: Sequence[Pause]) -> str:
    """How many pauses, and the longest."""
    limit = f"{rhythm.PAUSE_S:g} s or more"
    if not pauses:
        return f"No pause of {limit} found in the time that could be read"
    longest = max(pause.seconds for pause in pauses)
    return f"{_count(len(pauses), 'pause')} of {limit}, the longest {longest:.1f} s"


def of_af(af: Mapping[str, Any]) -> str:
    """How much of the time atrial fibrillation is possible."""
    if af["withheld"]:
        return f"Atrial fibrillation is not assessed: {af['withheld']}"
    if not af["episodes"]:
        limit = f"{SHORTEST_S:g} s or more"
        return f"No episode of {limit} found in which atrial fibrillation is possible"
    return (
        f"Possible atrial fibrillation in {af['burden']:.1%} of the time that could be read: "
        f"{_count(af['episodes'], 'episode')}, the longest {_duration(af['longest_s'])}"
    )


def of_ventricular(found: Mapping[str, Any]) -> str:
    """Ventricular beats, alone and in a row."""
    if found["beats"] is None:
        return f"Ventricular beats are not assessed: {found['withheld'] or 'no beats'}"
    beats = f"{_count(found['beats'], 'ventricular beat')} ({found['share']:.1%} of all)"
    parts = [f"{found['isolated']} isolated", _count(found["couplets"], "couplet")]
    if found["withheld"]:
        return f"{beats}: {', '.join(parts)}; runs withheld: {found['withheld']}"
    parts.append(_count(found["runs"], "run"))
    if found["runs"]:
        parts.append(f"the longest of {found['longest_run']} beats")
    return f"{beats}: {', '.join(parts)}"


def of_intervals(found: Mapping[str, Any]) -> str:
    """PR, QRS, QT and QTc, each with its length or why it is withheld."""
    words = []
    for key, name, value in (*INTERVALS, QTC):
        withheld = found["withheld"][key]
        if withheld or found[value] is None:
            words.append(f"{name} withheld ({withheld or 'not measured'})")
        else:
            words.append(f"{name} {found[value]:.0f} ms")
    return ", ".join(words)


def of_leads(leads: Sequence[tuple[str, str | None]]) -> list[str]:
    """What is wrong with leads; one sentence for each."""
    return [f"Lead {name}: {problem}" for name, problem in leads if problem]


def of_share(share: float) -> str:
    """How much could be read."""
    # Rounded down: "100%" is all of it.
    return f"{math.floor(100 * share)}% of the time could be read"


def of_failed(n_pieces: int) -> list[str]:
    """What could not be examined, for a fault of ours."""
    if not n_pieces:
        return []
    minutes = n_pieces * SEGMENTS_PER_PIECE * SEGMENT_S / 60
    return [f"{minutes:.0f} minutes of it could not be examined: the program failed there"]


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
