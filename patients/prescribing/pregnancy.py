"""Medicines that harm an unborn child, when pregnancy is known or not known."""

from patients.prescribing.comparison import Facts, Finding, Kind, Pregnancy, Proposed, Severity
from patients.prescribing.local_use import is_local
from patients.prescribing.rules import Rulebook, Teratogen

YOUNGEST_YEARS = 12
OLDEST_YEARS = 55


def may_be_pregnant(facts: Facts) -> bool:
    """Not male, and of an age for it or of no known age."""
    if facts.sex == "male":
        return False
    return facts.age_years is None or YOUNGEST_YEARS <= facts.age_years <= OLDEST_YEARS


def pregnancy_findings(proposed: Proposed, facts: Facts, rules: Rulebook) -> list[Finding]:
    """What each ingredient does to an unborn child, when there is or may be one."""
    known = facts.pregnancy == Pregnancy.KNOWN
    asks = facts.pregnancy == Pregnancy.UNKNOWN and may_be_pregnant(facts)
    if not (known or asks):
        return []
    harms = [harm for key in proposed.ingredients for harm in rules.harms_unborn(key)]
    make = _known if known else _unknown
    return [make(proposed, harm) for harm in dict.fromkeys(harms)]


def _known(proposed: Proposed, harm: Teratogen) -> Finding:
    local = is_local(proposed)
    severity = Severity.SERIOUS if local else harm.severity
    return Finding(
        f"pregnancy-{_name(harm)}",
        Kind.PREGNANCY,
        severity,
        "Harms an unborn child: pregnancy is recorded",
        f"{proposed.text}: {harm.what}",
        harm.advice,
        harm.source,
    )


def _unknown(proposed: Proposed, harm: Teratogen) -> Finding:
    return Finding(
        f"pregnancy-unknown-{_name(harm)}",
        Kind.PREGNANCY,
        Severity.SERIOUS if harm.severity == Severity.CONTRAINDICATED else Severity.CAUTION,
        "Harms an unborn child: pregnancy status not recorded",
        f"{proposed.text}: {harm.what}",
        f"Ask or test, and record it. {harm.advice}",
        harm.source,
    )


def _name(harm: Teratogen) -> str:
    return harm.drug.removeprefix("class:")
