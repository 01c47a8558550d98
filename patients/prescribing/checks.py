"""Everything that is compared at the moment of prescribing; what could not be is said."""

from collections.abc import Iterable

from patients.prescribing.adult_doses import dose_findings
from patients.prescribing.allergies import allergy_findings
from patients.prescribing.child_doses import child_findings
from patients.prescribing.comparison import (
    Comparison,
    Facts,
    Finding,
    Kind,
    Medicine,
    Pregnancy,
    Proposed,
    Severity,
)
from patients.prescribing.duplicates import duplicates
from patients.prescribing.formulary import Formulary, standard
from patients.prescribing.interactions import interactions
from patients.prescribing.pregnancy import pregnancy_findings
from patients.prescribing.rules import Rulebook, interaction_rules, maxima, rulebook

ALWAYS_NOT_CHECKED = (
    "renal function",
    "liver function",
    "laboratory results",
    "diagnoses",
    "breast-feeding",
    "food and alcohol",
    "mixing of infusions",
    "medicines stopped recently or not listed",
)
_ORDER = {
    Severity.CONTRAINDICATED: 0,
    Severity.SERIOUS: 1,
    Severity.UNKNOWN: 2,
    Severity.CAUTION: 3,
}


def compare(proposed: Proposed, facts: Facts, book: Formulary | None = None) -> Comparison:
    """Compare what is proposed with what the chart knows.

    Args:
        proposed: The medicine with its recognised ingredients, dose, route and frequency.
        facts: What the chart knows of the patient; unknown is compared as unknown.
        book: The formulary with local additions; without it the one of the product.
    """
    rules = rulebook(book or standard())
    unrecognised = _unrecognised(proposed, facts)
    found = [*_unread(proposed, facts), *_all(proposed, facts, rules)]
    found.sort(key=lambda each: _ORDER[each.severity])
    not_checked = _not_checked(proposed, facts, rules)
    return Comparison(
        tuple(each for each in found if each.severity == Severity.CONTRAINDICATED),
        tuple(each for each in found if each.severity != Severity.CONTRAINDICATED),
        _summary(proposed, facts, not_checked),
        not_checked,
        unrecognised,
    )


def _all(proposed: Proposed, facts: Facts, rules: Rulebook) -> list[Finding]:
    return [
        *allergy_findings(proposed, facts, rules),
        *interactions(proposed, facts, rules),
        *pregnancy_findings(proposed, facts, rules),
        *dose_findings(proposed, facts, rules),
        *child_findings(proposed, facts, rules),
        *duplicates(proposed, facts, rules),
    ]


def _read(medicine: Proposed | Medicine) -> bool:
    """Whether all of a medicine is recognised."""
    return bool(medicine.ingredients) and not medicine.unread


def _medicines(proposed: Proposed, facts: Facts) -> list[Proposed | Medicine]:
    return [proposed, *facts.current]


def _unrecognised(proposed: Proposed, facts: Facts) -> tuple[str, ...]:
    """Medicines of which nothing, or only a part, could be compared."""
    return tuple(each.text for each in _medicines(proposed, facts) if not _read(each))


def _unread(proposed: Proposed, facts: Facts) -> Iterable[Finding]:
    if not _read(proposed):
        part = f" ({', '.join(proposed.unread)})" if proposed.ingredients else ""
        yield Finding(
            "medicine-not-recognised",
            Kind.CANNOT_CHECK,
            Severity.UNKNOWN,
            f"Not recognised: {proposed.text}",
            f"{proposed.text}: {'a part' if part else 'the medicine'} is not in the formulary"
            f"{part}. Nothing could be compared with it.",
            "Choose it from the list, or check it yourself.",
            "Formulary",
        )
    for medicine in facts.current:
        if not _read(medicine):
            yield Finding(
                "current-not-recognised",
                Kind.CANNOT_CHECK,
                Severity.UNKNOWN,
                f"Not compared with: {medicine.text}",
                f"{medicine.text} is not recognised, or not all of it.",
                "Compare it yourself.",
                "Formulary",
                (medicine.id,),
            )


def _not_checked(proposed: Proposed, facts: Facts, rules: Rulebook) -> tuple[str, ...]:
    missing = [
        f"maximum dose of {rules.book.name(key)} (not in the table)"
        for key in proposed.ingredients
        if not facts.is_child and not rules.knows_dose(key, maxima())
    ]
    if facts.pregnancy == Pregnancy.UNKNOWN and facts.sex != "male":
        missing.append("pregnancy (not recorded)")
    return (*ALWAYS_NOT_CHECKED, *missing)


def _summary(proposed: Proposed, facts: Facts, not_checked: tuple[str, ...]) -> str:
    high = sum(rule.tier == "onc" for rule in interaction_rules())
    more = len(interaction_rules()) - high
    medicines = _medicines(proposed, facts)
    known = sum(map(_read, medicines))
    drugs = "drug" if len(medicines) == 1 else "drugs"
    return (
        f"Compared with {high} + {more} rules; {known} of {len(medicines)} {drugs} recognised; "
        f"not checked: {', '.join(not_checked)}."
    )
