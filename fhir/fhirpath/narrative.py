"""What FHIR lets stand in a narrative: plain formatting, and something to read."""

import re
from typing import NamedTuple
from xml.parsers import expat

NAMESPACE = "http://www.w3.org/1999/xhtml"
# HTML 4.0, chapters 7 to 11 without forms and scripts, and 15; links and pictures.
ELEMENTS = frozenset({
    "a", "abbr", "acronym", "address", "area", "b", "bdo", "big", "blockquote", "br", "caption",
    "cite", "code", "col", "colgroup", "dd", "dfn", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "map", "ol", "p", "pre", "q", "samp",
    "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "tt", "ul", "var",
})  # fmt: skip
ATTRIBUTES = frozenset({
    "abbr", "accesskey", "align", "alt", "axis", "border", "cellpadding", "cellspacing", "char",
    "charoff", "charset", "cite", "class", "colspan", "coords", "dir", "frame", "headers",
    "height", "href", "hreflang", "id", "lang", "longdesc", "name", "noshade", "nowrap",
    "nohref", "rel", "rev", "rowspan", "rules", "scope", "shape", "span", "src", "start",
    "style", "summary", "tabindex", "title", "type", "usemap", "valign", "value", "width",
    "xml:lang", "xml:space", "xml:id", "xmlns",
})  # fmt: skip
DANGEROUS = ("javascript:", "vbscript:", "data:text/html")
IGNORED = re.compile(r"[\x00-\x20]")  # browsers leave these out of an address
NARROWEST = " \t\r\n\u00a0"


class Narrative(NamedTuple):
    """What is wrong with a narrative.

    Attributes:
        foreign: It is not XHTML, or holds more than formatting, links and pictures.
        blank: There is nothing to read in it.
    """

    foreign: bool
    blank: bool


class _Foreign(Exception):
    """Something that a narrative may not hold."""


class _Reader:
    """Follows the parser through a narrative; keeps nothing of it."""

    def __init__(self) -> None:
        self.blank = True
        self.outermost = True

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.outermost and (name != "div" or attributes.get("xmlns") != NAMESPACE):
            raise _Foreign
        self.outermost = False
        if name not in ELEMENTS or not attributes.keys() <= ATTRIBUTES:
            raise _Foreign
        if name == "img":
            self.blank = False
        for key in ("href", "src"):
            if IGNORED.sub("", attributes.get(key, "")).lower().startswith(DANGEROUS):
                raise _Foreign

    def text(self, text: str) -> None:
        self.blank = self.blank and not text.strip(NARROWEST)

    def refuse(self, *_: object) -> None:
        raise _Foreign


def narrative(div: object) -> Narrative:
    """Read ``Narrative.div``; what has no value has nothing wrong.

    >>> narrative('<div xmlns="http://www.w3.org/1999/xhtml"><p> </p></div>')
    Narrative(foreign=False, blank=True)
    """
    if not isinstance(div, str):
        return Narrative(foreign=False, blank=False)
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.ProcessingInstructionHandler = reader.refuse
    try:
        parser.Parse(div, True)  # noqa: FBT003  expat names it by its place only
    except (expat.ExpatError, _Foreign, UnicodeEncodeError):
        return Narrative(foreign=True, blank=False)
    return Narrative(foreign=False, blank=reader.blank)
