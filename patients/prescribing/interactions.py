"""Pairs of medicines that harm."""

from dataclasses import replace

from patients.prescribing.comparison import Facts, Finding, Kind, Medicine, Proposed, Severity
from patients.prescribing.local_use import WEAKER, is_local
from patients.prescribing.rules import InteractionRule, Rulebook

# A weaker rule that says nothing new beside the stronger one.
SAID_BY = {
    "pair-qt-known": {"onc-08"},
    "pair-anticoagulant-nsaid": {"pair-anticoagulant-antiplatelet"},
    "pair-ssri-other-serotonin": {"onc-04", "pair-antidepressant-hidden-maoi"},
    "pair-tramadol-serotonin": {"onc-06", "pair-antidepressant-hidden-maoi"},
    "pair-raas-potassium": {"pair-potassium-sparing"},
    "pair-colchicine-moderate": {"pair-colchicine-pgp"},
}


def between(one: Proposed, other: Medicine, rules: Rulebook) -> list[InteractionRule]:
    """Every rule that holds between any of their ingredients, each once."""
    found = {
        rule.rule_id: rule
        for mine in one.ingredients
        for theirs in other.ingredients
        for rule in rules.pairs(mine, theirs)
    }
    return [rule for key, rule in found.items() if not SAID_BY.get(key, set()) & found.keys()]


def interactions(proposed: Proposed, facts: Facts, rules: Rulebook) -> list[Finding]:
    """The pairs of what is proposed with everything current."""
    return [
        _finding(proposed, medicine, rule)
        for medicine in facts.current
        for rule in between(proposed, medicine, rules)
    ]


def _finding(proposed: Proposed, medicine: Medicine, rule: InteractionRule) -> Finding:
    finding = Finding(
        rule.rule_id,
        Kind.INTERACTION,
        rule.severity,
        rule.title,
        f"{proposed.text} with {medicine.text}: {rule.text}",
        rule.advice,
        rule.source,
        (medicine.id,),
    )
    if is_local(proposed) or is_local(medicine):
        return replace(finding, severity=Severity.CAUTION, text=f"{finding.text} {WEAKER}")
    return finding
