"""The beats that were found in part of a recording, as its trace marks them."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from vitals.models.analysis import PIECE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vitals.models import Recording

Span = tuple[int, int]

LETTERS: Final = "NVPQ"
"""Normal or unspecified, ventricular, paced, not classified: in the order of their codes."""


def beats_between(recording: Recording, first: int, end: int) -> dict[str, Any]:
    """Beats of samples ``first`` to ``end`` (not included), by the newest reading.

    Returns:
        ``beats``: sample and letter of the class (None where beats were not classified), in order.
        ``rejected``: parts where the signal allowed no claim. ``read_to``: the sample up to which
        the pieces that are finished reach.
    """
    reading = recording.analyses.readings().defer("result").first()  # a day's is a megabyte
    if reading is None:
        return {"beats": [], "rejected": [], "read_to": 0}
    pieces = recording.analyses.pieces().filter(
        algorithm=reading.algorithm + PIECE, algorithm_version=reading.algorithm_version
    )
    kept = [row.result for row in pieces.touched_by(first, end)]
    beats = [beat for piece in kept for beat in _beats(piece) if first <= beat[0] < end]
    rejected = [part for piece in kept for part in _clipped(piece, first, end)]
    core = pieces.order_by("-from_sample").values_list("result__core", flat=True).first()
    return {
        "beats": sorted(beats, key=lambda beat: beat[0]),
        "rejected": sorted(rejected),
        "read_to": core[1] if core else 0,
    }


def _beats(piece: Mapping[str, Any]) -> list[tuple[int, str | None]]:
    """The beats of one piece, which keeps the first one and the steps to the next."""
    places = list(accumulate(piece.get("beats", [])))
    return list(zip(places, _letters(piece.get("classes") or "", len(places)), strict=True))


def _letters(kept: str, n: int) -> Sequence[str | None]:
    """One letter for each beat: kept as such or as codes of two digits; older pieces have none."""
    if len(kept) == n:
        return kept
    if len(kept) == 2 * n:
        return [LETTERS[code] if code < len(LETTERS) else "Q" for code in bytes.fromhex(kept)]
    return [None] * n


def _clipped(piece: Mapping[str, Any], first: int, end: int) -> list[Span]:
    parts = ((max(a, first), min(b, end)) for a, b in piece.get("rejected", []))
    return [part for part in parts if part[0] < part[1]]
