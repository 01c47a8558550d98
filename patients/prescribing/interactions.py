"""Pairs of medicines that harm, and threes of which each pair is the lesser evil."""

from dataclasses import replace

from patients.prescribing.comparison import Facts, Finding, Kind, Medicine, Proposed, Severity
from patients.prescribing.local_use import WEAKER, is_local
from patients.prescribing.rules import InteractionRule, Rulebook, interaction_rules

# A weaker rule that says nothing new beside the stronger one.
SAID_BY = {
    "pair-qt-known": {"onc-08", "pair-pimozide"},
    "pair-anticoagulant-nsaid": {"pair-anticoagulant-antiplatelet"},
    "pair-antiplatelet-nsaid": {"pair-ketorolac"},
    "pair-ssri-other-serotonin": {"onc-04", "pair-antidepressant-hidden-maoi"},
    "pair-tramadol-serotonin": {"onc-06", "pair-antidepressant-hidden-maoi"},
    "pair-serotonin-two": {"pair-tramadol-serotonin", "pair-tricyclic-cyp2d6"},
    "pair-raas-potassium": {"pair-potassium-sparing"},
    "pair-colchicine-moderate": {"pair-colchicine-pgp"},
    "pair-amiodarone-rate": {"onc-08"},
    "pair-antipsychotic-inducer": {"pair-clozapine-marrow"},
    "pair-nsaid-raas": {"pair-nsaid-raas-diuretic"},
    "pair-nsaid-diuretic": {"pair-nsaid-raas-diuretic"},
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
    """What is proposed with everything current, in threes and in pairs."""
    threes = [
        _together(proposed, others, rule)
        for rule in interaction_rules()
        if rule.third and (others := _completing(proposed, facts, rule, rules))
    ]
    said = {each.rule_id for each in threes}
    pairs = [
        _finding(proposed, medicine, rule)
        for medicine in facts.current
        for rule in between(proposed, medicine, rules)
        if not said & SAID_BY.get(rule.rule_id, set()) and _matters(proposed, medicine, rule)
    ]
    return threes + pairs


def _matters(proposed: Proposed, medicine: Medicine, rule: InteractionRule) -> bool:
    """A caution about what is swallowed is none about what stays on skin, eye or ear."""
    return rule.severity != Severity.CAUTION or not (is_local(proposed) or is_local(medicine))


def _completing(
    proposed: Proposed, facts: Facts, rule: InteractionRule, rules: Rulebook
) -> list[Medicine]:
    """The current medicines that make three with what is proposed; none where one is missing."""
    sides = [rule.a, rule.b, rule.third]
    lacking = [side for side in sides if not _covers(proposed, side, rules)]
    found = [[each for each in facts.current if _covers(each, side, rules)] for side in lacking]
    if len(lacking) == len(sides) or not all(found):
        return []
    return list({each.id: each for side in found for each in side}.values())


def _covers(medicine: Proposed | Medicine, side: frozenset[str], rules: Rulebook) -> bool:
    return not is_local(medicine) and any(
        rules.belongs(each, side) for each in medicine.ingredients
    )


def _together(proposed: Proposed, others: list[Medicine], rule: InteractionRule) -> Finding:
    named = " and ".join(each.text for each in others)
    return _said(proposed, named, rule, tuple(each.id for each in others))


def _finding(proposed: Proposed, medicine: Medicine, rule: InteractionRule) -> Finding:
    finding = _said(proposed, medicine.text, rule, (medicine.id,))
    if is_local(proposed) or is_local(medicine):
        return replace(finding, severity=Severity.CAUTION, text=f"{finding.text} {WEAKER}")
    return finding


def _said(proposed: Proposed, named: str, rule: InteractionRule, about: tuple[str, ...]) -> Finding:
    return Finding(
        rule.rule_id,
        Kind.INTERACTION,
        rule.severity,
        rule.title,
        f"{proposed.text} with {named}: {rule.text}",
        rule.advice,
        rule.source,
        about,
    )
