"""The geometry and the words of a small trend line."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext

WIDTH: Final = 64
HEIGHT: Final = 22
MARGIN: Final = 3


def points(numbers: Sequence[float]) -> list[tuple[float, float]]:
    """Where each value lies, in the units of the drawing; two values or more."""
    low, high = min(numbers), max(numbers)
    span = (high - low) or 1.0
    step = (WIDTH - 2 * MARGIN) / (len(numbers) - 1)
    room = HEIGHT - 2 * MARGIN
    return [
        (round(MARGIN + i * step, 1), round(MARGIN + room * (high - n) / span, 1))
        for i, n in enumerate(numbers)
    ]


def trend_words(numbers: Sequence[float]) -> str:
    """What the line does, for those who cannot see it."""
    if all(a == b for a, b in pairwise(numbers)):
        return gettext("unchanged at %(value)g") % {"value": numbers[-1]}
    return gettext("from %(first)g to %(last)g, lowest %(low)g, highest %(high)g") % {
        "first": numbers[0],
        "last": numbers[-1],
        "low": min(numbers),
        "high": max(numbers),
    }
