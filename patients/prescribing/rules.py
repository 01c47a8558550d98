"""The rules of the checks, read from their tables, and which ingredient each one concerns."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from patients.prescribing.comparison import Severity
from patients.prescribing.dose import Amount
from patients.prescribing.formulary import Formulary, rows, several, tokens


@dataclass(frozen=True, slots=True)
class InteractionRule:
    """A pair that harms; ``a`` and ``b`` are ingredients, "class:…" or "group:…".

    With ``third`` it takes one medicine more, of that kind.
    """

    rule_id: str
    tier: str  # onc: one of the 15 of Phansalkar 2012; extra: ours
    a: frozenset[str]
    b: frozenset[str]
    third: frozenset[str]
    severity: Severity
    title: str
    text: str
    advice: str
    source: str


@dataclass(frozen=True, slots=True)
class Allergen:
    """What an allergy word stands for, and what reacts with it.

    Attributes:
        key: Stable name.
        words: As a page names it.
        terms: Words of an allergy entry, as tokens.
        snomed: SNOMED CT codes.
        by_member: An allergy to one member is one to all of ``matches``.
        matches: What a person with it must not get.
        cross: What may react as well, with severity and sentence.
        cross_severity: How bad.
        cross_text: A sentence.
        source: Where that stands.
    """

    key: str
    words: str
    terms: tuple[tuple[str, ...], ...]
    snomed: frozenset[str]
    by_member: bool
    matches: frozenset[str]
    cross: frozenset[str]
    cross_severity: Severity
    cross_text: str
    source: str


@dataclass(frozen=True, slots=True)
class Maximum:
    """The most of a medicine that an adult gets at once and in 24 hours."""

    drug: str
    routes: frozenset[str]
    single: Amount | None
    daily: Amount | None
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class Teratogen:
    """What a medicine does to an unborn child."""

    drug: str
    severity: Severity
    what: str
    advice: str
    source: str


@dataclass(frozen=True, slots=True)
class ChildRange:
    """Doses of a child under 16 per kg of body weight, and the age below which it is not given."""

    drug: str
    routes: frozenset[str]
    dose_low: Amount | None
    dose_high: Amount | None
    day_high: Amount | None
    single_max: Amount | None
    day_max: Amount | None
    min_age_days: int | None
    age_text: str
    source: str


def _amount(cell: str) -> Amount | None:
    value, _, unit = cell.partition(" ")
    return Amount(Decimal(value), unit) if cell else None


def _routes(cell: str) -> frozenset[str]:
    return frozenset() if cell == "*" else frozenset(several(cell))


@functools.cache
def interaction_rules() -> tuple[InteractionRule, ...]:
    """All pairs; the fifteen first."""
    return tuple(
        InteractionRule(
            row["rule_id"],
            row["tier"],
            frozenset(several(row["a"])),
            frozenset(several(row["b"])),
            frozenset(several(row["third"])),
            Severity(row["severity"]),
            row["title"],
            row["text"],
            row["advice"],
            row["source"],
        )
        for row in rows("interactions.csv")
    )


@functools.cache
def allergens() -> tuple[Allergen, ...]:
    return tuple(
        Allergen(
            row["key"],
            row["words"],
            tuple(tuple(tokens(term)) for term in several(row["terms"])),
            frozenset(several(row["snomed"])),
            row["by_member"] == "yes",
            frozenset(several(row["matches"])),
            frozenset(several(row["cross"])),
            Severity(row["cross_severity"] or "caution"),
            row["cross_text"],
            row["source"],
        )
        for row in rows("allergens.csv")
    )


@functools.cache
def allergen_terms() -> dict[str, list[tuple[tuple[str, ...], Allergen]]]:
    """The words of allergens by their first word."""
    found: dict[str, list[tuple[tuple[str, ...], Allergen]]] = {}
    for allergen in allergens():
        for term in allergen.terms:
            found.setdefault(term[0], []).append((term, allergen))
    return found


@functools.cache
def maxima() -> tuple[Maximum, ...]:
    return tuple(
        Maximum(
            row["drug"],
            _routes(row["route"]),
            _amount(row["single"]),
            _amount(row["daily"]),
            row["note"],
            row["source"],
        )
        for row in rows("maximum_doses.csv")
    )


@functools.cache
def teratogens() -> tuple[Teratogen, ...]:
    return tuple(
        Teratogen(row["drug"], Severity(row["severity"]), row["what"], row["advice"], row["source"])
        for row in rows("teratogens.csv")
    )


@functools.cache
def child_ranges() -> tuple[ChildRange, ...]:
    return tuple(
        ChildRange(
            row["drug"],
            _routes(row["route"]),
            _amount(row["dose_low"]),
            _amount(row["dose_high"]),
            _amount(row["day_high"]),
            _amount(row["single_max"]),
            _amount(row["day_max"]),
            int(row["min_age_days"]) if row["min_age_days"] else None,
            row["age_text"],
            row["source"],
        )
        for row in rows("children.csv")
    )


@functools.cache
def class_words() -> dict[str, str]:
    """Classes of which a patient should have one medicine only, with their words."""
    return {row["key"]: row["words"] for row in rows("classes.csv") if row["duplicate"] == "yes"}


@functools.cache
def _groups() -> dict[str, frozenset[str]]:
    """The groups that each member stands in directly."""
    inside: dict[str, set[str]] = {}
    for row in rows("groups.csv"):
        for member in several(row["members"]):
            inside.setdefault(member, set()).add(f"group:{row['key']}")
    return {member: frozenset(groups) for member, groups in inside.items()}


class Rulebook:
    """The rules over one formulary; remembers what each ingredient belongs to."""

    def __init__(self, book: Formulary) -> None:
        self.book = book
        self._tags: dict[str, frozenset[str]] = {}
        self._sides: dict[str, tuple[frozenset[int], frozenset[int]]] = {}
        self._allergens: dict[str, tuple[Allergen, ...]] = {}

    def tags(self, ingredient: str) -> frozenset[str]:
        """Everything a rule may name it by: itself, its classes, its groups and theirs."""
        if ingredient not in self._tags:
            tags: set[str] = set()
            waiting = [ingredient, *(f"class:{key}" for key in self.book.classes_of(ingredient))]
            while waiting:
                tag = waiting.pop()
                tags.add(tag)
                waiting += _groups().get(tag, frozenset()) - tags
            self._tags[ingredient] = frozenset(tags)
        return self._tags[ingredient]

    def belongs(self, ingredient: str, named: frozenset[str]) -> bool:
        return not named.isdisjoint(self.tags(ingredient))

    def _rules_of(self, ingredient: str) -> tuple[frozenset[int], frozenset[int]]:
        if ingredient not in self._sides:
            every = [each for each in enumerate(interaction_rules()) if not each[1].third]
            self._sides[ingredient] = (
                frozenset(at for at, rule in every if self.belongs(ingredient, rule.a)),
                frozenset(at for at, rule in every if self.belongs(ingredient, rule.b)),
            )
        return self._sides[ingredient]

    def pairs(self, one: str, other: str) -> list[InteractionRule]:
        """The interaction rules between two ingredients, whichever comes first."""
        if one == other:
            return []
        one_a, one_b = self._rules_of(one)
        other_a, other_b = self._rules_of(other)
        return [interaction_rules()[at] for at in sorted((one_a & other_b) | (one_b & other_a))]

    def allergens_of(self, ingredient: str) -> tuple[Allergen, ...]:
        """The allergen groups that an ingredient is a member of."""
        if ingredient not in self._allergens:
            self._allergens[ingredient] = tuple(
                each for each in allergens() if self.belongs(ingredient, each.matches)
            )
        return self._allergens[ingredient]

    def maximum(self, ingredient: str, route: str) -> Maximum | None:
        return next(
            (row for row in maxima() if self._applies(row.drug, row.routes, ingredient, route)),
            None,
        )

    def child_range(self, ingredient: str, route: str) -> ChildRange | None:
        return next(
            (
                row
                for row in child_ranges()
                if self._applies(row.drug, row.routes, ingredient, route)
            ),
            None,
        )

    def _applies(self, drug: str, routes: frozenset[str], ingredient: str, route: str) -> bool:
        return drug in self.tags(ingredient) and (not routes or route in routes)

    def knows_dose(self, ingredient: str, kind: Iterable[Maximum | ChildRange]) -> bool:
        """Whether the table has the ingredient by any route."""
        return any(row.drug in self.tags(ingredient) for row in kind)

    def harms_unborn(self, ingredient: str) -> list[Teratogen]:
        return [row for row in teratogens() if row.drug in self.tags(ingredient)]


@functools.lru_cache(maxsize=4)
def rulebook(book: Formulary) -> Rulebook:
    """One rulebook for each formulary."""
    return Rulebook(book)
