"""Numbers and scales as the header of an EDF file has room for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

DIGITAL: Final = (-32768, 32767)


def number(value: float) -> str:
    """A number in at most 8 characters, as exact as they allow, without an exponent.

    >>> number(-163840.0), number(0.4), number(159.995117)
    ('-163840', '0.4', '159.9951')
    """
    for digits in range(7, -1, -1):
        text = f"{value:.{digits}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        if len(text) <= 8:
            return text
    raise ValueError(f"{value} does not fit into 8 characters.")


def scaled(unit_per_step: float, factors: Mapping[str, float]) -> tuple[str, float]:
    """The unit in which the header states the scale most exactly.

    Args:
        unit_per_step: In a unit of which ``factors`` tells how many make one of another.
        factors: Other unit → how many of ours it is, the preferred first.

    >>> scaled(4.8828125, {"uV": 1.0, "mV": 1000.0})
    ('mV', 0.0048828125)
    """
    span = DIGITAL[1] - DIGITAL[0]

    def error(unit: str) -> float:
        step = unit_per_step / factors[unit]
        try:
            ends = [float(number(step * end)) for end in DIGITAL]
        except ValueError:
            return math.inf
        return abs((ends[1] - ends[0]) / span / step - 1)

    unit = min(factors, key=lambda each: round(error(each), 12))
    return unit, unit_per_step / factors[unit]
