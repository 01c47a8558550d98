"""What a password must be: long, known to nobody, and nothing else (NIST SP 800-63B-4, 3.1.1)."""

import itertools
import re
import unicodedata
from functools import cache
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from accounts.sign_in.requirement import has_second_factor, is_required

ALONE, WITH_SECOND_FACTOR = 15, 8
# NIST asks for 64 at least; the end is there because somebody must hash it.
LONGEST = 1000
# Words that somebody tries first in this house, beside the names of person and facility.
HOUSE_WORDS = (
    *("chartwave", "hospital", "clinic", "ward", "doctor", "nurse", "patient", "health"),
    *("password", "passwort", "welcome", "letmein", "changeme", "secret", "admin", "login"),
    *("spring", "summer", "autumn", "fall", "winter", "january", "february", "march", "april"),
    *("may", "june", "july", "august", "september", "october", "november", "december"),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("qwertyuiop", "qwerty", "qwertz", "asdfghjkl", "asdf", "zxcvbnm", "yxcvbnm", "abc"),
)
LEET = str.maketrans("013457@$!", "oieastasi")
# Left over when known words, digits and signs are taken away: less than that is a derivative.
OWN_LETTERS = 4
DIFFERENT_CHARACTERS = 5


def shortest_for(user: User | None) -> int:
    """How long a password must be at least."""
    backed = is_required() or (user is not None and has_second_factor(user))
    return WITH_SECOND_FACTOR if backed else ALONE


class Length:
    """Fifteen characters alone, eight with a second factor; no other rule of composition."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse what is too short or longer than anybody types.

        Raises:
            ValidationError: it is.
        """
        length, least = len(unicodedata.normalize("NFKC", password)), shortest_for(user)
        if length < least:
            words = _("Make it at least %(least)d characters long, for example several words.")
            raise ValidationError(words % {"least": least}, code="password_too_short")
        if length > LONGEST:
            words = _("Make it at most %(most)d characters long.")
            raise ValidationError(words % {"most": LONGEST}, code="password_too_long")

    def get_help_text(self) -> str:
        return _(
            "At least %(least)d characters; spaces and every script are welcome. "
            "Several words that do not belong together are easy to keep in mind."
        ) % {"least": shortest_for(None)}


class NotKnown:
    """None of the 20,000 most used, none made of the house's own words or of a pattern."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse what is tried first.

        Raises:
            ValidationError: it is well known, a derivative of known words, or a pattern.
        """
        if is_common(password) or is_pattern(password) or is_derivative(password, user):
            words = _(
                "This is among the passwords that are tried first: it is well known, follows a "
                "pattern, or is made of this house's own words. Choose something unrelated."
            )
            raise ValidationError(words, code="password_known")

    def get_help_text(self) -> str:
        return _("Not one of the well-known passwords, and not made of the house's or your name.")


@cache
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()


def is_common(password: str) -> bool:
    """One of Django's list of the 20,000 most used, also with digits and signs behind it.

    >>> is_common("Passw0rd"), is_common("iloveyou!!2024"), is_common("marmot over the gate")
    (True, True, False)
    """
    plain = password.lower().strip()
    return bool({plain, re.sub(r"[\W\d_]+$", "", plain)} & _common().passwords)


def is_pattern(password: str) -> bool:
    """Few different characters, or a run of neighbours.

    >>> is_pattern("aaaaaaaabbbbbbbb"), is_pattern("123456789012345"), is_pattern("gate marmot")
    (True, True, False)
    """
    steps = [ord(b) - ord(a) for a, b in itertools.pairwise(password)]
    runs = sum(step in (1, -1, 0) for step in steps)
    return len(set(password)) < DIFFERENT_CHARACTERS or runs > len(steps) * 0.75


def is_derivative(password: str, user: User | None) -> bool:
    """Made of known words, digits and signs only."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    return any(
        _own_letters(spelling, user) < OWN_LETTERS for spelling in (plain, plain.translate(LEET))
    )


def _own_letters(text: str, user: User | None) -> int:
    for word in sorted(_words_of(user), key=len, reverse=True):
        text = text.replace(word, " ")
    return sum(character.isalpha() for character in text)


def _words_of(user: User | None) -> set[str]:
    names: list[Any] = [*Organization.objects.values_list("name", flat=True)[:200]]
    if user is not None:
        names += [user.username, user.full_name, user.email]
    words = {word for name in names for word in re.split(r"\W+", str(name).casefold())}
    return {word for word in words if len(word) > 2} | set(HOUSE_WORDS)
