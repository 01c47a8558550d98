"""What the schema cannot say of primitive values: real days, whole numbers, text to read."""

import binascii
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

LONGEST_TEXT = 1024 * 1024  # characters, as FHIR R4 says of string
GREATEST = 2**31 - 1
SPACES = re.compile(r"\s+")
NOT_WHOLE = "{} is a whole number, without a point or an exponent."

Check = Callable[[Any], str]


def text(value: str) -> str:
    """Something that is not blank."""
    if value.isspace() or not value:
        return "{} is blank; leave it out instead."
    if len(value) > LONGEST_TEXT:
        return f"{{}} has {len(value)} characters; FHIR allows {LONGEST_TEXT}."
    return _no_character(value)


def _no_character(value: str) -> str:
    """What is wrong with code points that Unicode keeps free and XML cannot hold."""
    found = "\ufffe" in value or "\uffff" in value
    return "{} holds U+FFFE or U+FFFF, which are no characters." if found else ""


def address(value: str) -> str:
    """A uri that is there."""
    return _no_character(value) if value else "{} is empty; leave it out instead."


def xhtml(value: Any) -> str:
    """A text; what it may hold is said by invariants."""
    return text(value) if isinstance(value, str) else "{} is XHTML in a string."


def day(value: str) -> str:
    """A day that the calendar has."""
    if len(value) >= 10:
        try:
            date.fromisoformat(value[:10])
        except ValueError:
            return f"{{}}: the calendar has no {value[:10]}."
    return ""


def base64(value: str) -> str:
    """Base64 with its padding; line breaks are permitted."""
    try:
        binascii.a2b_base64(SPACES.sub("", value), strict_mode=True)
    except (binascii.Error, ValueError):
        return "{} is not base64."
    return "" if value.strip() else "{} is empty; leave it out instead."


def whole(least: int) -> Check:
    """A 32-bit number of at least ``least``."""

    def check(value: Any) -> str:
        if not isinstance(value, int):
            return _beyond(value, least)
        return "" if least <= value <= GREATEST else _range(least)

    return check


def _beyond(value: Any, least: int) -> str:
    """What is wrong with a number that is no ``int``: a point, or too many digits."""
    literal = str(getattr(value, "literal", value)) if isinstance(value, Decimal) else ""
    if not re.fullmatch(r"-?[0-9]+", literal):
        return NOT_WHOLE
    return "" if value == 0 and least < 0 else _range(least)


def _range(least: int) -> str:
    return f"{{}} is a whole number from {least} to {GREATEST}."


# Types that are not here are described by the schema alone.
CHECKS: dict[str, Check] = {
    "string": text,
    "markdown": text,
    "xhtml": xhtml,
    "uri": address,
    "url": address,
    "canonical": address,
    "date": day,
    "dateTime": day,
    "instant": day,
    "base64Binary": base64,
    "integer": whole(-GREATEST - 1),
    "unsignedInt": whole(0),
    "positiveInt": whole(1),
}
