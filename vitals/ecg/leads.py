"""The names of leads, and what the leads of one ECG must have in common."""

from __future__ import annotations

import re
from typing import Final

LIMB: Final = ("I", "II", "III", "aVR", "aVL", "aVF")
CHEST: Final = ("V1", "V2", "V3", "V4", "V5", "V6")
STANDARD: Final = LIMB + CHEST

# Goldberger 1942: how many of I and of II make each augmented lead.
AUGMENTED: Final = (("aVR", -0.5, -0.5), ("aVL", 1.0, -0.5), ("aVF", -0.5, 1.0))

# Where R is usually clear, best first: rhythm strips are lead II (AHA/ACC/HRS 2007), Holter
# recorders have a modified II and V5.
LEADS_FOR_R: Final = {"II": 0, "MLII": 1, "V5": 2, "V4": 3, "I": 4, "V6": 5}

_BY_LETTERS: Final = {name.upper(): name for name in STANDARD}
_NOISE_WORDS: Final = re.compile(r"\b(ECG|EKG|LEAD|MDC|ELEC|LABEL)\b|[\s_\-:.]+")


def canonical(name: str) -> str:
    """The name of a lead as it is written here; one that is not of the standard 12 as recorded.

    >>> canonical("avr"), canonical("ECG lead II"), canonical("MDC_ECG_LEAD_V1"), canonical("MLII")
    ('aVR', 'II', 'V1', 'MLII')
    """
    letters = _NOISE_WORDS.sub("", name.upper().replace("_", " "))
    return _BY_LETTERS.get(letters, name.strip())
