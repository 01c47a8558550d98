"""FHIR XML → JSON."""

import re
from typing import Any

from fhir import codec
from fhir.errors import Malformed, UnknownType
from fhir.xml import narrative
from fhir.xml.parsing import SHOWN, Pass
from fhir.xml.shapes import DEEPEST, FHIR, XHTML, Child, Kind, Shape, is_resource, shape

INSIDE = f"{FHIR} "
# Tools leave it on resources; it says nothing about the content.
SCHEMA_LOCATION = "http://www.w3.org/2001/XMLSchema-instance schemaLocation"
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
BOOLEANS = {"true": True, "false": False}
UTF_16_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")

NOTHING = shape("")
HOLDER = Child("", "", 0, 0, many=False, kind=Kind.RESOURCE, primitive=False, type="Resource")
RESOURCE = Child("", "", 0, 0, many=False, kind=Kind.GROUP, primitive=False, type="")


def to_json(body: bytes) -> dict[str, Any]:
    """Read a resource in FHIR XML.

    Raises:
        Malformed: not UTF-8, not well-formed, a DOCTYPE, or an element that is unknown, misplaced
            or empty; the message names element and line.
        UnknownType: the outermost element, or one inside, is no resource of R4.
    """
    if body.startswith(UTF_16_32):
        raise Malformed("The XML is not UTF-8: send it as UTF-8.")
    return _Reading(body).resource()


class _Open:
    """An element whose end has not come yet."""

    __slots__ = ("body", "child", "last", "shape", "value")

    def __init__(self, child: Child, shape: Shape, body: dict[str, Any]) -> None:
        self.child = child
        self.shape = shape
        self.body = body
        self.value: Any = None
        self.last = -1


class _Reading(Pass):
    """One pass over a document; the stack is ours, so depth costs nothing but memory."""

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self.open = [_Open(HOLDER, NOTHING, {})]
        self.div_depth = self.div_start = 0
        self.parser.buffer_text = True
        self._outside_narrative()

    def resource(self) -> dict[str, Any]:
        self.run()
        return self.open[0].body

    def _outside_narrative(self) -> None:
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _text(self, text: str) -> None:
        if not text.strip(" \t\r\n"):
            return
        raise self._fault(f'holds the text "{text.strip()[:SHOWN]}"; values stand in attributes.')

    # Elements of FHIR

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        above = self.open[-1]
        child = above.shape.by_name.get(name)
        if child is None:
            self._start_resource(above, name, attributes)
            return
        if above.last >= child.barrier:
            raise self._misplaced(above, child)
        above.last = child.place
        if len(self.open) > DEEPEST:
            raise self._fault(f"is nested deeper than {DEEPEST} levels.")
        if child.kind is Kind.XHTML:
            self._start_narrative()
            return
        inner = _Open(child, NOTHING if child.kind is Kind.RESOURCE else shape(child.type), {})
        self.open.append(inner)
        if attributes:
            self._attributes(inner, attributes)

    def _attributes(self, inner: _Open, attributes: dict[str, str]) -> None:
        for name, text in attributes.items():
            if not text:
                raise self._fault(f"has an empty {_short(name)}; leave out what is not known.")
            if name == "value" and inner.child.primitive:
                inner.value = self._value(inner.child.kind, text)
            elif name in inner.shape.attributes:
                inner.body[name] = text
            else:
                raise self._fault(_unknown_attribute(name))

    def _value(self, kind: Kind, text: str) -> Any:
        if kind is Kind.TEXT:
            return text
        if kind is Kind.BOOLEAN:
            if text not in BOOLEANS:
                raise self._fault(f'has the value "{text[:SHOWN]}", which is not true or false.')
            return BOOLEANS[text]
        if not NUMBER.fullmatch(text):
            raise self._fault(f'has the value "{text[:SHOWN]}", which is not a number of FHIR.')
        return codec.loads(text)

    def _start_resource(self, above: _Open, name: str, attributes: dict[str, str]) -> None:
        """The element that names the type of a resource; no other may come without being known."""
        type_ = name.removeprefix(INSIDE)
        if above.child.kind is not Kind.RESOURCE or type_ == name:
            raise self._unknown(above, name)
        if above.body:
            raise self._fault(f"holds a second resource, <{type_[:SHOWN]}>.")
        if not is_resource(type_):
            raise UnknownType(
                f'Line {self.line()}: "{type_[:SHOWN]}" is not a FHIR R4 resource type.',
                expression=self._path(),
            )
        if len(self.open) > DEEPEST:
            raise self._fault(f"is nested deeper than {DEEPEST} levels.")
        for attribute in attributes:
            if attribute != SCHEMA_LOCATION:
                raise self._fault(
                    _unknown_attribute(attribute), type_ if len(self.open) == 1 else ""
                )
        above.body["resourceType"] = type_
        self.open.append(_Open(RESOURCE, shape(type_), above.body))

    def _end(self, _name: str) -> None:
        done = self.open[-1]
        if done.child is RESOURCE:
            self.open.pop()
            return
        if not done.body and done.value is None:
            raise self._fault("is empty; leave out what is not known.")
        self.open.pop()
        above = self.open[-1].body
        child = done.child
        if child.primitive:
            _put_primitive(above, child, done.value, done.body)
        elif child.many:
            above.setdefault(child.key, []).append(done.body)
        else:
            above[child.key] = done.body

    # Narrative: its source is what counts

    def _start_narrative(self) -> None:
        self.div_start = self.parser.CurrentByteIndex
        self.div_depth = 1
        self.parser.StartElementHandler = self._start_in_narrative
        self.parser.EndElementHandler = self._end_in_narrative
        self.parser.CharacterDataHandler = None

    def _start_in_narrative(self, _name: str, _attributes: dict[str, str]) -> None:
        self.div_depth += 1
        if self.div_depth > DEEPEST:
            raise self._fault(f"is nested deeper than {DEEPEST} levels.", "div")

    def _end_in_narrative(self, _name: str) -> None:
        self.div_depth -= 1
        if self.div_depth:
            return
        end = narrative.end_of(self.source, self.div_start, self.parser.CurrentByteIndex)
        try:
            self.open[-1].body["div"] = narrative.standing_alone(self.source[self.div_start : end])
        except Malformed as problem:
            raise self._fault(f"cannot be kept: {problem.message}", "div") from None
        self._outside_narrative()

    # What to say when it does not fit

    def _path(self, *further: str) -> str:
        """A FHIRPath to the innermost open element, and further."""
        path = ""
        for outer, each in zip(self.open, self.open[1:], strict=False):
            if each.child is RESOURCE:
                path = path or each.body["resourceType"]
                continue
            path += f".{each.child.key}"
            if each.child.many:
                path += f"[{_count(outer.body, each.child)}]"
        return ".".join(part for part in (path, *further) if part)

    def _fault(self, what: str, *further: str) -> Malformed:
        path = self._path(*further)
        name = path or "The document"
        return Malformed(f"{name} (line {self.line()}) {what}", expression=path)

    def _misplaced(self, above: _Open, child: Child) -> Malformed:
        if above.last == child.place:
            return self._fault("stands here again and may stand only once.", child.key)
        before = next(each.key for each in above.shape.by_key.values() if each.place == above.last)
        return self._fault(f"stands after {before}; FHIR XML has it before.", child.key)

    def _unknown(self, above: _Open, name: str) -> Malformed:
        namespace, _, local = name.rpartition(" ")
        right = XHTML if f"{XHTML} {local}" in above.shape.by_name else FHIR
        if namespace != right:
            return self._fault(
                f'stands in the namespace "{namespace[:SHOWN]}"; it belongs into {right}.',
                local[:SHOWN],
            )
        return self._fault("is an element that FHIR R4 does not have there.", local[:SHOWN])


def _put_primitive(body: dict[str, Any], child: Child, value: Any, note: dict[str, Any]) -> None:
    """A value, and what is said about it; in arrays both keep the same place."""
    if not child.many:
        if value is not None:
            body[child.key] = value
        if note:
            body[child.note] = note
        return
    place = _count(body, child)
    for key, each in ((child.key, value), (child.note, note or None)):
        if key in body:
            body[key].append(each)
        elif each is not None:
            body[key] = [None] * place + [each]


def _count(body: dict[str, Any], child: Child) -> int:
    """How many of a repeating element are there already."""
    return len(body.get(child.key) or body.get(child.note) or ())


def _unknown_attribute(name: str) -> str:
    return f'has an attribute "{_short(name)}" that FHIR does not know.'


def _short(name: str) -> str:
    return name.rpartition(" ")[2][:SHOWN]
