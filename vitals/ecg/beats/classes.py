"""What a beat may be called, as codes for arrays and as letters for keeping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from vitals.ecg.arrays import IntArray, Uint8Array

NORMAL: Final = 0  # or supraventricular: premature atrial beats are not told apart
VENTRICULAR: Final = 1
PACED: Final = 2
UNCLASSIFIED: Final = 3  # fusion, noise, or nothing to compare it with
LETTERS: Final = "NVPQ"  # the letters of ANSI/AAMI EC57, and P for its paced "/"


def letters(classes: Uint8Array) -> str:
    """The classes as one letter each.

    >>> letters(np.array([0, 0, 1, 3], dtype=np.uint8))
    'NNVQ'
    """
    return "".join(LETTERS[code] for code in classes.tolist())


def codes(kept: str) -> Uint8Array:
    """Back from ``letters``.

    Raises:
        ValueError: A letter is none of N, V, P and Q.

    >>> codes("NV")
    array([0, 1], dtype=uint8)
    """
    return np.array([LETTERS.index(letter) for letter in kept], dtype=np.uint8)


def kept_beats(kept: Mapping[str, Any]) -> tuple[IntArray, Uint8Array]:
    """R peaks and their classes, back from what is kept of a piece; the web pages need no more.

    >>> kept_beats({"beats": [100, 250, 240], "classes": "NNV"})
    (array([100, 350, 590]), array([0, 0, 1], dtype=uint8))
    """
    return np.cumsum(np.array(kept["beats"], dtype=np.int64)), codes(kept["classes"])
