"""FHIRPath text becomes a tree (Pratt's method: each operator knows how strongly it binds)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from fhir.errors import Refusal
from fhir.fhirpath.tree import (
    Call,
    Constant,
    Empty,
    Indexed,
    Literal,
    Member,
    Moment,
    Node,
    Operation,
    Quantity,
    Signed,
    Typed,
    Variable,
)

LONGEST = 20_000
DEEPEST = 200
TOKEN = re.compile(
    r"""
      (?P<space>\s+|//[^\n]*|/\*.*?\*/)
    | (?P<unclosed>/\*)
    | (?P<moment>@(?:T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?
        |\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?))
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<quoted>`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*")
    | (?P<constant>%(?:[A-Za-z_]\w*|`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))
    | (?P<variable>\$(?:this|index|total)\b)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<sign>!=|!~|<=|>=|[-+*/&|<>=~.,()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
# How strongly each operator binds (FHIRPath 2.0, section 8.1), the weakest first.
LEVELS = (
    "implies",
    "or xor",
    "and",
    "in contains",
    "= != ~ !~",
    "< > <= >=",
    "|",
    "is as",
    "+ - &",
    "* / div mod",
)
STRENGTH = {
    operator: strength
    for strength, operators in enumerate(LEVELS, start=1)
    for operator in operators.split()
}
SIGN_STRENGTH = 11
TYPE_TESTS = ("is", "as", "ofType")
CALENDAR = re.compile(r"(?:year|month|week|day|hour|minute|second|millisecond)s?")
VALUES = {"true": True, "false": False}


class NotFhirPath(Refusal):
    """The expression is not FHIRPath."""

    code = "not-fhirpath"
    issue = "value"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: what it is, how it is written, where it starts."""

    kind: str
    text: str
    place: int


def parse(text: str) -> Node:
    """The tree of a FHIRPath expression.

    Raises:
        NotFhirPath: it breaks the grammar, is longer than 20,000 characters, or nested deeper than
            200 levels; the message names the place.

    >>> parse("Patient.active = true")
    Operation(operator='=', left=Member(of=Member(of=None, name='Patient'), name='active'), \
right=Literal(value=True))
    """
    if len(text) > LONGEST:
        raise NotFhirPath(f"The expression has {len(text)} characters; at most {LONGEST} are read.")
    reader = _Reader(list(_tokens(text)))
    tree = reader.expression(0)
    reader.expect("end", "")
    return tree


def _tokens(text: str) -> Iterator[Token]:
    place = 0
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None or found.lastgroup == "unclosed":
            raise NotFhirPath(f'"{text[place : place + 20]}" at {place} is not FHIRPath.')
        if found.lastgroup != "space":
            yield Token(str(found.lastgroup), found[0], place)
        place = found.end()
    yield Token("end", "", place)


def _unquoted(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        code = found[1]
        return chr(int(code[1:], 16)) if len(code) > 1 else ESCAPED.get(code, code)

    return ESCAPE.sub(plain, text[1:-1])


class _Reader:
    """Tokens, and how far they were read."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.next
        self.at += token.kind != "end"
        return token

    def met(self, text: str) -> bool:
        """Take the sign if it comes next."""
        found = self.next.kind == "sign" and self.next.text == text
        self.at += found
        return found

    def expect(self, kind: str, text: str) -> None:
        token = self.take()
        if (token.kind, token.text) != (kind, text):
            raise self.wrong(token, text or "the end")

    def wrong(self, token: Token, wanted: str) -> NotFhirPath:
        seen = f'"{token.text[:20]}"' if token.kind != "end" else "the end"
        return NotFhirPath(f"Expected {wanted} at {token.place}, found {seen}.")

    def expression(self, floor: int) -> Node:
        """An expression whose operators all bind more strongly than ``floor``."""
        outside = self.depth
        self.deeper()
        left = self.operand()
        while (strength := self.strength()) > floor:
            self.deeper()
            operator = self.take().text
            if operator in ("is", "as"):
                left = Typed(left, operator, self.type_name())
            else:
                left = Operation(operator, left, self.expression(strength))
        self.depth = outside
        return left

    def deeper(self) -> None:
        """Count what a reader of the tree will have to descend, links of a chain included."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotFhirPath(f"The expression is nested deeper than {DEEPEST} levels.")

    def strength(self) -> int:
        token = self.next
        return STRENGTH.get(token.text, 0) if token.kind in ("sign", "word") else 0

    def operand(self) -> Node:
        """A term with everything that hangs on it by ``.`` and ``[``."""
        if self.next.kind == "sign" and self.next.text in "+-":
            return Signed(self.take().text, self.expression(SIGN_STRENGTH))
        node = self.term()
        while True:
            self.deeper()
            if self.met("."):
                node = self.invocation(node)
            elif self.met("["):
                node = Indexed(node, self.expression(0))
                self.expect("sign", "]")
            else:
                return node

    def term(self) -> Node:
        token = self.next
        if token.kind in ("word", "quoted", "variable"):
            return self.invocation(None)
        self.take()
        if token.kind == "number":
            return self.number(token.text)
        if token.kind == "sign":
            return self.bracket(token)
        if token.kind == "string":
            return Literal(_unquoted(token.text))
        if token.kind == "moment":
            return Moment(token.text[1:])
        if token.kind == "constant":
            name = token.text[1:]
            return Constant(_unquoted(name) if name[0] in "`'\"" else name)
        raise self.wrong(token, "a value")

    def bracket(self, token: Token) -> Node:
        if token.text == "(":
            inner = self.expression(0)
            self.expect("sign", ")")
            return inner
        if token.text == "{":
            self.expect("sign", "}")
            return Empty()
        raise self.wrong(token, "a value")

    def number(self, text: str) -> Node:
        unit = self.next
        if unit.kind == "string" or (unit.kind == "word" and CALENDAR.fullmatch(unit.text)):
            self.take()
            plain = _unquoted(unit.text) if unit.kind == "string" else unit.text
            return Quantity(Decimal(text), plain)
        return Literal(Decimal(text) if "." in text else int(text))

    def invocation(self, of: Node | None) -> Node:
        token = self.take()
        if token.kind == "variable":
            return Variable(token.text[1:])
        if of is None and token.kind == "word" and token.text in VALUES:
            return Literal(VALUES[token.text])
        name = self.identifier(token)
        if not self.met("("):
            return Member(of, name)
        return self.call(of, name)

    def identifier(self, token: Token) -> str:
        if token.kind == "quoted":
            return _unquoted(token.text)
        if token.kind != "word":
            raise self.wrong(token, "a name")
        return token.text

    def call(self, of: Node | None, name: str) -> Node:
        if name in TYPE_TESTS:
            wanted = self.type_name()
            self.expect("sign", ")")
            return Typed(of, name, wanted)
        arguments: list[Node] = []
        if not self.met(")"):
            arguments.append(self.expression(0))
            while self.met(","):
                arguments.append(self.expression(0))
            self.expect("sign", ")")
        return Call(of, name, tuple(arguments))

    def type_name(self) -> str:
        parts = [self.identifier(self.take())]
        while self.met("."):
            parts.append(self.identifier(self.take()))
        return ".".join(parts)
