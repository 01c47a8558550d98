"""The time or the amount that an element covers, as the least and the greatest it can be."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from fhir.times import FIRST, LAST, moment_range

Moments: TypeAlias = tuple[datetime, datetime]
Amounts: TypeAlias = tuple[Decimal, Decimal]

LEAST, GREATEST = Decimal("-Infinity"), Decimal("Infinity")
MOST_DIGITS = 100
LONGEST_SAMPLES = 20_000
SAMPLE = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")


def of_moment(value: Any) -> Moments | None:
    """A date, dateTime or instant; None for what is none."""
    if value.__class__ is not str:
        return None
    low, high = moment_range(value)
    if low is None or high is None:
        return None
    return low, high


def of_period(value: Any) -> Moments | None:
    """A Period; a side that is not said is open, one that cannot be read makes it unknown.

    An open end is the edge of time (``fhir.times``), because infinity does not come back from the
    database.
    """
    start, end = value.get("start"), value.get("end")
    if start is None and end is None:
        return None
    first = (FIRST, FIRST) if start is None else of_moment(start)
    last = (LAST, LAST) if end is None else of_moment(end)
    if first is None or last is None:
        return None
    return first[0], last[1]


def of_timing(value: Any) -> Moments | None:
    """A Timing from its first to its last moment (FHIR R4 3.1.1.4.7: details are ignored)."""
    repeat = value.get("repeat")
    bounds = repeat.get("boundsPeriod") if repeat.__class__ is dict else None
    spans = [of_moment(event) for event in _list(value.get("event"))]
    spans.append(of_period(bounds) if bounds.__class__ is dict else None)
    found = [span for span in spans if span is not None]
    if not found:
        return None
    return min(low for low, _ in found), max(high for _, high in found)


def of_number(value: Any) -> Decimal | None:
    """A number that a column can hold; None for what is none, or absurdly large or fine."""
    if value.__class__ is int:
        return Decimal(value) if -(10**MOST_DIGITS) < value < 10**MOST_DIGITS else None
    if not isinstance(value, Decimal) or not value.is_finite():
        return None
    _, digits, exponent = value.as_tuple()
    fits = isinstance(exponent, int) and abs(exponent) <= MOST_DIGITS
    # A plain Decimal: the one that keeps its literal is nobody's business in the database.
    return Decimal(value) if fits and len(digits) <= MOST_DIGITS else None


def of_amount(value: Any) -> Amounts | None:
    """A Quantity, Age, Duration or Money; a comparator opens one end."""
    number = of_number(value.get("value"))
    if number is None:
        return None
    return {
        "<": (LEAST, number.next_minus()),
        "<=": (LEAST, number),
        ">=": (number, GREATEST),
        ">": (number.next_plus(), GREATEST),
    }.get(str(value.get("comparator")), (number, number))


def of_range(value: Any) -> Amounts | None:
    """A Range; a side that is not said is open."""
    low, high = (
        of_number(side.get("value")) if side.__class__ is dict else None
        for side in (value.get("low"), value.get("high"))
    )
    if low is None and high is None:
        return None
    return LEAST if low is None else low, GREATEST if high is None else high


def of_samples(value: Any) -> Amounts | None:
    """SampledData from its lowest to its highest sample; None for a long one without limits."""
    origin = value.get("origin")
    zero = of_number(origin.get("value")) if origin.__class__ is dict else None
    factor = of_number(value.get("factor", 1))
    ends = [of_number(value.get("lowerLimit")), of_number(value.get("upperLimit"))]
    limits = [end for end in ends if end is not None]
    samples = limits if len(limits) == len(ends) else list(_samples(value.get("data")))
    if zero is None or factor is None or not samples:
        return None
    one, other = zero + min(samples) * factor, zero + max(samples) * factor
    return min(one, other), max(one, other)


def _samples(data: Any) -> Iterator[Decimal]:
    if data.__class__ is not str or len(data) > LONGEST_SAMPLES:
        return
    for word in data.split():
        if SAMPLE.fullmatch(word):  # not E, L or U: no value, or one beyond the limits
            yield Decimal(word)


def _list(value: Any) -> list[Any]:
    return value if value.__class__ is list else []
