"""JSON in and out without losing a digit: numbers keep the text they were written with."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import orjson

from fhir.errors import Malformed

MOST_DIGITS = 1000
# An escaped backslash before it makes it six letters of a text.
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class NumberLiteral(Decimal):
    """A number whose spelling a Decimal would not give back, such as ``1.0E-5``."""

    literal: str

    def __new__(cls, text: str) -> "NumberLiteral":
        number = super().__new__(cls, text)
        number.literal = text
        return number


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Malformed(f"The number {text[:20]} is beyond every measure.") from None
    return number if str(number) == text else NumberLiteral(text)


def _integer(text: str) -> int | Decimal:
    if len(text) > MOST_DIGITS:
        raise Malformed(f"The number {text[:20]}… has {len(text)} digits; nothing here needs that.")
    # Beyond 64 bits, and for a negative zero, only the text itself is safe.
    return int(text) if len(text) < 19 and text != "-0" else NumberLiteral(text)


def _constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is not a JSON number.")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f'The key "{twice[:80]}" stands twice in one object.')
    return members


_decoder = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_float=_number,
    parse_int=_integer,
    parse_constant=_constant,
)


def loads(text: str | bytes) -> Any:
    """Parse JSON; every number keeps its literal.

    Raises:
        Malformed: not UTF-8, not JSON, a key twice, NaN, a NUL or lone surrogate, too deep.
    """
    try:
        value = _decoder.decode(text.decode("utf-8-sig") if isinstance(text, bytes) else text)
    except UnicodeDecodeError as error:
        raise Malformed(f"The text is not UTF-8 (byte {error.start}).") from None
    except RecursionError:
        raise Malformed("The JSON is nested too deep; FHIR needs fewer than 100 levels.") from None
    except json.JSONDecodeError as error:
        raise Malformed(
            f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    _refuse_unstorable(text, value)
    return value


def _refuse_unstorable(text: str | bytes, value: Any) -> None:
    """PostgreSQL stores neither NUL nor half a surrogate pair; both arrive as escapes."""
    lowered = text.lower() if isinstance(text, str) else text.decode("utf-8-sig").lower()
    if "\\u0000" in lowered and NUL.search(lowered):
        raise Malformed("The text holds the character NUL (\\u0000), which no record may hold.")
    if "\\ud" in lowered:
        dumps(value)


def dumps(value: Any, *, indented: bool = False) -> bytes:
    """Write JSON, numbers with the literal they came with.

    Args:
        value: Of dicts, lists, texts and numbers.
        indented: For people to read.

    Raises:
        Malformed: deeper than 254 levels, or a string that is not valid Unicode.
    """
    try:
        return orjson.dumps(
            value, default=_fragment, option=orjson.OPT_INDENT_2 if indented else None
        )
    except orjson.JSONEncodeError as error:
        raise Malformed(f"Cannot be written as JSON: {error}.") from None


def _fragment(number: Any) -> orjson.Fragment:
    if isinstance(number, Decimal) and number.is_finite():
        return orjson.Fragment(getattr(number, "literal", str(number)).encode())
    raise TypeError(f"{type(number).__name__} has no place in JSON")


def same(one: Any, other: Any) -> bool:
    """True where both would be written alike: 1.0 and 1.00 differ, key order does not matter.

    Without recursion: what strangers nest deeply must not reach the end of the stack.
    """
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if left is right:
            continue
        if isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            waiting += [(left[key], right[key]) for key in left]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif not _same_leaf(left, right):
            return False
    return True


def _same_leaf(one: Any, other: Any) -> bool:
    if isinstance(one, Decimal | int) or isinstance(other, Decimal | int):
        return type(one) is not str and type(other) is not str and dumps(one) == dumps(other)
    return bool(one == other)
