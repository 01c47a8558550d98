"""People's names: how they are shown, and how a part of one is found."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 40


@dataclass(frozen=True)
class Name:
    """A name in the parts that a banner needs."""

    family: str = ""
    given: str = ""
    prefix: str = ""

    @classmethod
    def chosen(cls, names: list[dict[str, Any]]) -> "Name":
        """The name to show of a FHIR HumanName list: official, usual, else the first."""
        place = chosen_place(names)
        if place is None:
            return cls()
        name = names[place]
        family = name.get("family") or (name.get("text", "") if not name.get("given") else "")
        return cls(
            family[:300],
            " ".join(filter(None, name.get("given") or []))[:300],
            " ".join(filter(None, name.get("prefix") or []))[:60],
        )

    @property
    def listed(self) -> str:
        """``FAMILY, Given (Title)``, as on a patient banner (NHS CUI)."""
        family = self.family.upper() if self.family else ""
        both = ", ".join(filter(None, (family, self.given))) or "Name not recorded"
        return f"{both} ({self.prefix})" if self.prefix else both

    @property
    def spoken(self) -> str:
        """Given name first."""
        return " ".join(filter(None, (self.given, self.family))) or "Name not recorded"


_RANK = {"official": 0, "usual": 1, "nickname": 3, "old": 4, "maiden": 5}


def chosen_place(names: list[dict[str, Any]] | None) -> int | None:
    """Where in the list the name to show stands; None where there is none."""
    places = range(len(names or []))
    return min(places, key=lambda n: _RANK.get((names or [])[n].get("use", ""), 2), default=None)


def folded(text: str) -> str:
    """Lower case without accents: ``Ångström`` and ``angstrom`` are one.

    >>> folded("Ångström")
    'angstrom'
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """The words of a name or query, folded, each at most 40 letters.

    >>> words("O'Neill-Sørensen, Mary")
    ['o', 'neill', 'sørensen', 'mary']
    """
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded(text))]


def trigrams(word: str) -> list[str]:
    """Every three letters in a row; none for a word that is shorter.

    >>> trigrams("rosa")
    ['ros', 'osa']
    """
    return list(dict.fromkeys(word[i : i + 3] for i in range(len(word) - 2)))


def edged_trigrams(word: str) -> list[str]:
    """Every three letters with the word's edges as spaces: even short words have some.

    >>> edged_trigrams("bo")
    [' bo', 'bo ']
    """
    return trigrams(f" {word} ")


def likeness(one: str, other: str) -> float:
    """How alike two words are by the trigrams they share (Dice): 0 nothing, 1 all.

    >>> round(likeness("lindqvist", "lindkvist"), 2)
    0.67
    """
    ours, theirs = set(edged_trigrams(one)), set(edged_trigrams(other))
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours and theirs else 0.0


def edits(one: str, other: str) -> int:
    """Letters to change, add, drop or swap with a neighbour to make one word the other.

    Source: optimal string alignment, after Damerau 1964 and Levenshtein 1966.

    >>> edits("rosa", "roas"), edits("lindqvist", "lindkvist"), edits("anna", "hanna")
    (1, 1, 1)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i] + [0] * len(other)
        for j, wanted in enumerate(other, 1):
            change = before[j - 1] + (letter != wanted)
            row[j] = min(before[j] + 1, row[j - 1] + 1, change)
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                row[j] = min(row[j], earlier[j - 2] + 1)
    return row[-1]


def is_misspelt(typed: str, word: str) -> bool:
    """``word`` is what somebody may have meant by ``typed``: one slip, two in a long word."""
    return typed != word and edits(typed, word) <= (1 if len(typed) < 6 else 2)


def prefixes(word: str) -> list[str]:
    """The one and two first letters, for words too short to have trigrams.

    >>> prefixes("rosa")
    ['r', 'ro']
    """
    return [word[:1], word[:2]] if len(word) > 1 else [word]


def spellings(names: list[dict[str, Any]]) -> list[str]:
    """All words of all names of a person."""
    texts = [
        part
        for name in names
        for part in (name.get("text"), name.get("family"), *(name.get("given") or []))
        if part
    ]
    return sorted({word for text in texts for word in words(text)})
