"""Every condition of a template that asks what its reader may do, sent through the gate."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.template import engines
from django.template.defaulttags import IfNode

from tests.access.locks import ROOT, Gate, Lock

FOLDER = ROOT / "templates"
RIGHTS = "scopes"


@contextmanager
def watched(gate: Gate) -> Iterator[None]:
    """``{% if "chart.read" in scopes %}`` goes through the gate, in every template."""
    found = [each for path in sorted(FOLDER.rglob("*.html")) for each in _asked(path)]
    for condition, lock in found:
        gate.locks.append(lock)
        condition.eval = partial(gate, len(gate.locks) - 1, condition.eval)
    try:
        yield
    finally:
        for condition, _lock in found:
            del condition.eval


def _asked(path: Path) -> Iterator[tuple[Any, Lock]]:
    """The conditions of one template that ask, as Django keeps them."""
    if f" in {RIGHTS}" not in path.read_text():
        return
    template = engines["django"].get_template(str(path.relative_to(FOLDER))).template
    for node in template.nodelist.get_nodes_by_type(IfNode):
        place = f"{path.relative_to(ROOT)}:{node.token.lineno}"
        for condition, _nodes in node.conditions_nodelists:
            for each in _within(condition):
                text = f"{each.first.text} in {RIGHTS}"
                yield each, Lock(place, "", text, "bool")


def _within(condition: Any) -> Iterator[Any]:
    """The questions for a right in a condition, which may be one of several."""
    if condition is None:
        return
    if condition.id == "in" and condition.second.text == RIGHTS:
        yield condition
    yield from _within(condition.first)
    yield from _within(condition.second)
