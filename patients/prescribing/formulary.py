"""Which medicines are known: ingredients, classes, brands, products. Nothing is guessed."""

import csv
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from patients.names import folded
from patients.prescribing.dose import Amount, units
from patients.prescribing.words import NOISE, SALTS, SEPARATORS

TABLES = Path(__file__).with_name("tables")
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
LONGEST_TEXT = 1000
_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+|[/+;,&()\[\]|]")


@dataclass(frozen=True, slots=True)
class Item:
    """One medicine of the formulary: an ingredient, or a combination of several.

    Attributes:
        key: Stable name; for a single ingredient the ingredient's own.
        name: International name.
        usan: Name in the United States where it differs.
        also: Other names and salts.
        ingredients: Keys; more than one for a combination.
        atc: ATC codes that name exactly this.
        rxnorm: RxNorm codes that name exactly this, only where verified.
        classes: Keys of classes (of a single ingredient).
        brands: Trade names.
        products: Strength and form: "500 mg tablet".
        routes: Usual routes, by key.
        frequencies: Usual frequencies, by key.
        source: Where that stands.
        local: Added or changed by this clinic.
    """

    key: str
    name: str
    usan: str
    also: tuple[str, ...]
    ingredients: tuple[str, ...]
    atc: tuple[str, ...]
    rxnorm: tuple[str, ...]
    classes: tuple[str, ...]
    brands: tuple[str, ...]
    products: tuple[str, ...]
    routes: tuple[str, ...]
    frequencies: tuple[str, ...]
    source: str
    local: bool = False

    @property
    def label(self) -> str:
        """Both names where they differ: "paracetamol (acetaminophen)"."""
        return f"{self.name} ({self.usan})" if self.usan else self.name

    @property
    def spellings(self) -> tuple[str, ...]:
        """Everything that it is called."""
        return tuple(filter(None, (self.name, self.usan, *self.also, *self.brands)))


@dataclass(frozen=True, slots=True)
class Recognised:
    """What of a text is a known medicine.

    Attributes:
        ingredients: Keys, in the order of the text.
        unread: Words that were not recognised; with ingredients, only a part is.
    """

    ingredients: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ingredients)


def tokens(text: str) -> list[str]:
    """Words, numbers and separators of a text, without case and accents.

    >>> tokens("Simvastatin 20MG Oral")
    ['simvastatin', '20', 'mg', 'oral']
    """
    return _TOKEN.findall(folded(text[:LONGEST_TEXT]))


class Formulary:
    """Medicines by name and code. Later items add to earlier ones, they never take away."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items: dict[str, Item] = {}
        self._words: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._codes: dict[tuple[str, str], tuple[str, ...]] = dict(_product_codes())
        self._classes: dict[str, frozenset[str]] = {}
        for item in items:
            self._add(item)
        self._longest = max(map(len, self._words), default=0)

    def _add(self, item: Item) -> None:
        self.items[item.key] = item
        if item.ingredients == (item.key,):
            known = self._classes.get(item.key, frozenset())
            self._classes[item.key] = known | frozenset(item.classes)
        for spelling in item.spellings:
            self._words.setdefault(tuple(tokens(spelling)), item.ingredients)
        for system, codes in ((RXNORM, item.rxnorm), (ATC, item.atc)):
            for code in codes:
                self._codes.setdefault((system, code), item.ingredients)

    def name(self, ingredient: str) -> str:
        """Both names of an ingredient; its key when it is not of this formulary."""
        item = self.items.get(ingredient)
        return item.label if item else ingredient

    def classes_of(self, ingredient: str) -> frozenset[str]:
        return self._classes.get(ingredient, frozenset())

    def recognise(self, text: str, codes: Iterable[tuple[str, str]] = ()) -> Recognised:
        """The ingredients that ``text`` and ``codes`` name; never more than they say.

        >>> standard().recognise("Simvastatin 20 MG Oral Tablet").ingredients
        ('simvastatin',)
        """
        coded = [key for code in codes for key in self._codes.get(code, ())]
        named, unread = self._read(tokens(text))
        return Recognised(
            tuple(dict.fromkeys([*coded, *named])), () if coded else tuple(dict.fromkeys(unread))
        )

    def _read(self, words: list[str]) -> tuple[list[str], list[str]]:
        found: list[str] = []
        unread: list[str] = []
        for component in _components(words):
            some, rest = self._read_component(component)
            found += some
            unread += [word for word in rest if not (some and word in SALTS)]
        return found, unread

    def _read_component(self, words: list[str]) -> tuple[list[str], list[str]]:
        found: list[str] = []
        rest: list[str] = []
        at = 0
        while at < len(words):
            length = self._match(words, at)
            if length:
                found += self._words[tuple(words[at : at + length])]
            elif words[at] not in NOISE and not words[at][0].isdigit():
                rest.append(words[at])
            at += length or 1
        return found, rest

    def _match(self, words: list[str], at: int) -> int:
        """How many words from ``at`` are a name; the longest name wins."""
        for length in range(min(self._longest, len(words) - at), 0, -1):
            if tuple(words[at : at + length]) in self._words:
                return length
        return 0


def _components(words: list[str]) -> list[list[str]]:
    """The words between separators."""
    components: list[list[str]] = [[]]
    for word in words:
        if word in SEPARATORS:
            components.append([])
        else:
            components[-1].append(word)
    return components


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the tables beside this module."""
    with (TABLES / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def several(cell: str) -> tuple[str, ...]:
    """The parts of a cell that holds several."""
    return tuple(part for part in cell.split("|") if part)


def _item(row: Mapping[str, str]) -> Item:
    return Item(
        key=row["key"],
        name=row["name"],
        usan=row.get("usan", ""),
        also=several(row["also"]),
        ingredients=several(row.get("ingredients", "")) or (row["key"],),
        atc=several(row["atc"]),
        rxnorm=several(row["rxnorm"]),
        classes=several(row.get("classes", "")),
        brands=several(row["brands"]),
        products=several(row["products"]),
        routes=several(row["routes"]),
        frequencies=several(row["frequencies"]),
        source=row["source"],
    )


@functools.cache
def standard_items() -> tuple[Item, ...]:
    """The formulary as it comes with the product; ingredients before combinations."""
    return tuple(map(_item, rows("ingredients.csv") + rows("combinations.csv")))


@functools.cache
def standard() -> Formulary:
    """The formulary as it comes with the product."""
    return Formulary(standard_items())


@functools.cache
def _product_codes() -> Mapping[tuple[str, str], tuple[str, ...]]:
    return {
        (RXNORM, row["code"]): several(row["ingredients"]) for row in rows("rxnorm_products.csv")
    }


_PRODUCT = re.compile(
    r"(?P<amounts>[0-9.]+ [\w-]+(?:/[0-9.]+ [\w-]+)*?)"
    r"(?:/(?P<per>[0-9.]+)? ?(?P<unit>mL|L|puff|spray))? (?P<form>\D.*)"
)
_COUNTED_FORMS = ("tablet", "capsule", "puff", "spray", "suppository", "sachet", "patch", "lozenge")


@dataclass(frozen=True, slots=True)
class Strength:
    """What one counted unit of a product holds: a tablet, one mL, one puff.

    Attributes:
        unit: The unit that is counted; "" when the product tells none.
        amounts: By ingredient; empty when the product tells none.
    """

    unit: str = ""
    amounts: tuple[tuple[str, Amount], ...] = ()


NO_STRENGTH = Strength()


def strength(item: Item, product: str) -> Strength:
    """What one unit of ``product`` of ``item`` holds.

    >>> strength(standard().items["co-trimoxazole"], "800 mg/160 mg tablet").unit
    'tablet'
    """
    read = _PRODUCT.fullmatch(product)
    if product.endswith("patch"):
        return Strength(unit="patch")
    if not read:
        return NO_STRENGTH
    amounts = [_amount(part) for part in read["amounts"].split("/")]
    unit = read["unit"] or _form_unit(read["form"])
    if len(amounts) != len(item.ingredients) or None in amounts or unit not in units():
        return NO_STRENGTH
    per = Decimal(read["per"] or 1)
    each = tuple(
        (key, Amount(amount.value / per, amount.unit))
        for key, amount in zip(item.ingredients, amounts, strict=True)
        if amount
    )
    return Strength(unit, each)


def _form_unit(form: str) -> str:
    return next((unit for unit in _COUNTED_FORMS if unit in form), "")


def _amount(text: str) -> Amount | None:
    value, _, unit = text.partition(" ")
    return Amount(Decimal(value), unit) if unit in units() else None
