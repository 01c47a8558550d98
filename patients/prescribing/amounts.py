"""How much of each ingredient a proposed dose is, at once and in 24 hours."""

from dataclasses import dataclass
from decimal import Decimal

from patients.prescribing.comparison import Proposed
from patients.prescribing.dose import Amount, units
from patients.prescribing.frequency import frequencies


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken of one ingredient; None where that is not known."""

    single: Amount | None
    daily: Amount | None


def taken(proposed: Proposed, ingredient: str) -> Taken:
    """At once, and in 24 hours on average over the rhythm (a weekly dose counts a seventh)."""
    single = _single(proposed, ingredient)
    often = frequencies().get(proposed.frequency)
    if single is None or often is None:
        return Taken(single, None)
    if often.key == "once":
        return Taken(single, single)
    per_day = often.doses_per_day
    return Taken(single, single.times(per_day) if per_day else None)


def _single(proposed: Proposed, ingredient: str) -> Amount | None:
    dose = proposed.dose
    if dose is None or dose.unit not in units():
        return None
    if proposed.strength.unit:
        counted = dose.to(proposed.strength.unit)
        per_unit = dict(proposed.strength.amounts).get(ingredient)
        if counted and per_unit:
            return per_unit.times(counted.value)
    unit = units()[dose.unit]
    alone = proposed.ingredients == (ingredient,)
    return dose if alone and not unit.counted and not unit.kind.startswith("volume") else None


def ratio(amount: Amount | None, limit: Amount | None) -> Decimal | None:
    """How many times the limit; None when either is missing or they do not compare."""
    same = amount.to(limit.unit) if amount and limit else None
    return same.value / limit.value if same and limit else None


def per_kg(amount: Amount | None, weight_kg: Decimal) -> Amount | None:
    """An amount for each kg of body weight, to three digits."""
    if amount is None:
        return None
    return Amount((amount.value / weight_kg).quantize(Decimal("0.001")), amount.unit)
