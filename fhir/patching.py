"""JSON Patch (RFC 6902) on resources, without losing the spelling of a single number.

Our own, because the library on PyPI copies numbers by value (``1.0E-5`` becomes ``0.000010``) and
lets a chain of ``copy`` grow without bound.
"""

from collections.abc import Callable
from typing import Any

from fhir.errors import Invalid, Malformed, TooLarge

MOST_OPERATIONS = 1000
DEEPEST = 100
MOST_COPIED = 1_000_000

Edit = Callable[[Any, str], Any]


class _Absent:
    """No value: a JSON null is one."""


ABSENT = _Absent()


def patched(resource: Any, operations: Any) -> Any:
    """``resource`` after every operation; the original stays as it is.

    Raises:
        Malformed: not a JSON Patch.
        Invalid: an operation leads nowhere or a test fails; nothing is changed.
        TooLarge: too many operations, or copies that grow without end.
    """
    if not isinstance(operations, list):
        raise Malformed("A JSON Patch is a list of operations.")
    if len(operations) > MOST_OPERATIONS:
        raise TooLarge(f"A patch has at most {MOST_OPERATIONS:,} operations.")
    copied = 0
    for place, operation in enumerate(operations):
        step = _Step(place, operation)
        if step.op == "copy":
            copied += _size(step.source(resource), MOST_COPIED - copied)
            if copied >= MOST_COPIED:
                raise TooLarge(f"{step.name}: the copies of this patch grow too large.")
        resource = OPERATIONS[step.op](step, resource)
    return resource


class _Step:
    """One operation, its members checked."""

    def __init__(self, place: int, operation: Any) -> None:
        self.name = f"operation {place + 1}"
        op = operation.get("op") if isinstance(operation, dict) else None
        if not isinstance(op, str) or op not in OPERATIONS:
            known = ", ".join(OPERATIONS)
            raise Malformed(f'{self.name} needs an "op", one of {known}.')
        self.op = op
        self.name = f"{self.name} ({self.op})"
        self.path = self._pointer(operation, "path")
        needs_value = self.op in ("add", "replace", "test")
        if needs_value and "value" not in operation:
            raise Malformed(f'{self.name} needs a "value".')
        self.value = operation.get("value")
        self.start = self._pointer(operation, "from") if self.op in ("move", "copy") else []

    def _pointer(self, operation: dict[str, Any], member: str) -> list[str]:
        """The tokens of a JSON Pointer (RFC 6901)."""
        text = operation.get(member)
        if not isinstance(text, str) or (text and not text.startswith("/")):
            raise Malformed(f'{self.name} needs "{member}", such as "/name/0/family".')
        tokens = [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]
        if len(tokens) > DEEPEST:
            raise Malformed(f'{self.name}: "{member}" is deeper than any element of FHIR.')
        return tokens

    def source(self, whole: Any) -> Any:
        """What ``from`` points at."""
        return self.at(whole, self.start)

    def at(self, whole: Any, path: list[str]) -> Any:
        """What a pointer points at."""
        for part in path:
            whole = self.member(whole, part)
        return whole

    def member(self, value: Any, part: str) -> Any:
        """A member of an object or list that must be there."""
        if isinstance(value, dict) and part in value:
            return value[part]
        if isinstance(value, list):
            return value[self.index(part, len(value) - 1)]
        raise self.nowhere(part)

    def index(self, part: str, last: int) -> int:
        """A place in a list, up to ``last``."""
        plain = part.isascii() and part.isdecimal() and (part == "0" or part[0] != "0")
        if not plain or len(part) > 9 or int(part) > last:
            raise self.nowhere(part)
        return int(part)

    def nowhere(self, part: str) -> Invalid:
        """The refusal of a pointer that leads nowhere."""
        return Invalid(f'{self.name}: there is no "{part[:60]}" where the path leads.')

    def edited(self, whole: Any, path: list[str], edit: Edit) -> Any:
        """A copy of ``whole`` in which the parent of ``path`` went through ``edit``."""
        if len(path) == 1:
            return edit(whole, path[0])
        inner = self.edited(self.member(whole, path[0]), path[1:], edit)
        return _with(whole, path[0], inner)


def _with(whole: Any, part: str, value: Any) -> Any:
    if isinstance(whole, list):
        place = int(part)
        return [*whole[:place], value, *whole[place + 1 :]]
    return whole | {part: value}


def _add(step: _Step, whole: Any, value: Any = ABSENT) -> Any:
    new = step.value if value is ABSENT else value

    def edit(parent: Any, part: str) -> Any:
        if isinstance(parent, list):
            end = len(parent)
            place = end if part == "-" else step.index(part, end)
            return [*parent[:place], new, *parent[place:]]
        if isinstance(parent, dict):
            return parent | {part: new}
        raise step.nowhere(part)

    return step.edited(whole, step.path, edit) if step.path else new


def _without(step: _Step, whole: Any, path: list[str]) -> Any:
    def edit(parent: Any, part: str) -> Any:
        step.member(parent, part)
        if isinstance(parent, list):
            return [*parent[: int(part)], *parent[int(part) + 1 :]]
        return {name: value for name, value in parent.items() if name != part}

    if not path:
        raise Invalid(f"{step.name}: a resource is deleted with DELETE, not by a patch.")
    return step.edited(whole, path, edit)


def _remove(step: _Step, whole: Any) -> Any:
    return _without(step, whole, step.path)


def _replace(step: _Step, whole: Any) -> Any:
    def edit(parent: Any, part: str) -> Any:
        step.member(parent, part)
        return _with(parent, part, step.value)

    return step.edited(whole, step.path, edit) if step.path else step.value


def _move(step: _Step, whole: Any) -> Any:
    if step.path == step.start:
        step.source(whole)
        return whole
    if step.path[: len(step.start)] == step.start:
        raise Invalid(f"{step.name}: nothing can be moved into itself.")
    return _add(step, _without(step, whole, step.start), step.source(whole))


def _copy(step: _Step, whole: Any) -> Any:
    return _add(step, whole, step.source(whole))


def _test(step: _Step, whole: Any) -> Any:
    if not _equal(step.at(whole, step.path), step.value):
        raise Invalid(f"{step.name}: the value there is another one, so nothing was changed.")
    return whole


def _equal(one: Any, other: Any) -> bool:
    """Equal as RFC 6902 says: numbers by value, not by their spelling."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
            waiting += [(left[key], right[key]) for key in left]
        elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
            waiting += zip(left, right, strict=True)
        elif isinstance(left, bool | dict | list) or isinstance(right, bool | dict | list):
            if left is not right:
                return False
        elif left != right:
            return False
    return True


OPERATIONS: dict[str, Callable[[_Step, Any], Any]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}


def _size(value: Any, most: int) -> int:
    """How many values are in it, counted up to ``most``."""
    count = 0
    waiting = [value]
    while waiting and count < most:
        item = waiting.pop()
        count += 1
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return count
