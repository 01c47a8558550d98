"""What else is wrong with a resource, once the members without the right shape are left out."""

from typing import Any

from fhir.codec import dumps, loads
from fhir.errors import Malformed
from fhir.validation.issue import Issue, Node, issues
from fhir.validation.walk import examine

Path = tuple[str | int, ...]


def further(resource: Node, known: list[Issue]) -> list[Issue]:
    """Issues beyond those that are known and kept the rest from being looked at.

    What is said of the places that were left out, and of what they stand in, is not told: it may
    come from the leaving out.
    """
    try:
        rest = loads(dumps(resource))
    except Malformed:
        return []
    cut = [_cut(rest, each.path[1:]) for each in known if each.severity == "error"]
    told = {(each.expression, each.message) for each in known}
    return [
        each
        for each in issues(examine(rest, advising=True), rest)
        if (each.expression, each.message) not in told
        and not any(_concerns(each.path[1:], path) for path in cut)
    ]


def _cut(resource: Any, path: Path) -> Path:
    """Take the member at ``path`` away, a list as a whole; the path of what is gone."""
    owner: Any = resource
    names = [place for place, part in enumerate(path) if isinstance(part, str)]
    if not names:
        return path
    for part in path[: names[-1]]:
        try:
            owner = owner[part]
        except (KeyError, IndexError, TypeError):
            return path  # what it stands in is gone already
    if isinstance(owner, dict):
        owner.pop(path[names[-1]], None)
    return path[: names[-1] + 1]


def _concerns(path: Path, cut: Path) -> bool:
    """Whether an issue is about what was cut, or about what that stood in."""
    if path == cut[: len(path)]:
        return True
    *owner, last = path or ("",)
    stem = str(last).removesuffix("[x]")
    here = cut[len(owner) : len(owner) + 1]
    return tuple(owner) == cut[: len(owner)] and bool(here) and str(here[0]).startswith(stem)
