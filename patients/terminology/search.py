"""Finding a concept by what a person types: words in any order, the common ones first."""

from functools import lru_cache

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Length

from patients.models.terminology import Concept, TerminologyLoad
from patients.names import words
from patients.terminology import icd
from patients.terminology.tables import KINDS, read
from patients.terminology.words import (
    LONGEST_QUERY,
    WORDS_AT_MOST,
    code_mark,
    plain_spelling,
)

OFFERED_AT_MOST = 12
# One or two letters begin so many words that only the common concepts are looked through.
LONG_ENOUGH = 3
LONGEST_PHRASE = 4
LOOKED_THROUGH = 400
BEGINS_WITH_IT = 30
CALLED_SO_FOR_SHORT = 50
CALLED_SO = 60
# Kinds with a whole classification behind the common ones.
CLASSIFIED = frozenset({"problem"})
# Kinds whose codes people know by heart and type.
CODES_ARE_TYPED = frozenset({"problem", "lab", "vital", "vaccine", "frequency"})


def find(text: str, kind: str, limit: int = OFFERED_AT_MOST) -> list[Concept]:
    """What may be meant by ``text``: its code first, then the most common, then the shortest."""
    said = asked(text)
    spelled = words(said)[:WORDS_AT_MOST]
    if not spelled or kind not in KINDS:
        return []
    matching = Concept.objects.filter(retired=False, found_by__holds=query_of(spelled))
    if kind not in CLASSIFIED:
        mine = matching.filter(kinds__contains=[kind])
        return _once([*coded_as(said, kind), *_best(mine, said)[:limit]])[:limit]
    found = [
        *coded_as(said, kind),
        *_best(matching.filter(rank__gt=0, kinds__contains=[kind]), said)[:limit],
    ]
    if len(found) < limit and max(map(len, spelled)) >= LONG_ENOUGH:
        found += _rarer(matching, kind, said, limit)
    return _once(found)[:limit]


def is_loading(kind: str) -> bool:
    """Whether the classification behind the common concepts of ``kind`` is not there yet."""
    return kind in CLASSIFIED and not TerminologyLoad.objects.filter(source=icd.SOURCE).exists()


def asked(text: str) -> str:
    r"""The typed words as they are looked for: one space between, no longer than a name is.

    >>> asked("  type  2\0 ")
    'type 2'
    """
    return " ".join(text[:LONGEST_QUERY].replace("\0", "").split())


def _rarer(matching: QuerySet[Concept], kind: str, said: str, limit: int) -> list[Concept]:
    """From all of a big classification; it lies shortest name first, so the first are the best."""
    near = matching.filter(kinds__contains=[kind]).order_by().values("pk")[:LOOKED_THROUGH]
    return list(_best(Concept.objects.filter(pk__in=near), said)[:limit])


def _once(found: list[Concept]) -> list[Concept]:
    return list({concept.pk: concept for concept in found}.values())


def coded_as(said: str, kind: str) -> list[Concept]:
    """The concepts whose whole code was typed, with or without its dots."""
    mark = code_mark(said)
    if " " in said or not any(letter.isdigit() for letter in mark):
        return []
    rows = Concept.objects.filter(retired=False, kinds__contains=[kind])
    return list(rows.filter(found_by__holds=f"'{mark}'")[:2])


def _best(rows: QuerySet[Concept], said: str) -> QuerySet[Concept]:
    """The most common first; to be called so, in full or for short, or to begin so counts more."""
    short = Q()
    for written in {said, said.lower(), said.upper(), said.capitalize()}:
        short |= Q(synonyms__contains=[written])
    begins = 0 if tuple(words(said)) in synonyms() else BEGINS_WITH_IT
    lead = Case(
        When(name__iexact=said, then=CALLED_SO),
        When(short, then=CALLED_SO_FOR_SHORT),
        When(name__istartswith=said, then=begins),
        default=0,
    )
    return rows.order_by((lead + F("rank")).desc(), Length("name"), "name", "id")


def exact(text: str, kind: str) -> Concept | None:
    """The one concept that is called ``text`` or has it as its code; None when two are."""
    said = asked(text)
    spelled = words(said)[:WORDS_AT_MOST]
    if not spelled:
        return None
    rows = Concept.objects.filter(retired=False, kinds__contains=[kind])
    near = rows.filter(found_by__holds=" & ".join(f"'{word}'" for word in spelled))
    same = Q(name__iexact=said) | Q(display__iexact=said)
    if kind in CODES_ARE_TYPED:
        same |= Q(code__iexact=said)
    named = list(near.filter(same)[:2])
    return named[0] if len(named) == 1 else None


def chosen(system: str, code: str, kind: str) -> Concept | None:
    """The concept with this code, if it may be picked as ``kind``."""
    if not code or "\0" in system + code:
        return None
    rows = Concept.objects.filter(retired=False, kinds__contains=[kind])
    return rows.filter(system=system[:200], code=code[:60]).first()


def numbered(number: str, kind: str) -> Concept | None:
    """The concept of a row number, if it may be picked as ``kind``."""
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    return Concept.objects.filter(pk=int(number), retired=False, kinds__contains=[kind]).first()


def query_of(spelled: list[str]) -> str:
    """The ``tsquery`` of typed words: each may still be going on, an abbreviation is spelled out.

    >>> query_of(["old", "oed"])
    "'old':* & ('oed':* | 'ed':*)"
    """
    parts = []
    position = 0
    while position < len(spelled):
        taken, meant = _phrase(spelled[position:])
        parts.append(_either(spelled[position : position + taken], meant))
        position += taken
    return " & ".join(parts)


def _phrase(rest: list[str]) -> tuple[int, tuple[tuple[str, ...], ...]]:
    """The longest known phrase that ``rest`` begins with: its length and its meanings."""
    for size in range(min(LONGEST_PHRASE, len(rest)), 0, -1):
        if meant := synonyms().get(tuple(rest[:size])):
            return size, meant
    return 1, ()


def _either(typed: list[str], meanings: tuple[tuple[str, ...], ...]) -> str:
    choices = [_all(typed), *map(_all, meanings)]
    return choices[0] if len(choices) == 1 else f"({' | '.join(choices)})"


def _all(spelled: list[str] | tuple[str, ...]) -> str:
    """Every one of the words, in either spelling of English."""
    parts = []
    for word in spelled:
        plain = plain_spelling(word)
        parts.append(f"'{word}':*" if plain == word else f"('{word}':* | '{plain}':*)")
    return parts[0] if len(parts) == 1 else f"({' & '.join(parts)})"


@lru_cache(maxsize=1)
def synonyms() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """What people write for short, and what it can stand for."""
    meant: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for line in read("synonyms"):
        written = tuple(words(line["written"]))
        meant[written] = (*meant.get(written, ()), tuple(words(line["means"])))
    return meant
