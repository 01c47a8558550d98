"""What is wrong with a resource, one issue at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

Node = dict[str, Any]

# Whoever sends that many mistakes learns enough from the first ones.
MOST = 200


@dataclass(frozen=True)
class Issue:
    """One rule that a resource breaks.

    Attributes:
        severity: ``error``, or ``warning`` for what FHIR only advises.
        code: FHIR issue type, such as ``required`` or ``invariant``.
        message: What is wrong and where, without the resource's content.
        expression: FHIRPath of the element at fault.
        path: The same as names and numbers; the first is the type.
    """

    severity: str
    code: str
    message: str
    expression: str
    path: tuple[str | int, ...] = field(default=(), repr=False, compare=False)


class Rank(IntEnum):
    """In which order issues are told: who reads only the first learns the most basic one."""

    SHAPE = 0
    REQUIRED = 1
    BINDING = 2
    INVARIANT = 3
    ADVICE = 4


CODES = {
    Rank.SHAPE: "structure",
    Rank.REQUIRED: "required",
    Rank.BINDING: "code-invalid",
    Rank.INVARIANT: "invariant",
    Rank.ADVICE: "invariant",
}


class Finding(NamedTuple):
    """An issue before anybody asked where in the resource its object stands."""

    rank: Rank
    node: Node
    parts: tuple[str | int, ...]
    text: str
    code: str = ""


class Enough(Exception):
    """So much was found that the rest does not matter."""


class Findings(list[Finding]):
    """What was found so far.

    Attributes:
        halted: Something had not the shape to be looked at any further.
        every: Whether more than the first of its kind is wanted.
        wrong: How many findings are more than advice.
    """

    halted = False
    every = False
    wrong = 0

    def note(self, finding: Finding) -> None:
        """Keep a finding; of advice no more than anybody wants to read.

        Raises:
            Enough: so much is wrong that the rest does not matter.
        """
        if finding.rank is not Rank.ADVICE:
            self.wrong += 1
        elif len(self) - self.wrong >= MOST:
            return
        self.append(finding)
        if self.wrong >= MOST:
            raise Enough


def issues(findings: Iterable[Finding], resource: Node) -> list[Issue]:
    """The findings in the order of their rank, each with its place in ``resource``."""
    ordered = sorted(findings, key=lambda finding: finding.rank)
    places = _places(resource, {id(finding.node) for finding in ordered})
    return [_issue(finding, places.get(id(finding.node), ())) for finding in ordered]


def _issue(finding: Finding, place: tuple[str | int, ...]) -> Issue:
    parts = (*place, *finding.parts)
    path = expression("", list(parts))
    severity = "warning" if finding.rank is Rank.ADVICE else "error"
    code = finding.code or CODES[finding.rank]
    return Issue(severity, code, finding.text.replace("{}", path, 1), path, parts)


def _places(resource: Node, wanted: set[int]) -> dict[int, tuple[str | int, ...]]:
    """Where objects stand, by their identity: one walk however many are wanted."""
    found: dict[int, tuple[str | int, ...]] = {}
    waiting: list[tuple[Any, Any]] = [(resource, (None, resource.get("resourceType", "")))]
    while waiting:
        value, way = waiting.pop()
        if isinstance(value, dict):
            if id(value) in wanted:
                found.setdefault(id(value), _parts(way))
            waiting += [(inner, (way, name)) for name, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(inner, (way, number)) for number, inner in enumerate(value)]
    return found


def _parts(way: Any) -> tuple[str | int, ...]:
    """A way up through the resource as a way down."""
    parts: list[str | int] = []
    while way is not None:
        way, part = way
        parts.append(part)
    return tuple(reversed(parts))


def expression(type_: str, path: list[str | int]) -> str:
    """A FHIRPath for a place in the JSON.

    >>> expression("Patient", ["name", 0, "given"])
    'Patient.name[0].given'
    """
    steps = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return (type_ + "".join(steps)).removeprefix(".")
