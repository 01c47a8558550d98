"""Codes from required value sets."""

import gzip
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from fhir import definitions

FILE = Path(definitions.__file__).with_name("bindings.json.gz")
SHOWN = 6


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = orjson.loads(gzip.decompress(FILE.read_bytes()))
    return table


def value_set(place: str, element: str) -> str:
    """The value set that the codes of an element must be from; '' where any code may stand."""
    found: str = _table()["elements"].get(place, {}).get(element, "")
    return found


def unlisted() -> dict[str, str]:
    """Value sets that nobody can list, with the form of their codes; '' where any will do."""
    patterns: dict[str, str] = _table()["patterns"]
    return patterns


@cache
def permits_code(url: str) -> Callable[[Any], bool]:
    """A test for the codes of a value set, their system being understood."""
    pattern = _table()["patterns"].get(url)
    if pattern is not None:
        return _form(pattern)
    return frozenset(
        code for codes in _table()["codes"][url].values() for code in codes
    ).__contains__


@cache
def permits_coding(url: str) -> Callable[[str, str], bool]:
    """A test for a system and a code."""
    pattern = _table()["patterns"].get(url)
    if pattern is not None:
        form = _form(pattern)
        return lambda _, code: form(code)
    listed = {system: frozenset(codes) for system, codes in _table()["codes"][url].items()}
    return lambda system, code: code in listed.get(system, ())


def _form(pattern: str) -> Callable[[Any], bool]:
    if not pattern:
        return lambda _: True
    compiled = re.compile(pattern)
    return lambda code: compiled.fullmatch(code) is not None


@cache
def advice(url: str) -> str:
    """Which codes a value set has, as far as a sentence can hold them."""
    codes = [code for codes in _table()["codes"].get(url, {}).values() for code in codes]
    if not codes:
        return f"a code of {url}"
    shown = ", ".join(codes[:SHOWN])
    more = f" and {len(codes) - SHOWN} more" if len(codes) > SHOWN else ""
    return f"one of {shown}{more} ({url})"
