"""FHIRPath becomes Python text once, when the definitions are built."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from fhir.definitions import elements
from fhir.fhirpath.code import (
    ANY,
    BOOLEAN,
    TEXT,
    WHOLE,
    Code,
    NotCompilable,
    definition,
    member,
)
from fhir.fhirpath.parser import parse
from fhir.fhirpath.predicates import Predicates, Scope
from fhir.fhirpath.tree import (
    Call,
    Constant,
    Indexed,
    Literal,
    Member,
    Node,
    Operation,
    Typed,
    Variable,
)

UCUM = "http://unitsofmeasure.org"


class Compiler(Predicates):
    """Values of one expression as Python text."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self.numbers = numbers

    def values(self, node: Node, scope: Scope) -> Code:
        """Python text that gives the values of an expression."""
        if self.is_predicate(node):
            yes, no = self.both(node, scope)
            return Code(f"known(yes={yes}, no={no})", many=False, types=BOOLEAN)
        match node:
            case Literal():
                return self.literal(node)
            case Constant():
                return self.constant(node, scope)
            case Variable(name="this"):
                return scope.this
            case Member():
                return self.member(node, scope)
            case _:
                return self.derived(node, scope)

    def derived(self, node: Node, scope: Scope) -> Code:
        """What an operator or function makes of other values."""
        match node:
            case Call(name=name) if name in FUNCTIONS:
                return FUNCTIONS[name](self, node, self.focus(node, scope), scope)
            case Indexed():
                of, at = self.values(node.of, scope), self.values(node.index, scope)
                return replace(of, text=f"first({of.as_list}[{at.text}:])", many=False)
            case Typed():
                return self.cast(node, scope)
            case Operation(operator="|" | "&" | "+"):
                return self.joined(node, scope)
            case _:
                raise NotCompilable(str(node))

    def literal(self, node: Literal) -> Code:
        kind = BOOLEAN if isinstance(node.value, bool) else WHOLE
        if isinstance(node.value, str):
            kind = TEXT
        return Code(repr(node.value), many=False, types=kind, sure=True)

    def constant(self, node: Constant, scope: Scope) -> Code:
        if node.name == "resource":
            text = "c.resource"
            return Code(text, many=False, types=scope.resource, sure=True, constant=text)
        if node.name == "rootResource":
            return Code("c.root", many=False, types=ANY, sure=True, constant="c.root")
        if node.name == "context":
            return replace(scope.context, constant=scope.context.text)
        if node.name == "ucum":
            return Code(repr(UCUM), many=False, types=TEXT, sure=True)
        raise NotCompilable(f"%{node.name}")

    def member(self, node: Member, scope: Scope) -> Code:
        if node.of is not None:
            return member(self.values(node.of, scope), node.name, self.fresh())
        if node.name in (scope.this.types or ()) and not self.has(scope.this, node.name):
            return scope.this  # an expression may start with the name of its type
        return member(scope.this, node.name, self.fresh())

    def has(self, of: Code, name: str) -> bool:
        return any(definition(type_, name) for type_ in of.types or ())

    def cast(self, node: Typed, scope: Scope) -> Code:
        focus = scope.this if node.of is None else self.values(node.of, scope)
        if focus.types is not None and focus.types <= ANY and not focus.many:
            text = f"typed({focus.text}, {node.type!r})"
            return Code(text, many=False, types=frozenset({node.type}))
        name = focus.choices.get(node.type)
        if name is None or focus.owner is None:
            raise NotCompilable(f"{node.operator} {node.type} of anything but a choice")
        text = f"leaf({focus.owner.text}, {name!r}, {'_' + name!r})"
        return Code(text, many=False, types=frozenset({node.type}))

    def joined(self, node: Operation, scope: Scope) -> Code:
        left, right = self.values(node.left, scope), self.values(node.right, scope)
        if node.operator == "|":
            types = None if left.types is None or right.types is None else left.types | right.types
            return Code(f"union({left.as_list}, {right.as_list})", many=True, types=types)
        if left.many or right.many:
            raise NotCompilable(f"{node.operator} of collections")
        if node.operator == "&":
            text = f"text({left.text}) + text({right.text})"
            return Code(f"({text})", many=False, types=TEXT, sure=True)
        if left.types == WHOLE and right.types == WHOLE:
            return Code(f"({left.text} + {right.text})", many=False, types=WHOLE, sure=True)
        raise NotCompilable("the sum of anything but whole numbers")

    def where(self, node: Call, of: Code, scope: Scope) -> Code:
        item, inner = self.each(of, scope)
        test = self.truth(node.arguments[0], inner, wanted=True)
        text = f"[{item} for {item} in {of.as_list} if {test}]"
        return Code(text, many=True, types=of.types, constant=of.constant)

    def select(self, node: Call, of: Code, scope: Scope) -> Code:
        item, inner = self.each(of, scope)
        found = self.values(node.arguments[0], inner)
        value = self.fresh()
        if found.many:
            text = f"[{value} for {item} in {of.as_list} for {value} in {found.text}]"
        else:
            inner_loop = f"for {value} in ({found.text},) if {value} is not None"
            text = f"[{value} for {item} in {of.as_list} {inner_loop}]"
        return Code(text, many=True, types=found.types)

    def first(self, _: Call, of: Code, __: Scope) -> Code:
        return replace(of, text=f"first({of.as_list})", many=False, sure=False, exists="")

    def tail(self, _: Call, of: Code, __: Scope) -> Code:
        return replace(of, text=f"{of.as_list}[1:]", many=True, sure=False, exists="")

    def count(self, _: Call, of: Code, __: Scope) -> Code:
        text = f"len({of.text})" if of.many else f"({of.something})"
        return Code(text, many=False, types=WHOLE, sure=True)

    def combine(self, node: Call, of: Code, scope: Scope) -> Code:
        other = self.values(node.arguments[0], scope)
        return Code(f"[*{of.as_list}, *{other.as_list}]", many=True, types=None)

    def intersect(self, node: Call, of: Code, scope: Scope) -> Code:
        other = self.values(node.arguments[0], scope)
        item = self.fresh()
        made = self.as_set(replace(other, types=None))
        text = f"[{item} for {item} in {of.as_list} if frozen({item}) in {made}]"
        return Code(text, many=True, types=of.types)

    def children(self, _: Call, of: Code, __: Scope) -> Code:
        inner = [each for type_ in of.types or () for each in elements(type_)]
        types = frozenset(type_ for each in inner for type_ in each.types)
        return Code(f"children({of.text})", many=True, types=types or None)

    def descendants(self, _: Call, of: Code, __: Scope) -> Code:
        return Code(f"descendants({of.text})", many=True, types=None)

    def same(self, _: Call, of: Code, __: Scope) -> Code:
        return of

    def converted(self, node: Call, of: Code, _: Scope) -> Code:
        if of.many:
            raise NotCompilable(f"{node.name} of a collection")
        if node.name == "toInteger":
            return Code(f"integer({of.text})", many=False, types=WHOLE)
        return Code(f"string({of.text})", many=False, types=TEXT)

    def part(self, node: Call, of: Code, scope: Scope) -> Code:
        function = {"substring": "substring", "replaceMatches": "replaced"}[node.name]
        arguments = ", ".join(self.values(each, scope).text for each in node.arguments)
        return Code(f"{function}({of.text}, {arguments})", many=False, types=TEXT)

    def resolve(self, _: Call, of: Code, __: Scope) -> Code:
        reference = member(of, "reference", self.fresh())
        return Code(f"contained(c, {reference.text})", many=False, types=ANY)


FUNCTIONS: dict[str, Callable[[Compiler, Call, Code, Scope], Code]] = {
    "where": Compiler.where,
    "select": Compiler.select,
    "first": Compiler.first,
    "tail": Compiler.tail,
    "count": Compiler.count,
    "combine": Compiler.combine,
    "intersect": Compiler.intersect,
    "descendants": Compiler.descendants,
    "children": Compiler.children,
    "trace": Compiler.same,
    "toInteger": Compiler.converted,
    "toString": Compiler.converted,
    "substring": Compiler.part,
    "replaceMatches": Compiler.part,
    "resolve": Compiler.resolve,
}


def violation(text: str, scope: Scope, numbers: Iterator[int]) -> str:
    """A Python test that holds exactly where a FHIRPath invariant is false.

    Args:
        text: The invariant.
        scope: What it stands on.
        numbers: Where fresh variables and places of the generated code get their numbers.

    Raises:
        NotCompilable: it uses what this compiler does not know.
    """
    return Compiler(numbers).truth(parse(text), scope, wanted=False)
