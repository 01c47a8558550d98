"""The most of a medicine that an adult gets, and methotrexate, which is never daily."""

from decimal import Decimal

from patients.prescribing.amounts import Taken, ratio, taken
from patients.prescribing.comparison import Facts, Finding, Kind, Proposed, Severity
from patients.prescribing.dose import Amount
from patients.prescribing.frequency import frequencies
from patients.prescribing.local_use import LOCAL_ROUTES
from patients.prescribing.rules import Maximum, Rulebook, maxima

FAR_ABOVE = 2
WEEKLY_AT_MOST = Decimal(1) / 7
INTO_BLOOD_OR_SPINE = frozenset(["intravenous", "intrathecal"])


def dose_findings(proposed: Proposed, facts: Facts, rules: Rulebook) -> list[Finding]:
    """Doses above the maximum, and doses that cannot be compared."""
    found = [] if facts.age_years is not None else [_age_unknown()]
    for key in proposed.ingredients:
        found += _daily_methotrexate(proposed, key)
        if proposed.route not in LOCAL_ROUTES:
            found += _of_ingredient(proposed, key, facts, rules)
    return found


def _of_ingredient(proposed: Proposed, key: str, facts: Facts, rules: Rulebook) -> list[Finding]:
    limit = rules.maximum(key, proposed.route)
    name = rules.book.name(key)
    if limit is None:
        asked = not proposed.route and rules.knows_dose(key, maxima())
        return [_cannot(name, key, "without a route")] if asked else []
    amounts = taken(proposed, key)
    once, day = ratio(amounts.single, limit.single), ratio(amounts.daily, limit.daily)
    which = "daily" if (day or 0) > (once or 0) else "single"
    above = (
        _above(name, key, which, amounts.daily, limit.daily, limit)
        if which == "daily"
        else _above(name, key, which, amounts.single, limit.single, limit)
    )
    unknown = "" if facts.is_child else _not_compared(amounts, limit)
    return [*([above] if above else []), *([_cannot(name, key, unknown)] if unknown else [])]


def _not_compared(amounts: Taken, limit: Maximum) -> str:
    if limit.single and ratio(amounts.single, limit.single) is None:
        return "at once"
    if limit.daily and ratio(amounts.daily, limit.daily) is None:
        return "in 24 hours"
    return ""


def _above(
    name: str, key: str, which: str, amount: Amount | None, limit: Amount | None, row: Maximum
) -> Finding | None:
    times = ratio(amount, limit)
    if times is None or times <= 1 or not amount or not limit:
        return None
    when = "at once" if which == "single" else "in 24 hours"
    same = amount.to(limit.unit) or amount
    note = f" ({row.note})" if row.note else ""
    return Finding(
        f"dose-{which}-{key}",
        Kind.DOSE,
        Severity.CONTRAINDICATED if times >= FAR_ABOVE else Severity.SERIOUS,
        f"{name}: {readable(same)} {when} is above the maximum",
        f"The most for an adult is {limit.text} {when}{note}: "
        f"this is {readable_number(times)} times that.",
        "Check dose, unit and frequency. Look for a tenfold error.",
        row.source,
    )


def readable(amount: Amount) -> str:
    """To three decimals: averages over a week have many."""
    return Amount(amount.value.quantize(Decimal("0.001")), amount.unit).text


def readable_number(value: Decimal) -> str:
    """To one decimal, without a trailing zero."""
    return f"{value:.1f}".removesuffix(".0")


def _daily_methotrexate(proposed: Proposed, key: str) -> list[Finding]:
    if key != "methotrexate" or proposed.route in INTO_BLOOD_OR_SPINE:
        return []
    often = frequencies().get(proposed.frequency)
    if often and often.key == "once":
        return []
    per_day = often.doses_per_day if often else None
    if per_day is not None and per_day <= WEEKLY_AT_MOST:
        return []
    said = often.words if often else "no frequency"
    return [
        Finding(
            "methotrexate-daily",
            Kind.DOSE,
            Severity.CONTRAINDICATED,
            "Methotrexate is taken once WEEKLY",
            f"This says: {said}. Taken daily methotrexate has killed within two weeks.",
            "Write once weekly and name the day of the week.",
            "ISMP high-alert guidance; EMA review 2019 (methotrexate)",
        )
    ]


def _cannot(name: str, key: str, what: str) -> Finding:
    return Finding(
        f"dose-cannot-check-{key}",
        Kind.CANNOT_CHECK,
        Severity.UNKNOWN,
        f"{name}: the dose {what} cannot be checked",
        "Dose, strength, route or frequency are missing or do not compare with the maximum.",
        "Complete them, or compare the dose yourself.",
        "Table of maximum doses",
    )


def _age_unknown() -> Finding:
    return Finding(
        "age-unknown",
        Kind.CANNOT_CHECK,
        Severity.UNKNOWN,
        "Age not known: the dose cannot be checked for it",
        "Without a birth date neither a child's dose per kg nor limits of age are compared.",
        "Record the birth date, or at least the year.",
        "Birth date in this chart",
    )
