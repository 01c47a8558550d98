"""Whether the patient is allergic to what is proposed; what cannot be read stands in full."""

from dataclasses import dataclass

from patients.prescribing.comparison import (
    Allergy,
    AllergyList,
    Facts,
    Finding,
    Kind,
    Proposed,
    Severity,
)
from patients.prescribing.formulary import tokens
from patients.prescribing.rules import Allergen, Rulebook, allergen_terms, allergens

SNOMED = "http://snomed.info/sct"
NOT_COMPARED = "Compare it yourself before you sign, and code the allergy."
# Words of an allergy entry that say nothing about what it is to.
_FILLING = frozenset(
    [
        "allergy",
        "allergic",
        "allergies",
        "allergen",
        "to",
        "of",
        "the",
        "and",
        "or",
        "a",
        "an",
        "any",
        "all",
        "intolerance",
        "intolerant",
        "hypersensitivity",
        "adverse",
        "reaction",
        "reactions",
        "drug",
        "drugs",
        "medication",
        "medications",
        "medicine",
        "finding",
        "disorder",
        "substance",
        "product",
        "class",
        "antibacterial",
        "antibacterials",
        "antibiotic",
        "antibiotics",
        "known",
        "propensity",
        "caused",
        "by",
        "due",
        "severe",
        "mild",
        "moderate",
        "group",
        "agents",
        "agent",
        "containing",
        "type",
        "derivatives",
    ]
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an allergy entry names.

    Attributes:
        ingredients: Medicines by name or code.
        named: Allergen groups by their own words or code.
        unread: Words that nothing stands for.
    """

    ingredients: tuple[str, ...]
    named: tuple[Allergen, ...]
    unread: tuple[str, ...]

    @property
    def understood(self) -> bool:
        return bool(self.ingredients or self.named) and not self.unread


def _named(words: list[str], snomed: set[str]) -> dict[Allergen, tuple[str, ...]]:
    """The groups that words or codes name, with the words that do."""
    found: dict[Allergen, tuple[str, ...]] = {
        each: () for each in allergens() if snomed & each.snomed
    }
    for at, word in enumerate(words):
        for term, allergen in allergen_terms().get(word, ()):
            if tuple(words[at : at + len(term)]) == term:
                found[allergen] = found.get(allergen, ()) + term
    return found


def read(allergy: Allergy, rules: Rulebook) -> Reading:
    """The medicines and groups that an allergy entry names."""
    known = rules.book.recognise(allergy.text, allergy.codes)
    snomed = {code for system, code in allergy.codes if system == SNOMED}
    named = _named(tokens(allergy.text), snomed)
    read_words = _FILLING | {word for term in named.values() for word in term}
    by_code = any(snomed & each.snomed for each in named)
    unread = () if by_code else tuple(word for word in known.unread if word not in read_words)
    return Reading(known.ingredients, tuple(named), unread)


def allergy_findings(proposed: Proposed, facts: Facts, rules: Rulebook) -> list[Finding]:
    """A finding for each allergy that matches, may match, or cannot be compared."""
    found = [
        finding for allergy in facts.allergies for finding in _compare(proposed, allergy, rules)
    ]
    if facts.allergies or facts.allergy_list == AllergyList.NONE_KNOWN:
        return found
    return [_not_recorded(), *found]


def _compare(proposed: Proposed, allergy: Allergy, rules: Rulebook) -> list[Finding]:
    reading = read(allergy, rules)
    match = _true_match(proposed, allergy, reading, rules)
    if match:
        return [match]
    cross = _cross_match(proposed, allergy, reading, rules)
    doubtful = [] if allergy.codes and reading.understood else [_cannot(allergy, reading)]
    return [*([cross] if cross else []), *doubtful]


def _true_match(
    proposed: Proposed, allergy: Allergy, reading: Reading, rules: Rulebook
) -> Finding | None:
    for ingredient in proposed.ingredients:
        if ingredient in reading.ingredients:
            return _match(proposed, allergy, "allergy-ingredient", rules.book.name(ingredient))
        for group in _groups(reading, rules):
            if rules.belongs(ingredient, group.matches):
                return _match(proposed, allergy, f"allergy-class-{group.key}", group.words, group)
    return None


def _groups(reading: Reading, rules: Rulebook) -> list[Allergen]:
    """Groups that the entry names, and those that an allergy to one member extends to."""
    extended = [
        group for one in reading.ingredients for group in rules.allergens_of(one) if group.by_member
    ]
    return list(dict.fromkeys([*reading.named, *extended]))


def _cross_match(
    proposed: Proposed, allergy: Allergy, reading: Reading, rules: Rulebook
) -> Finding | None:
    found = [
        group
        for group in _groups(reading, rules)
        for ingredient in proposed.ingredients
        if rules.belongs(ingredient, group.cross)
    ]
    if not found:
        return None
    group = max(found, key=lambda each: each.cross_severity == Severity.SERIOUS)
    return Finding(
        f"allergy-cross-{group.key}",
        Kind.ALLERGY,
        group.cross_severity,
        f"May react as well: allergy to {allergy.text}",
        f"{proposed.text}: {group.cross_text}{_reaction(allergy)}",
        "Ask what happened and when. Choose another after a severe reaction.",
        group.source,
        (allergy.id,),
    )


def _reaction(allergy: Allergy) -> str:
    parts = [f"Reaction recorded: {allergy.reaction}." if allergy.reaction else ""]
    if allergy.criticality == "high":
        parts.append("Criticality: high.")
    said = " ".join(filter(None, parts))
    return f" {said}" if said else ""


def _match(
    proposed: Proposed, allergy: Allergy, rule_id: str, words: str, group: Allergen | None = None
) -> Finding:
    return Finding(
        rule_id,
        Kind.ALLERGY,
        Severity.CONTRAINDICATED,
        f"Allergy: {allergy.text}",
        f"{proposed.text} is or holds {words}.{_reaction(allergy)}"
        if group is None
        else f"{proposed.text} is one of: {words}.{_reaction(allergy)}",
        "Do not prescribe, unless the allergy is disproved.",
        group.source if group else "Allergy in this chart",
        (allergy.id,),
    )


def _cannot(allergy: Allergy, reading: Reading) -> Finding:
    partly = [*(each.words for each in reading.named), *reading.ingredients]
    compared = ", ".join(dict.fromkeys(partly))
    why = f"Only compared as: {compared}." if compared else "Nothing could be compared with it."
    entry = "free text" if not allergy.codes else "coded with a code not known here"
    return Finding(
        "allergy-cannot-check",
        Kind.CANNOT_CHECK,
        Severity.UNKNOWN,
        f"Allergy cannot be checked: {allergy.text}",
        f"“{allergy.text}” is {entry}. {why}{_reaction(allergy)}",
        NOT_COMPARED,
        "Allergy in this chart",
        (allergy.id,),
    )


def _not_recorded() -> Finding:
    return Finding(
        "allergies-not-recorded",
        Kind.CANNOT_CHECK,
        Severity.UNKNOWN,
        "Allergies not recorded",
        "Nobody has recorded allergies, nor that there are none: nothing to compare with.",
        "Ask, and record the answer.",
        "Allergies in this chart",
    )
