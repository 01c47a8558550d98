"""Where a motion sensor is worn, and what can be read there."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Site(StrEnum):
    """Wear sites that differ in what can be read."""

    WRIST = "wrist"
    WAIST = "waist"
    CHEST = "chest"
    UPPER_ARM = "upper arm"
    ANKLE = "ankle"
    OTHER = "other"
    UNKNOWN = "unknown"

    @property
    def on_trunk(self) -> bool:
        """Whether the sensor leans when the body does."""
        return self in {Site.WAIST, Site.CHEST}


# Words that nurses and devices use, the longer ones first.
WORDS: Final = {
    "upper arm": Site.UPPER_ARM,
    "lower back": Site.WAIST,
    "wrist": Site.WRIST,
    "waist": Site.WAIST,
    "hip": Site.WAIST,
    "belt": Site.WAIST,
    "chest": Site.CHEST,
    "sternum": Site.CHEST,
    "ankle": Site.ANKLE,
}


def site_of(words: str) -> Site:
    """The site that was written down when the device was attached.

    >>> site_of("left chest"), site_of(""), site_of("forehead")
    (<Site.CHEST: 'chest'>, <Site.UNKNOWN: 'unknown'>, <Site.OTHER: 'other'>)
    """
    written = words.strip().lower()
    if not written:
        return Site.UNKNOWN
    return next((site for word, site in WORDS.items() if word in written), Site.OTHER)
