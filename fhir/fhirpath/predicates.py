"""FHIRPath predicates as Python tests.

A predicate is compiled twice, as a test for *true* and as a test for *false*: so the third answer,
the empty collection, costs nothing at run time, and an invariant is broken exactly where its test
for *false* holds.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fhir.fhirpath.code import ANY, BOOLEAN, Code, NotCompilable
from fhir.fhirpath.tree import Call, Literal, Node, Operation, Typed

OPPOSITE = {"and": "or", "or": "and"}
ORDERS = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (1, 0)}
LOGIC = {"and", "or", "xor", "implies"}
PREDICATES = {
    "exists", "empty", "not", "all", "allFalse", "contains", "startsWith", "matches", "hasValue",
    "isDistinct",
}  # fmt: skip
MOMENTS = {"date", "dateTime", "instant"}
NUMBERS = {"decimal", "integer", "positiveInt", "unsignedInt"}


@dataclass(frozen=True)
class Scope:
    """What an expression stands on.

    Attributes:
        this: The item that names without a head belong to.
        context: The element that the whole expression stands on.
        resource: Type of the resource around it, ``Resource`` where that may be any.
    """

    this: Code
    context: Code
    resource: frozenset[str] = ANY


class Predicates(ABC):
    """Python tests of one expression; variables of loops are numbered."""

    numbers: Iterator[int]

    @abstractmethod
    def values(self, node: Node, scope: Scope) -> Code:
        """Python text that gives the values of an expression."""

    def fresh(self) -> str:
        """A variable that nothing else uses."""
        return f"x{next(self.numbers)}"

    def truth(self, node: Node, scope: Scope, *, wanted: bool) -> str:
        """A Python test for whether a predicate is true, or false, as ``wanted``."""
        if isinstance(node, Operation):
            return self.operation(node, scope, wanted=wanted)
        if isinstance(node, Call) and node.name == "iif":
            return self.condition(node, scope, wanted=wanted)
        if isinstance(node, Call) and node.name in PREDICATES:
            return self.predicate(node, scope, wanted=wanted)
        if isinstance(node, Typed) and node.operator == "is":
            return self.type_test(node, scope, wanted=wanted)
        code = self.values(node, scope)
        if code.types == BOOLEAN and not code.many:
            return f"({code.text}) is {wanted}"
        return code.something if wanted else "False"  # any single value counts as true

    def operation(self, node: Operation, scope: Scope, *, wanted: bool) -> str:
        if node.operator in LOGIC:
            return self.logic(node, scope, wanted=wanted)
        if node.operator in ("=", "!="):
            return self.equality(node, scope, wanted=wanted == (node.operator == "="))
        if node.operator in ORDERS:
            return self.order(node, scope, wanted=wanted)
        if node.operator == "in":
            return self.membership(node.left, node.right, scope, wanted=wanted)
        if node.operator == "contains":
            return self.membership(node.right, node.left, scope, wanted=wanted)
        raise NotCompilable(f"the operator {node.operator} in a predicate")

    def logic(self, node: Operation, scope: Scope, *, wanted: bool) -> str:
        yes, no = self.both(node.left, scope)
        and_yes, and_no = self.both(node.right, scope)
        if node.operator == "xor":
            pairs = ((yes, and_no), (no, and_yes)) if wanted else ((yes, and_yes), (no, and_no))
            return "(" + " or ".join(f"({a} and {b})" for a, b in pairs) + ")"
        if node.operator == "implies":
            return f"({no} or {and_yes})" if wanted else f"({yes} and {and_no})"
        joint = node.operator if wanted else OPPOSITE[node.operator]
        return f"({yes} {joint} {and_yes})" if wanted else f"({no} {joint} {and_no})"

    def both(self, node: Node, scope: Scope) -> tuple[str, str]:
        """The tests for true and for false."""
        return self.truth(node, scope, wanted=True), self.truth(node, scope, wanted=False)

    def condition(self, node: Call, scope: Scope, *, wanted: bool) -> str:
        """``iif``; without a third argument there is nothing otherwise."""
        test, then, *otherwise = node.arguments
        inner = self.standing_on(node.of, scope)
        met = self.truth(test, inner, wanted=True)
        text = f"({met} and {self.truth(then, inner, wanted=wanted)})"
        if otherwise:
            text = f"({text} or (not {met} and {self.truth(otherwise[0], inner, wanted=wanted)}))"
        return text

    def standing_on(self, of: Node | None, scope: Scope) -> Scope:
        """The scope of arguments that are not evaluated for each item."""
        return scope if of is None else replace(scope, this=self.values(of, scope))

    def predicate(self, node: Call, scope: Scope, *, wanted: bool) -> str:
        if node.name == "not":
            if node.of is None:
                raise NotCompilable("not() of nothing")
            return self.truth(node.of, scope, wanted=not wanted)
        if node.name in ("exists", "empty"):
            return self.existence(node, scope, wanted=wanted == (node.name == "exists"))
        if node.name in ("all", "allFalse"):
            return self.quantified(node, scope, wanted=wanted)
        focus = self.focus(node, scope)
        if node.name == "isDistinct":
            return f"{'' if wanted else 'not '}distinct({focus.as_list})"
        if node.name == "hasValue":
            return f"{'' if wanted else 'not '}valued({focus.text})"
        return f"{self.of_text(node, focus, scope)} is {wanted}"

    def of_text(self, node: Call, focus: Code, scope: Scope) -> str:
        """A predicate on a text that gives True, False or None."""
        if focus.many:
            raise NotCompilable(f"{node.name} of a collection")
        function = {"startsWith": "starts", "contains": "holds", "matches": "matches"}[node.name]
        argument = self.values(node.arguments[0], scope)
        return f"{function}({focus.text}, {argument.text})"

    def existence(self, node: Call, scope: Scope, *, wanted: bool) -> str:
        """``exists(criteria)``, ``where(criteria).exists()`` and their opposites."""
        where = node.of
        of, criteria = node.of, node.arguments
        if not criteria and isinstance(where, Call) and where.name == "where":
            of, criteria = where.of, where.arguments
        if of is not None and not criteria and self.is_predicate(of):
            return self.defined(of, scope, wanted=wanted)
        focus = self.values(of, scope) if of is not None else scope.this
        if not criteria:
            return focus.something if wanted else focus.nothing
        item, inner = self.each(focus, scope)
        test = self.truth(criteria[0], inner, wanted=True)
        return f"{'' if wanted else 'not '}any({test} for {item} in {focus.as_list})"

    def defined(self, node: Node, scope: Scope, *, wanted: bool) -> str:
        """Whether a predicate is true or false, rather than empty."""
        yes, no = self.both(node, scope)
        return f"{'' if wanted else 'not '}({yes} or {no})"

    def quantified(self, node: Call, scope: Scope, *, wanted: bool) -> str:
        """``all(criteria)`` and ``select(predicate).allFalse()``."""
        select, wanted_of_each = node, True
        if node.name == "allFalse":
            if not isinstance(node.of, Call) or node.of.name != "select":
                raise NotCompilable("allFalse of anything but select")
            select, wanted_of_each = node.of, False
        focus = self.focus(select, scope)
        item, inner = self.each(focus, scope)
        test = self.truth(select.arguments[0], inner, wanted=wanted_of_each)
        return f"{'' if wanted else 'not '}all({test} for {item} in {focus.as_list})"

    def each(self, focus: Code, scope: Scope) -> tuple[str, Scope]:
        """A loop variable over a collection, and what stands inside the loop."""
        item = self.fresh()
        return item, replace(scope, this=Code(item, many=False, types=focus.types, sure=True))

    def focus(self, node: Call, scope: Scope) -> Code:
        """What a function is called on."""
        return scope.this if node.of is None else self.values(node.of, scope)

    def is_predicate(self, node: Node) -> bool:
        """Whether a node gives a truth value by what it is, not by what it finds."""
        if isinstance(node, Operation):
            return node.operator not in ("&", "+", "|")
        if isinstance(node, Typed):
            return node.operator == "is"
        return isinstance(node, Call) and node.name in PREDICATES

    def equality(self, node: Operation, scope: Scope, *, wanted: bool) -> str:
        if self.is_predicate(node.left) or self.is_predicate(node.right):
            yes, no = self.both(node.left, scope)
            and_yes, and_no = self.both(node.right, scope)
            pairs = ((yes, and_yes), (no, and_no)) if wanted else ((yes, and_no), (no, and_yes))
            return "(" + " or ".join(f"({a} and {b})" for a, b in pairs) + ")"
        left, right = self.values(node.left, scope), self.values(node.right, scope)
        if left.many or right.many:
            raise NotCompilable("equality of collections")
        if isinstance(node.right, Literal) and left.primitive and wanted:
            value = node.right.value
            if isinstance(value, bool):
                return f"({left.text}) is {value}"
            return f"({left.text}) == {value!r}"
        function = "equal" if left.primitive and right.primitive else "alike"
        return f"{function}({left.text}, {right.text}) is {wanted}"

    def order(self, node: Operation, scope: Scope, *, wanted: bool) -> str:
        left, right = self.values(node.left, scope), self.values(node.right, scope)
        if left.many or right.many or left.types is None:
            raise NotCompilable("the order of collections")
        function = "quantities"
        if left.types <= NUMBERS:
            function = "numbers"
        elif left.types <= MOMENTS:
            function = "moments"
        signs = ORDERS[node.operator]
        if not wanted:
            signs = tuple(sign for sign in (-1, 0, 1) if sign not in signs)
        return f"{function}({left.text}, {right.text}) in {signs!r}"

    def membership(self, item: Node, values: Node, scope: Scope, *, wanted: bool) -> str:
        """``item in values``."""
        one = self.values(item, scope)
        if one.many:
            raise NotCompilable("a collection in a collection")
        literals = self.literals(values)
        if literals:
            return f"among({one.text}, {literals!r}) is {wanted}"
        return f"among({one.text}, {self.as_set(self.values(values, scope))}) is {wanted}"

    def literals(self, node: Node) -> tuple[object, ...]:
        """The values of ``'a' | 'b'``; nothing where it is anything else."""
        if isinstance(node, Literal):
            return (node.value,)
        if isinstance(node, Operation) and node.operator == "|":
            left, right = self.literals(node.left), self.literals(node.right)
            return left + right if left and right else ()
        return ()

    def as_set(self, values: Code) -> str:
        """A collection to look things up in; made once where it does not depend on the item."""
        made = f"{'plain' if values.primitive else 'frozen_all'}({values.as_list})"
        if not values.constant:
            return made
        return f"c.once({next(self.numbers)}, {values.constant}, lambda: {made})"

    def type_test(self, node: Typed, scope: Scope, *, wanted: bool) -> str:
        focus = scope.this if node.of is None else self.values(node.of, scope)
        type_ = node.type.rpartition(".")[2]
        if focus.choices:
            exact = focus.choices.get(type_) or focus.choices.get(type_.lower())
            owner = focus.owner.text if focus.owner else ""
            test = f"({exact!r} in {owner} or {'_' + str(exact)!r} in {owner})"
            return test if wanted else f"(not {test} and {focus.something})"
        test = f"get({focus.text}, 'resourceType')"
        if wanted:
            return f"{test} == {type_!r}"
        return f"{test} not in (None, {type_!r})"
