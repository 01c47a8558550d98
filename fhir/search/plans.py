"""Every place that a type is searched by, as one tree: a resource is walked through once."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from fhir.registry import mapping
from fhir.search.forms import Name
from fhir.search.leaves import LEAVES, Found, Leaf, code_of, leading_to, present_if
from fhir.search.official import Official, Place, Step, official
from fhir.search.pairs import pair_of

# The columns of every record, where others are kept in keys.
COLUMNS = ("_id", "_lastUpdated")


class Act(NamedTuple):
    """What is done with a value: the leaf that reads it, and the parameter it is read for."""

    leaf: Leaf
    name: Name


class Branch:
    """A member of an object, what is done with it, and what lies below.

    Attributes:
        step: Which of its items count.
        acts: What is done with each.
        below: Members of each that lead on.
    """

    __slots__ = ("acts", "below", "step")

    def __init__(self, step: Step) -> None:
        self.step = step
        self.acts: list[Act] = []
        self.below: dict[str, list[Branch]] = {}

    def child(self, step: Step) -> "Branch":
        """The branch that ``step`` leads to; a new one the first time."""
        there = self.below.setdefault(step.name, [])
        for branch in there:
            if branch.step == step:
                return branch
        there.append(Branch(step))
        return there[-1]

    def walk(self, found: Found, value: Any) -> None:
        """Do everything with ``value``, one item, and with what lies below it."""
        for leaf, name in self.acts:
            if leaf(found, name, value):
                found.tokens.add(name.present)
        if self.below and value.__class__ is dict:
            for member, inner in value.items():
                for branch in self.below.get(member, ()):
                    branch.enter(found, inner)

    def enter(self, found: Found, value: Any) -> None:
        """Walk the item, or each item of the array, that counts."""
        if value.__class__ is not list:
            value = (value,)
        elif self.step.first:
            value = value[:1]
        field, wanted = self.step.field, self.step.wanted
        for item in value:
            if not field or (item.__class__ is dict and item.get(field) == wanted):
                self.walk(found, item)


@cache
def plan(type_: str) -> Branch:
    """The tree for a resource of ``type_``.

    Dates that columns of its table answer are left out.
    """
    root = Branch(Step(""))
    for parameter in official(type_).values():
        if parameter.name in COLUMNS or parameter.name in answered_by_columns(type_):
            continue
        name = Name(type_, parameter.name)
        for place, leaf in _leaves(parameter):
            branch = root
            for step in place.steps:
                branch = branch.child(step)
            branch.acts.append(Act(leaf, name))
    return root


def answered_by_columns(type_: str) -> frozenset[str]:
    """The dates of ``type_`` for which its mapping declares columns."""
    return frozenset(each.name for each in mapping(type_).search if each.type == "date")


def _leaves(parameter: Official) -> Iterator[tuple[Place, Leaf]]:
    """Each place with what is done there; nothing where another parameter keeps it."""
    if parameter.unsupported:
        return
    for place in parameter.places:
        if parameter.alias_of:
            if place.only:
                yield place, present_if(place.only)
        elif parameter.type == "composite":
            yield place, pair_of(parameter)
        elif place.only:
            yield place, leading_to(place.only)
        elif place.system:
            yield place, code_of(place.system)
        else:
            yield place, LEAVES[parameter.type][place.leaf]
