"""The text of a note: composed from sections, taken apart again, merged, hashed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeAlias

Section: TypeAlias = dict[str, str]

LONGEST_NOTE = 100_000  # characters of one note; about 40 printed pages
LONGEST_HEADING = 80
MANY_LINES = 1000


def cleaned(text: str) -> str:
    """Text as it is kept: one kind of line end, no NUL, nothing after the last word."""
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").rstrip()


def compose(sections: list[Section]) -> str:
    r"""The plain text of a note; sections without text are left out.

    >>> compose([{"name": "Plan", "text": "Rest."}, {"name": "Other", "text": " "}])
    'PLAN\nRest.'
    """
    parts = []
    for section in sections:
        text = cleaned(section["text"]).strip("\n")
        if text.strip():
            parts.append(f"{section['name'].upper()}\n{text}" if section["name"] else text)
    return "\n\n".join(parts)


def take_apart(text: str) -> list[Section]:
    r"""Sections of a composed text; a heading is a line in capitals after an empty one.

    >>> take_apart("PLAN\nRest.")
    [{'name': 'PLAN', 'text': 'Rest.'}]
    """
    found: list[Section] = []
    for paragraph in re.split(r"\n{2,}", text.strip()):
        first, _, rest = paragraph.partition("\n")
        if is_heading(first) and rest.strip():
            found.append({"name": first, "text": rest})
        elif found:
            found[-1]["text"] += f"\n\n{paragraph}"
        else:
            found.append({"name": "", "text": paragraph})
    return found


def is_heading(line: str) -> bool:
    """In capitals throughout, and short."""
    return line.isupper() and len(line) <= LONGEST_HEADING


def assessment(text: str) -> str:
    """What the author concluded: the assessment, else the last paragraph."""
    for section in take_apart(text):
        if section["name"].startswith(("ASSESSMENT", "IMPRESSION")):
            return section["text"]
    return re.split(r"\n{2,}", text.strip())[-1]


def sha256(text: str) -> str:
    """The hash that a signature keeps, of the text as UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Difference:
    """A section that two people wrote differently, and one text that holds both."""

    name: str
    yours: str
    theirs: str
    both: str


def differences(yours: list[Section], theirs: list[Section]) -> list[Difference]:
    """The sections that differ, in order."""
    pairs = zip(yours, theirs, strict=True)
    return [
        Difference(mine["name"], mine["text"], other["text"], union(other["text"], mine["text"]))
        for mine, other in pairs
        if cleaned(mine["text"]) != cleaned(other["text"])
    ]


def union(one: str, other: str) -> str:
    r"""Both texts in one: lines they share stand once, every other line of either is kept.

    >>> union("a\nb", "a\nc")
    'a\nb\nc'
    """
    ours, theirs = cleaned(one).split("\n"), cleaned(other).split("\n")
    kept: list[str] = []
    matcher = SequenceMatcher(None, ours, theirs, autojunk=len(ours) > MANY_LINES)
    for what, start, end, other_start, other_end in matcher.get_opcodes():
        kept += ours[start:end]
        if what != "equal":
            kept += theirs[other_start:other_end]
    return "\n".join(kept)
