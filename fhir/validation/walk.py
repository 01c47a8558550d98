"""The walk over a resource: every object once, with everything that FHIR asks of it."""

from collections.abc import Callable
from typing import Any

from fhir.definitions import RESOURCE_TYPES, elements
from fhir.definitions.invariants import RULES
from fhir.fhirpath.runtime import Node
from fhir.validation.issue import Enough, Finding, Findings, Rank
from fhir.validation.members import EMPTY, unknown
from fhir.validation.plans import Plan, plan
from fhir.validation.schema import breaches

ALONE = "{} has nothing but an id; it needs a value, children or an extension (ele-1)."


class Visit:
    """One resource that is looked at, and what was learnt of it on the way.

    Attributes:
        resource: The resource itself.
        root: The resource around it where it is contained; otherwise itself.
        findings: What is wrong so far, of the whole of what was sent.
        mentioned: References that begin with ``#``.
        within: References that begin with ``#`` in what it contains, in order.
        advising: Whether advice is wanted too.
    """

    __slots__ = ("advising", "cache", "findings", "mentioned", "resource", "root", "within")

    def __init__(self, resource: Node, root: Node, findings: Findings, *, advising: bool) -> None:
        self.resource = resource
        self.root = root
        self.findings = findings
        self.advising = advising
        self.mentioned: set[str] = set()
        self.within: list[set[str]] = []
        self.cache: dict[tuple[int, int], Any] = {}

    def note(self, rank: Rank, node: Node, parts: tuple[str | int, ...], text: str) -> None:
        """Keep something that is wrong; ``{}`` in the text stands for its place."""
        self.findings.note(Finding(rank, node, parts, text))

    def empty(self, node: Node) -> None:
        """Note an element that says nothing."""
        self.note(Rank.INVARIANT if node else Rank.SHAPE, node, (), ALONE if node else EMPTY)

    def broken(self, node: Node, rule: int, member: str = "") -> None:
        """Note an invariant that does not hold."""
        said = RULES[rule]
        rank = Rank.INVARIANT if said.severity == "error" else Rank.ADVICE
        self.note(rank, node, (member,) if member else (), f"{{}}: {said.human} ({said.key})")

    def once(self, place: int, node: Node, make: Callable[[], Any]) -> Any:
        """The value of ``make``, made once for each place in the generated code and node."""
        key = place, id(node)
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]

    def unreferenced(self, node: Node) -> list[Node]:
        """What is contained, has an id, and is neither referred to nor refers to its container."""
        pairs = zip(node.get("contained", ()), self.within, strict=False)
        return [
            each
            for each, inside in pairs
            if "id" in each and f"#{each['id']}" not in self.mentioned and "#" not in inside
        ]

    def enter(self, resource: Any, *, contained: bool) -> None:
        """Look at a resource inside this one: its schema first, then its elements."""
        visit = Visit(
            resource,
            self.root if contained else resource,
            self.findings,
            advising=self.advising and not contained,
        )
        visit.start()
        if contained:
            self.within.append(visit.mentioned)
            self.mentioned |= visit.mentioned

    def start(self) -> None:
        """Look at the whole resource; what is not of the right shape is looked at no further."""
        type_ = self.resource.get("resourceType")
        if not isinstance(type_, str) or type_ not in RESOURCE_TYPES or not elements(type_):
            text = f'{{}}: resourceType "{str(type_)[:60]}" is not a FHIR R4 resource type.'
            self.note(Rank.SHAPE, self.resource, (), text)
            return
        before = self.findings.wrong
        for finding in breaches(type_, self.resource, every=self.findings.every):
            self.findings.note(finding)
        if self.findings.wrong > before:
            self.findings.halted = True
        else:
            self.walk(self.resource, plan(type_))

    def walk(self, node: Node, asked: Plan) -> None:
        """Everything that is asked of one object and of what is in it."""
        if len(node) < 2 and asked.element and (not node or "id" in node):
            self.empty(node)
        members = asked.members
        for name, value in node.items():
            handle = members.get(name, unknown)
            if handle is not None:
                handle(value, node, name, self)
        if asked.required or asked.choices:
            self.count(node, asked)
        if asked.check is not None:
            asked.check(node, self)
        if self.advising and asked.advise is not None:
            asked.advise(node, self)

    def count(self, node: Node, asked: Plan) -> None:
        """Elements that must be there, and choices of which only one may be."""
        present = node.keys()
        for name, names in asked.required:
            if present.isdisjoint(names):
                self.note(Rank.REQUIRED, node, (name,), "{} is required and missing.")
        for name, names in asked.choices:
            if not present.isdisjoint(names):
                stems = {each.removeprefix("_") for each in present & names}
                if len(stems) > 1:
                    listed = " and ".join(sorted(stems))
                    text = f"{{}}: only one of {listed} may be there."
                    self.note(Rank.SHAPE, node, (f"{name}[x]",), text)


def examine(resource: Node, *, advising: bool) -> Findings:
    """Everything that is wrong with a resource, as far as anybody wants to read."""
    findings = Findings()
    findings.every = advising
    try:
        Visit(resource, resource, findings, advising=advising).start()
    except Enough:
        pass
    except RecursionError:
        text = "{} is nested too deep; FHIR needs fewer than 100 levels."
        findings.append(Finding(Rank.SHAPE, resource, (), text))
    return findings
