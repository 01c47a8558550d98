"""JSON → FHIR XML."""

import re
from decimal import Decimal
from itertools import zip_longest
from math import isfinite
from operator import attrgetter
from typing import Any

from fhir import codec
from fhir.errors import Invalid, Malformed, UnknownType
from fhir.xml import narrative
from fhir.xml.parsing import SHOWN
from fhir.xml.shapes import DEEPEST, FHIR, Child, Kind, Shape, is_resource, shape

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    # A parser would make spaces of these.
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}
SPECIAL = re.compile('[\x00-\x1f&<>"\ud800-\udfff\ufffe\uffff]')
TOO_DEEP = f"is nested deeper than {DEEPEST} levels."
_place = attrgetter("place")


def from_json(resource: dict[str, Any]) -> bytes:
    """Write a resource as FHIR XML: elements in the order of FHIR, no space between them.

    Raises:
        Invalid: an element that FHIR does not have there, a value of the wrong kind, a narrative
            that is no XHTML, or a character that XML cannot hold; ``expression`` names it.
        UnknownType: ``resourceType``, there or inside, is none of R4.
    """
    out = [DECLARATION]
    try:
        _write_resource(out, resource, f' xmlns="{FHIR}"', 1)
    except _Misfit as problem:
        raise problem.refusal() from None
    return "".join(out).encode()


class _Misfit(Exception):
    """Something that XML cannot say; the path grows on the way out."""

    def __init__(
        self, what: str, kind: type[Invalid | UnknownType] = Invalid, *, name: str = ""
    ) -> None:
        super().__init__(what)
        self.what = what
        self.kind = kind
        self.path = [name[:SHOWN]] if name else []
        self.index = ""

    def refusal(self) -> Invalid | UnknownType:
        path = ".".join(reversed(self.path))
        return self.kind(f"{path or 'The resource'} {self.what}", expression=path)


def _write_resource(out: list[str], resource: Any, namespace: str, depth: int) -> None:
    type_ = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(type_, str) or not is_resource(type_):
        what = f'has the resourceType "{str(type_)[:SHOWN]}", which R4 does not have.'
        raise _Misfit(what, UnknownType)
    try:
        _write_group(out, type_, shape(type_), resource, depth, namespace)
    except _Misfit as problem:
        if depth == 1:
            problem.path.append(type_)
        raise


def _write_group(
    out: list[str], tag: str, inner: Shape, body: Any, depth: int, attributes: str = ""
) -> None:
    """An element with elements inside; one with nothing at all does not exist in XML."""
    if not isinstance(body, dict):
        raise _Misfit("is not an object.")
    if depth > DEEPEST:
        raise _Misfit(TOO_DEEP)
    attributes += "".join(
        [_attribute(name, body[name]) for name in inner.attributes if name in body]
    )
    start = len(out)
    out.append(f"<{tag}{attributes}>")
    _write_children(out, inner, body, depth)
    if len(out) > start + 1:
        out.append(f"</{tag}>")
    elif attributes or inner.is_resource:
        out[start] = f"<{tag}{attributes}/>"
    else:
        out.pop()


def _attribute(name: str, value: Any) -> str:
    try:
        text = _text(Kind.TEXT, value)
    except _Misfit as problem:
        problem.path.append(name)
        raise
    return f' {name}="{text}"' if text else ""


def _write_children(out: list[str], inner: Shape, body: dict[str, Any], depth: int) -> None:
    for child in _in_order(inner, body):
        if depth >= DEEPEST:
            raise _Misfit(TOO_DEEP)
        try:
            if child.many:
                _write_each(out, child, body, depth + 1)
            else:
                _write_one(out, child, body.get(child.key), body.get(child.note), depth + 1)
        except _Misfit as problem:
            problem.path.append(f"{child.key}{problem.index}")
            problem.index = ""
            raise


def _in_order(inner: Shape, body: dict[str, Any]) -> list[Child]:
    """The elements that ``body`` has, as XML wants them, however they stand in JSON."""
    found = []
    for key in body:
        child = inner.by_key.get(key)
        if child is None:
            if key not in inner.attributes and not (key == "resourceType" and inner.is_resource):
                raise _Misfit("is an element that FHIR R4 does not have there.", name=key)
        elif key == child.key or child.key not in body:
            found.append(child)
    found.sort(key=_place)
    return found


def _write_each(out: list[str], child: Child, body: dict[str, Any], depth: int) -> None:
    values = _list(body.get(child.key))
    notes = _list(body.get(child.note))
    for place, (value, note) in enumerate(zip_longest(values, notes)):
        try:
            _write_one(out, child, value, note, depth)
        except _Misfit as problem:
            problem.index = f"[{place}]"
            raise


def _list(values: Any) -> list[Any]:
    if values is None:
        return []
    if not isinstance(values, list):
        raise _Misfit("may repeat, so it is an array in JSON.")
    return values


def _write_one(out: list[str], child: Child, value: Any, note: Any, depth: int) -> None:
    if child.primitive:
        text = "" if value is None else _text(child.kind, value)
        attribute = f' value="{text}"' if text else ""
        if note is not None:
            _write_group(out, child.key, shape(child.type), note, depth, attribute)
        elif attribute:
            out.append(f"<{child.key}{attribute}/>")
    elif child.kind is Kind.GROUP:
        _write_group(out, child.key, shape(child.type), value, depth)
    elif child.kind is Kind.RESOURCE:
        out.append(f"<{child.key}>")
        _write_resource(out, value, "", depth + 1)
        out.append(f"</{child.key}>")
    else:
        out.append(_narrative(value))


def _narrative(value: Any) -> str:
    if not isinstance(value, str):
        raise _Misfit("is not a text.")
    try:
        return narrative.checked(value)
    except Malformed as problem:
        raise _Misfit(f"cannot be written as XML: {problem.message}") from None


def _text(kind: Kind, value: Any) -> str:
    """A value as it stands in an attribute."""
    if kind is Kind.TEXT and isinstance(value, str):
        return SPECIAL.sub(_escaped, value) if SPECIAL.search(value) else value
    if kind is Kind.BOOLEAN and isinstance(value, bool):
        return "true" if value else "false"
    if kind is Kind.NUMBER and _is_number(value):
        return codec.dumps(value).decode()
    raise _Misfit(f"is not a {kind.value}.")


def _is_number(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite()
    return type(value) is int or (isinstance(value, float) and isfinite(value))


def _escaped(found: re.Match[str]) -> str:
    try:
        return ESCAPES[found[0]]
    except KeyError:
        raise _Misfit(
            f"holds the character U+{ord(found[0]):04X}, which XML cannot hold."
        ) from None
