"""One line of a page for administrators: what, how it is, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(StrEnum):
    GOOD = "good"
    BAD = "bad"
    LOOK = "look"
    UNKNOWN = "unknown"

    @property
    def icon(self) -> str:
        """Its sign."""
        return ICONS[self]

    @property
    def words(self) -> str | Promise:
        """What stands beside the sign."""
        return WORDS[self]


ICONS = {
    State.GOOD: "check",
    State.BAD: "circle-alert",
    State.LOOK: "triangle-alert",
    State.UNKNOWN: "circle-question-mark",
}
WORDS: dict[State, str | Promise] = {
    State.GOOD: _("in order"),
    State.BAD: _("not in order"),
    State.LOOK: _("look at it"),
    State.UNKNOWN: _("not known"),
}


@dataclass(frozen=True)
class Line:
    """One thing to know.

    Attributes:
        what: Its name.
        state: Good, bad, to look at, or not known: never good by default.
        value: What was found, in words and numbers.
        remedy: What to do when it is not good.
        url: Where to do it; empty when nowhere in the product.
    """

    what: str
    state: State
    value: str
    remedy: str = ""
    url: str = ""
