"""The words by which a concept is found: folded, in both spellings of English, with its kind."""

import re
from collections.abc import Iterable

from patients.names import words

LONGEST_QUERY = 200
WORDS_AT_MOST = 12
# British and American spelling meet in a third one that nobody writes.
_SPELLINGS = (("ae", "e"), ("oe", "e"), ("our", "or"), ("ph", "f"))
_CODE_BREAK = re.compile(r"[^a-z0-9]+")


def plain_spelling(word: str) -> str:
    """One spelling for ``haemoglobin`` and ``hemoglobin``.

    >>> plain_spelling("haemoglobin"), plain_spelling("tumour"), plain_spelling("sulphate")
    ('hemoglobin', 'tumor', 'sulfate')
    """
    for british, american in _SPELLINGS:
        word = word.replace(british, american)
    return word


def kind_mark(kind: str) -> str:
    """The lexeme that stands for a kind; no typed word can be it."""
    return f"={kind}"


def lexemes(kinds: Iterable[str], code: str, texts: Iterable[str]) -> set[str]:
    """Everything that a row is found by.

    >>> sorted(lexemes(["problem"], "I10", ["Oedema"]))
    ['=problem', 'edema', 'i10', 'oedema']
    """
    spelled = {word for text in (code, *texts) for word in words(text)}
    both = spelled | {plain_spelling(word) for word in spelled}
    joined = {_CODE_BREAK.sub("", code.lower())} if code else set()
    return both | joined - {""} | {kind_mark(kind) for kind in kinds}
