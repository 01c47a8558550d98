"""ICD-10-CM as the package simple-icd-10-cm carries it; read by the loader alone."""

import warnings
from collections.abc import Iterator
from importlib import metadata
from typing import Any

from patients.terminology.tables import ICD10CM, Row

PACKAGE = "simple-icd-10-cm"
SOURCE = "icd-10-cm"
KINDS = ("problem",)


def fingerprint() -> str:
    """The package's version is the classification's version."""
    return metadata.version(PACKAGE)


def rows() -> Iterator[Row]:
    """Every code that names something: categories and what is below them, no chapters."""
    icd = _package()
    # A block of one category has its code: it is listed twice.
    for code in dict.fromkeys(icd.get_all_codes(with_dots=True)):
        if icd.is_chapter_or_block(code) and not icd.is_category(code):
            continue
        words = icd.get_description(code)
        category = "" if icd.is_leaf(code) else "not specific"
        yield Row(ICD10CM, code, words, words, KINDS, category=category)


def _package() -> Any:
    """The package; importing it parses 10 MB of XML: two seconds and 160 MB."""
    with warnings.catch_warnings():
        # It opens its files in a way that Python will drop one day.
        warnings.simplefilter("ignore", DeprecationWarning)
        import simple_icd_10_cm
    return simple_icd_10_cm
