"""Texts as people search for them: without accents, capitals and needless spaces."""

import unicodedata

LONGEST = 400
# Letters may fall apart (ﷺ into eighteen), accents may fall away: look at some more than is kept.
READ = 4 * LONGEST


def fold(text: str) -> str:
    r"""``text`` in the form in which two spellings of a name are one; at most 400 letters.

    >>> fold("  Zoë\tMÜLLER-Strauß ")
    'zoe muller-strauss'
    """
    text = text[:READ]
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)
        text = "".join([letter for letter in apart if not unicodedata.combining(letter)])
        # Folding may bring marks of its own (İ), and compatibility forms of what it folds.
        text = unicodedata.normalize("NFKD", text.casefold())
        text = "".join([letter for letter in text if not unicodedata.combining(letter)])
    return " ".join(text.lower().split())[:LONGEST].rstrip()
