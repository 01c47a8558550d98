"""The XHTML of a narrative: it passes through as it was written, once it is sure to be whole."""

import re

from fhir.errors import Malformed
from fhir.xml.parsing import Pass
from fhir.xml.shapes import DEEPEST, XHTML

DIV = f"{XHTML} div"
USUAL_START = f'<div xmlns="{XHTML}"'.encode()
PREFIXED = re.compile(rb"<[^\s/>:]+:|\s[^\s=:]+:[^\s=]+\s*=")


def checked(text: str) -> str:
    """The ``div`` in ``text`` to the letter, without what stands around it.

    Raises:
        Malformed: it is not one well-formed XHTML ``div``.
    """
    try:
        body = text.encode()
    except UnicodeEncodeError:
        raise Malformed("The narrative holds half a surrogate pair.") from None
    return _Fragment(body).div().decode()


def standing_alone(source: bytes) -> str:
    """A ``div`` cut out of a document, with the namespace that it took from around it."""
    if source.startswith(USUAL_START) and not PREFIXED.search(source):
        return source.decode()
    try:
        return _Fragment(source).div().decode()
    except Malformed:
        if not source.startswith(b"<div") or b"xmlns=" in source[: source.index(b">")]:
            raise
    return _Fragment(b'<div xmlns="%s"%s' % (XHTML.encode(), source[4:])).div().decode()


def end_of(source: bytes, start: int, position: int) -> int:
    """Where the element that starts at ``start`` ends, whose end is reported at ``position``.

    An empty-element tag is reported behind itself, any other element at its end tag.
    """
    name = re.compile(rb"<([^\s/>]+)").match(source, start)
    assert name  # noqa: S101 -- the parser has just found an element there
    end_tag = re.compile(rb"</" + re.escape(name[1]) + rb"\s*>").match(source, position)
    return end_tag.end() if end_tag else position


class _Fragment(Pass):
    """One pass over a text that should be one element."""

    what = "The narrative is not well-formed XHTML"

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self.depth = self.start = self.end = 0
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def div(self) -> bytes:
        self.run()
        return self.source[self.start : self.end]

    def declaration(self, _version: str, _encoding: str | None, _standalone: int) -> None:
        raise Malformed("A narrative has no XML declaration.")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if not self.depth:
            self.start = self.parser.CurrentByteIndex
            if name != DIV:
                raise Malformed(f'A narrative is one <div xmlns="{XHTML}">.')
        self.depth += 1
        if self.depth > DEEPEST:
            raise Malformed(f"The narrative is nested deeper than {DEEPEST} levels.")

    def _end(self, _name: str) -> None:
        self.depth -= 1
        if not self.depth:
            self.end = end_of(self.source, self.start, self.parser.CurrentByteIndex)
