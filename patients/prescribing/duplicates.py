"""The same medicine twice, or two of one class."""

from patients.prescribing.comparison import Facts, Finding, Kind, Medicine, Proposed, Severity
from patients.prescribing.local_use import is_local
from patients.prescribing.rules import Rulebook, class_words

SOURCE = "ISMP guidance on therapeutic duplication"


def duplicates(proposed: Proposed, facts: Facts, rules: Rulebook) -> list[Finding]:
    """Ingredients and classes that the patient has already."""
    found: list[Finding] = []
    for medicine in facts.current:
        same = [key for key in proposed.ingredients if key in medicine.ingredients]
        if same:
            found.append(_same(proposed, medicine, " and ".join(map(rules.book.name, same))))
        elif not is_local(proposed):
            found += _alike(proposed, medicine, rules)
    return found


def _same(proposed: Proposed, medicine: Medicine, names: str) -> Finding:
    return Finding(
        "duplicate-ingredient",
        Kind.DUPLICATE,
        Severity.CAUTION,
        f"{names} is on the list already",
        f"{proposed.text} and {medicine.text} both hold {names}: the doses add up.",
        "Stop one of them, or say that both are meant.",
        SOURCE,
        (medicine.id,),
    )


def _classes(ingredients: tuple[str, ...], rules: Rulebook) -> set[str]:
    return {key for one in ingredients for key in rules.book.classes_of(one)} & class_words().keys()


def _alike(proposed: Proposed, medicine: Medicine, rules: Rulebook) -> list[Finding]:
    shared = _classes(proposed.ingredients, rules) & _classes(medicine.ingredients, rules)
    if not shared or is_local(medicine):
        return []
    return [
        Finding(
            f"duplicate-class-{key}",
            Kind.DUPLICATE,
            Severity.CAUTION,
            f"Two of one class: {class_words()[key]}",
            f"{proposed.text} and {medicine.text} are both of the class {class_words()[key]}.",
            "Stop one of them, or say that both are meant.",
            SOURCE,
            (medicine.id,),
        )
        for key in sorted(shared)
    ]
