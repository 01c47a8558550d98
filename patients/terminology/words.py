"""The words by which a concept is found: folded, in both spellings of English, with its kind."""

import re
from collections.abc import Iterable
from functools import lru_cache

from patients.names import words

LONGEST_QUERY = 200
WORDS_AT_MOST = 12
# British and American spelling meet in a third one that nobody writes.
_SPELLINGS = (("ae", "e"), ("oe", "e"), ("our", "or"), ("ph", "f"))
_CODE_BREAK = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=20_000)
def plain_spelling(word: str) -> str:
    """One spelling for ``haemoglobin`` and ``hemoglobin``.

    >>> plain_spelling("haemoglobin"), plain_spelling("tumour"), plain_spelling("sulphate")
    ('hemoglobin', 'tumor', 'sulfate')
    """
    for british, american in _SPELLINGS:
        word = word.replace(british, american)
    return word


def code_mark(code: str) -> str:
    """The lexeme that stands for the whole of a code, however its dots are typed; or nothing.

    >>> code_mark("E11.9"), code_mark("e119"), code_mark("-")
    ('#e119', '#e119', '')
    """
    joined = _CODE_BREAK.sub("", code.lower())
    return f"#{joined}" if joined else ""


def lexemes(code: str, texts: Iterable[str]) -> set[str]:
    """Everything that a row is found by.

    >>> sorted(lexemes("E11.9", ["Oedema"]))
    ['#e119', '9', 'e11', 'e119', 'edema', 'oedema']
    """
    spelled = {word for text in {code, *texts} for word in words(text)}
    both = spelled | {plain_spelling(word) for word in spelled}
    whole = code_mark(code)
    return both | ({whole, whole[1:]} if whole else set())
