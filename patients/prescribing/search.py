"""Finding a medicine by typing, and knowing this clinic's own medicines by name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from patients.models.formulary import FormularyItem
from patients.names import words
from patients.prescribing.formulary import (
    NO_STRENGTH,
    Formulary,
    Item,
    Recognised,
    Strength,
    standard_items,
    strength,
)

LIMIT = 12
LONGEST_QUERY = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """A medicine to pick: item, perhaps a brand, perhaps a strength and form."""

    item: Item
    product: str = ""
    brand: str = ""

    @property
    def text(self) -> str:
        """As it stands on a prescription: "amoxicillin 500 mg capsule"."""
        name = f"{self.brand} ({self.item.name})" if self.brand else self.item.name
        return f"{name} {self.product}".strip()

    @property
    def name(self) -> str:
        """With both names where they differ."""
        return self.item.label

    @property
    def ingredients(self) -> tuple[str, ...]:
        return self.item.ingredients

    @property
    def strength(self) -> Strength:
        """What one counted unit holds, for the checks."""
        return strength(self.item, self.product) if self.product else NO_STRENGTH

    @property
    def routes(self) -> tuple[str, ...]:
        return self.item.routes

    @property
    def frequencies(self) -> tuple[str, ...]:
        return self.item.frequencies

    @property
    def rxnorm(self) -> str:
        """Code of the ingredient or combination; "" where none is verified."""
        return self.item.rxnorm[0] if self.item.rxnorm else ""

    @property
    def local(self) -> bool:
        return self.item.local

    @property
    def value(self) -> str:
        """For a form to send back; `choice_of` reads it."""
        return "|".join((self.item.key, self.product, self.brand))


def choice_of(value: str) -> Choice | None:
    """The choice that ``value`` stands for; None for what is not of the formulary."""
    key, _, rest = value.partition("|")
    product, _, brand = rest.partition("|")
    row = FormularyItem.objects.filter(key=key.replace("\0", "")).first()
    if row is None:
        return None
    item = row.item
    known = (not product or product in item.products) and (not brand or brand in item.brands)
    return Choice(item, product, brand) if known else None


def find(text: str, limit: int = LIMIT) -> list[Choice]:
    """Medicines whose names, brands, strengths or forms begin with the words of ``text``."""
    asked = words(text[:LONGEST_QUERY])
    named = next((word for word in asked if not word[0].isdigit()), None)
    if named is None:
        return []
    rows = FormularyItem.objects.beginning(named)
    rest = [word for word in asked if word != named]
    found = [(row.item, _products(row.item, rest)) for row in rows if _fits(row.item, rest)]
    found.sort(key=lambda each: _rank(each[0], named))
    return _spread(found[:limit], named, limit)


def _begins(spelling: str, word: str) -> bool:
    return any(each.startswith(word) for each in words(spelling))


def _fits(item: Item, rest: list[str]) -> bool:
    return all(
        any(_begins(each, word) for each in (*item.spellings, *item.products)) for word in rest
    )


def _products(item: Item, rest: list[str]) -> list[str]:
    """The strengths and forms that the other words ask for; all, when they ask for none."""
    asked = [word for word in rest if not any(_begins(each, word) for each in item.spellings)]
    return [product for product in item.products if all(_begins(product, word) for word in asked)]


def _rank(item: Item, named: str) -> tuple[Any, ...]:
    """What was typed begins the name, then another name, then a brand; single ones first."""
    first = "".join(words(item.name)[:1]).startswith(named)
    other = any(_begins(each, named) for each in (item.name, item.usan, *item.also))
    return (not first, not other, len(item.ingredients), item.name)


def _spread(found: list[tuple[Item, list[str]]], named: str, limit: int) -> list[Choice]:
    """So many strengths of each medicine that every medicine found has a place."""
    each = max(1, limit // max(1, len(found)))
    return [
        Choice(item, product, _brand(item, named))
        for item, products in found
        for product in (products[:each] or [""])
    ][:limit]


def _brand(item: Item, named: str) -> str:
    """The brand that was typed, when it was not one of the names."""
    if any(_begins(name, named) for name in (item.name, item.usan, *item.also)):
        return ""
    return next((brand for brand in item.brands if _begins(brand, named)), "")


@lru_cache(maxsize=2)
def _book(_state: tuple[tuple[int, datetime | None], ...]) -> Formulary:
    additions = [row.item for row in FormularyItem.objects.additions().order_by("key")]
    return Formulary([*standard_items(), *additions])


def book() -> Formulary:
    """The product's formulary with what this clinic added; nothing is ever taken away from it."""
    return _book(FormularyItem.objects.state())


def recognise(text: str, codes: Iterable[tuple[str, str]] = ()) -> Recognised:
    """The ingredients that a text and codes name, this clinic's own medicines included."""
    return book().recognise(text, codes)
