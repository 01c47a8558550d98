"""Finding people by what one remembers: parts of names in any order, birth date, number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length
from django.utils import timezone

from fhir.principal import Principal
from patients.models import NameWord, Patient
from patients.models.patient import PatientQuerySet
from patients.names import edged_trigrams, edits, folded, is_misspelt, words

SHOWN_AT_MOST = 50
# More candidates than this are not sorted: the page says that there are more.
CANDIDATES = 200
SIMILAR_AT_MOST = 10
SHORTEST_MISSPELT = 4
NEAREST = 200  # words that share most trigrams; only these are compared letter by letter
_SHARED = "(SELECT count(*) FROM unnest(patients_nameword.trigrams) AS gram WHERE gram = ANY(%s))"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# What a row is found by and nobody looks at afterwards.
SEARCH_COLUMNS = ("name_search", "name_trigrams", "name_prefixes")

_SEPARATOR = r"[-./ ]\s?"
_YEAR = r"(?P<year>\d{4}|\d\d)"
_DATES = tuple(
    re.compile(rf"(?<![\w-]){pattern}(?![\w-])", re.IGNORECASE)
    for pattern in (
        rf"(?P<year>\d{{4}}){_SEPARATOR}(?P<month>\d{{1,2}}){_SEPARATOR}(?P<day>\d{{1,2}})",
        rf"(?P<day>\d{{1,2}})[-./ ]*(?P<name>[a-z]{{3,9}})[-./, ]*{_YEAR}",
        rf"(?P<name>[a-z]{{3,9}}) (?P<day>\d{{1,2}}),? {_YEAR}",
        rf"(?P<day>\d{{1,2}}){_SEPARATOR}(?P<month>\d{{1,2}}){_SEPARATOR}{_YEAR}",
    )
)
_COMPACT = re.compile(r"^\d{8}$")


@dataclass(frozen=True)
class Asked:
    """A query, taken apart.

    Attributes:
        number: The whole query, as an identifier would be written.
        births: Birth dates it can mean: 3/4/1960 is two; empty when it names none.
        year: A birth year beside a name.
        words: Parts of names.
    """

    number: str
    births: tuple[date, ...] = ()
    year: int | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """Who it may be.

    Attributes:
        exact: People with that number, or all of whose typed parts match.
        similar: People whose names are spelt a little otherwise; never opened by Enter.
        truncated: There are more than are shown.
        certain: The one person that was meant, where nobody else can be.
    """

    exact: list[Patient] = field(default_factory=list)
    similar: list[Patient] = field(default_factory=list)
    truncated: bool = False
    certain: Patient | None = None


def find(by: Principal, text: str) -> Found:
    """People of the principal's facilities; their identity is all that may be shown."""
    asked = taken_apart(text)
    here = Patient.objects.identified_to(by)
    numbered = list(here.defer(*SEARCH_COLUMNS).numbered(asked.number)[:SHOWN_AT_MOST])
    named: list[Patient] = []
    truncated = False
    if not (numbered and all(word.isdecimal() for word in asked.words)):
        named, truncated = _named(here, asked, apart_from=numbered)
    exact = numbered + named
    similar = [] if exact else _similar(here, asked)
    certain = exact[0] if len(exact) == 1 and _is_whole(asked, exact[0]) else None
    return Found(exact, similar, truncated, certain)


def taken_apart(text: str) -> Asked:
    """What a query says of a person.

    >>> taken_apart("rosa 12-Mar-1960").births
    (datetime.date(1960, 3, 12),)
    >>> taken_apart("Lindqvist, Rosa 1960").year
    1960
    """
    number = text.strip()
    births, rest = births_in(number)
    if not births and _COMPACT.match(number):
        return Asked(number, tuple(_compact(number)))
    parts = words(rest)
    years = [part for part in parts if len(part) == 4 and part.isdecimal() and _was(int(part))]
    if years and len(parts) > 1 and not births:
        parts.remove(years[0])
        return Asked(number, (), int(years[0]), tuple(parts))
    return Asked(number, births, None, tuple(parts))


def births_in(text: str) -> tuple[tuple[date, ...], str]:
    """The birth dates that a part of ``text`` can mean, and the text without it.

    >>> births_in("rosa 3/4/1960")
    ((datetime.date(1960, 4, 3), datetime.date(1960, 3, 4)), 'rosa ')
    """
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if births := tuple(_dates(match.groupdict())):
                return births, text[: match.start()] + text[match.end() :]
    return (), text


def _dates(parts: dict[str, Any]) -> Iterator[date]:
    year, day = parts["year"], int(parts["day"])
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    if name := parts.get("name"):
        months = [MONTHS.index(name[:3].lower()) + 1] if name[:3].lower() in MONTHS else []
        orders = [(day, month) for month in months]
    else:
        month = int(parts["month"])
        orders = [(day, month)]
        if len(parts["year"]) == 2 or not _iso(parts):
            orders.append((month, day))
    yield from _possible((y, m, d) for y, (d, m) in product(years, orders))


def _iso(parts: dict[str, Any]) -> bool:
    """Whether the year stands first, so that the order is not in doubt."""
    return next(iter(parts)) == "year"


def _compact(digits: str) -> Iterator[date]:
    y, m, d = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    yield from _possible([(y, m, d), (int(digits[4:]), int(digits[2:4]), int(digits[:2]))])


def _possible(dates: Any) -> Iterator[date]:
    seen = set()
    for y, m, d in dates:
        try:
            born = date(y, m, d)
        except ValueError:
            continue
        if born <= timezone.localdate() and born not in seen:
            seen.add(born)
            yield born


def _was(year: int) -> bool:
    return 1880 <= year <= timezone.localdate().year


def _named(
    here: PatientQuerySet, asked: Asked, *, apart_from: list[Patient]
) -> tuple[list[Patient], bool]:
    """The best fifty by name and birth: whole words first, then parts; each by name."""
    if not asked.words and not asked.births:
        return [], False
    rows = _born(here, asked).exclude(pk__in=[patient.pk for patient in apart_from])
    room = SHOWN_AT_MOST - len(apart_from)
    whole = _keys(rows.filter(name_words__contains=list(asked.words)))
    if len(whole) > room or not asked.words:
        parts = []
    else:
        known = {key for *_name, key in whole}
        named = _keys(rows.named(" ".join(asked.words)))
        parts = [row for row in named if row[-1] not in known]
    keys = [key for *_name, key in (*sorted(whole), *sorted(parts))]
    found = Patient.objects.defer(*SEARCH_COLUMNS).in_bulk(keys[:room])
    return [found[key] for key in keys[:room] if key in found], len(keys) > room


def _keys(rows: PatientQuerySet) -> list[tuple[str, str, UUID]]:
    """Names to sort by, and keys: no more rows than a page could need, whichever come first."""
    some = rows.values_list("family", "given", "pk")[:CANDIDATES]
    return [(folded(family), folded(given), key) for family, given, key in some]


def _born(rows: PatientQuerySet, asked: Asked) -> PatientQuerySet:
    if asked.year is not None:
        first, last = date(asked.year, 1, 1), date(asked.year, 12, 31)
        return rows.filter(birth_date_low__lte=last, birth_date_high__gte=first)
    if not asked.births:
        return rows
    either = Q()
    for born in asked.births:
        either |= Q(birth_date_low=born) | Q(birth_date_low__lt=born, birth_date_high__gte=born)
    return rows.filter(either)


def _is_whole(asked: Asked, patient: Patient) -> bool:
    """Nothing was left to chance: the very number, or every typed word in full."""
    if asked.number in patient.identifier_values:
        return True
    return bool(asked.words) and set(asked.words) <= set(patient.name_words)


def _similar(here: PatientQuerySet, asked: Asked) -> list[Patient]:
    """People each of whose typed words is borne as typed, or with a slip or two."""
    typed = [word for word in asked.words if len(word) >= SHORTEST_MISSPELT]
    if not typed or any(letter.isdecimal() for word in typed for letter in word):
        return []
    rows = _born(here, asked)
    for word in typed:
        rows = rows.filter(name_words__overlap=[word, *misspelt(word)])
    found = list(rows.defer(*SEARCH_COLUMNS)[:CANDIDATES])
    found.sort(key=lambda patient: (_slips(typed, patient), patient.family, patient.given))
    return found[:SIMILAR_AT_MOST]


def _slips(typed: list[str], patient: Patient) -> int:
    """How far the name is from what was typed."""
    return sum(min(edits(word, borne) for borne in patient.name_words) for word in typed)


def misspelt(word: str) -> list[str]:
    """Words of names that ``word`` may have been meant to be, over the distinct words only."""
    grams = edged_trigrams(word)
    near = (
        NameWord.objects.filter(trigrams__overlap=grams)
        .annotate(length=Length("word"), shared=RawSQL(_SHARED, (grams,)))  # noqa: S611  constant
        .filter(length__gte=len(word) - 2, length__lte=len(word) + 2)
        .order_by("-shared", "word")[:NEAREST]
    )
    return [other for other in near.values_list("word", flat=True) if is_misspelt(word, other)]
