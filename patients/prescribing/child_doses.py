"""Doses of a child under 16: per kg of a weight at most 30 days old."""

from decimal import Decimal

from patients.prescribing.adult_doses import FAR_ABOVE, readable_number
from patients.prescribing.amounts import per_kg, ratio, taken
from patients.prescribing.comparison import ADULT_YEARS, Facts, Finding, Kind, Proposed, Severity
from patients.prescribing.dose import Amount
from patients.prescribing.local_use import LOCAL_ROUTES
from patients.prescribing.rules import ChildRange, Rulebook

OLDEST_WEIGHT_DAYS = 30
DAYS_A_YEAR = 365.25
LIGHTEST_KG = Decimal("0.3")


def weight(facts: Facts) -> Decimal | None:
    """The weight, when it is recent enough to dose by."""
    if facts.weight_kg is None or facts.weighed_on is None or facts.weight_kg < LIGHTEST_KG:
        return None
    age = (facts.today - facts.weighed_on).days
    return facts.weight_kg if 0 <= age <= OLDEST_WEIGHT_DAYS else None


def child_findings(proposed: Proposed, facts: Facts, rules: Rulebook) -> list[Finding]:
    """Age limits and doses per kg; "weigh first" where there is no recent weight."""
    if not facts.is_child:
        return []
    found: list[Finding] = []
    kg = weight(facts)
    if kg is None:
        found.append(_weigh_first(proposed, facts))
    for key in proposed.ingredients:
        row = rules.child_range(key, proposed.route)
        found += _too_young(key, facts, row, rules)
        if kg is not None and proposed.route not in LOCAL_ROUTES:
            found += _by_weight(proposed, key, kg, row, rules)
    return found


def _weigh_first(proposed: Proposed, facts: Facts) -> Finding:
    last = (
        f"The last weight is {readable_number(facts.weight_kg)} kg of "
        f"{facts.weighed_on:%d-%b-%Y}, which is too old or not possible."
        if facts.weight_kg is not None and facts.weighed_on
        else "No weight is recorded."
    )
    return Finding(
        "child-weigh-first",
        Kind.CHILD,
        Severity.UNKNOWN,
        "Weigh first; dose per kg cannot be checked",
        f"{proposed.text} for a child under {ADULT_YEARS}: {last} An adult maximum says nothing "
        "about a child.",
        f"Weigh the child. The weight must be at most {OLDEST_WEIGHT_DAYS} days old.",
        "BNF for Children, prescribing in children",
    )


def _age_days(facts: Facts) -> float:
    if facts.age_days is not None:
        return facts.age_days
    return (facts.age_years or 0) * DAYS_A_YEAR


def _too_young(key: str, facts: Facts, row: ChildRange | None, rules: Rulebook) -> list[Finding]:
    if row is None or row.min_age_days is None or _age_days(facts) >= row.min_age_days:
        return []
    return [
        Finding(
            f"child-age-{key}",
            Kind.CHILD,
            Severity.CONTRAINDICATED,
            f"{rules.book.name(key)}: too young",
            row.age_text,
            "Choose another, or ask a paediatrician.",
            row.source,
        )
    ]


def _by_weight(
    proposed: Proposed, key: str, kg: Decimal, row: ChildRange | None, rules: Rulebook
) -> list[Finding]:
    name = rules.book.name(key)
    amounts = taken(proposed, key)
    once, day = per_kg(amounts.single, kg), per_kg(amounts.daily, kg)
    said = f"For {readable_number(kg)} kg this is {_said(once, day)}."
    if row is None or not (row.dose_high or row.day_high):
        return [_no_range(name, key, said)]
    if once is None or ratio(once, row.dose_high or row.day_high) is None:
        return [_no_range(name, key, "Dose, unit or strength do not tell the dose per kg.")]
    worst = max(
        ratio(once, row.dose_high) or Decimal(0),
        ratio(day, row.day_high) or Decimal(0),
        ratio(amounts.single, row.single_max) or Decimal(0),
        ratio(amounts.daily, row.day_max) or Decimal(0),
    )
    if worst > 1:
        return [_outside(name, key, said, row, worst)]
    if (ratio(once, row.dose_low) or Decimal(1)) < 1:
        return [_outside(name, key, said, row, None)]
    if day is None and row.day_high is not None:
        return [_no_day(name, key, said)]
    return [_stated(name, key, said, row)]


def _said(once: Amount | None, day: Amount | None) -> str:
    parts = [f"{once.text} per kg at once" if once else "not known at once"]
    parts.append(f"{day.text} per kg in 24 hours" if day else "not known in 24 hours")
    return " and ".join(parts)


def _usual(row: ChildRange) -> str:
    low = f"{row.dose_low.text} to " if row.dose_low else ""
    parts = [
        f"{low}{row.dose_high.text} per kg at once" if row.dose_high else "",
        f"at most {row.day_high.text} per kg in 24 hours" if row.day_high else "",
        f"never above {row.single_max.text} at once" if row.single_max else "",
        f"never above {row.day_max.text} in 24 hours" if row.day_max else "",
    ]
    return ", ".join(filter(None, parts))


def _outside(name: str, key: str, said: str, row: ChildRange, times: Decimal | None) -> Finding:
    far = times is not None and times >= FAR_ABOVE
    side = "below" if times is None else "above"
    return Finding(
        f"child-dose-{side}-{key}",
        Kind.CHILD,
        Severity.CONTRAINDICATED if far else Severity.SERIOUS if times else Severity.CAUTION,
        f"{name}: {side} the range for a child",
        f"{said} Usual: {_usual(row)}."
        + (f" This is {readable_number(times)} times the most." if times else ""),
        "Check dose, unit, weight and frequency. Look for a tenfold error.",
        row.source,
    )


def _stated(name: str, key: str, said: str, row: ChildRange) -> Finding:
    """The dose per kg beside the usual range; both stand there for a person to compare."""
    return Finding(
        f"child-dose-per-kg-{key}",
        Kind.CHILD,
        Severity.CAUTION,
        f"{name}: dose per kg of a child",
        f"{said} Usual: {_usual(row)}.",
        "Compare with what the illness needs.",
        row.source,
    )


def _no_range(name: str, key: str, said: str) -> Finding:
    return Finding(
        f"child-no-range-{key}",
        Kind.CANNOT_CHECK,
        Severity.UNKNOWN,
        f"{name}: the dose for a child cannot be checked",
        f"{said} The table has no range to compare it with.",
        "Look it up in a children's formulary.",
        "Table of doses for children",
    )


def _no_day(name: str, key: str, said: str) -> Finding:
    return Finding(
        f"child-no-day-{key}",
        Kind.CANNOT_CHECK,
        Severity.UNKNOWN,
        f"{name}: the dose in 24 hours cannot be checked",
        said,
        "Write how often at most.",
        "Table of doses for children",
    )
