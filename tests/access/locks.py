"""Every permission check of the house, found in its source and made to report, or to turn.

A check is a call (``require(…)``, ``rows.visible_to(…)``, ``by.may(…)`` and their like) or an
``if`` that refuses, in the modules that decide who gets in. Each is rewritten in the running
process so that it goes through a `Gate`: there a test can see it asked, and turn its answer round.
"""

import ast
import builtins
import gc
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.models import Organization
from fhir.errors import NotAllowed, Refusal
from patients import compiled

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("fhir", "accounts", "patients", "vitals", "ehr_project")
# Call by its name → what kind of answer it gives.
CALLS = {
    "require": "raises",
    "may": "bool",
    "may_interact": "bool",
    "is_of": "bool",
    "is_visible_to": "bool",
    "is_locked": "bool",
    "visible_to": "rows",
    "identified_to": "rows",
    "managed_by": "rows",
    "of_author": "rows",
    "opened_to": "set",
    "facilities_with": "places",
    "compiled": "rule",
    **dict.fromkeys(("charts_of", "treats", "treated_closely", "shown_labelled"), "q"),
    **dict.fromkeys(("read_closely", "trail_read_by", "_stored", "_changes"), "q"),
}
PORTS = {"visible": "rows", "writable": "raises"}
# Where an ``if`` that raises is a check of who asks, not of what was written.
DOORS = {
    "vitals/api/authentication.py": {"authenticate", "_opened"},
    "patients/write_access.py": None,
    "fhir/views/door.py": {"_asker", "require"},
    "accounts/clients/tokens.py": {"principal_of_token"},
    "accounts/principals.py": {"_of_header", "principal_of_request"},
}
GATE = "__gate__"
GUARDED = "requires.decorate.guarded"
Alive = dict[tuple[str, str, int], list[FunctionType]]
# Only modules that hold such words are read further; the generated ones are very long.
HOLDS = re.compile(rf"\b({'|'.join(CALLS)}|port)\(")


@dataclass(frozen=True)
class Lock:
    """One check: where it stands, and what it says.

    Attributes:
        place: File and line, e.g. ``patients/acts/flags.py:41``.
        inside: The function that holds it.
        text: Its source.
        kind: What it answers: "raises", "bool", "rows", "if", …
        view: For the check of ``@requires``: the view behind it.
    """

    place: str
    inside: str
    text: str
    kind: str
    view: str = ""

    @property
    def key(self) -> str:
        """The check without its line, which changes whenever somebody writes above it."""
        file = self.place.partition(":")[0]
        return self.view or f"{file} {self.inside}: {self.text}"

    def __str__(self) -> str:
        return f"{self.place} {self.key}"


@dataclass
class Gate:
    """Where every check passes through.

    Attributes:
        locks: The checks by number.
        turned: The one whose answer is turned round.
        seen: Those that were asked since ``seen`` was emptied.
        views: The checks of ``@requires``, one for each view that somebody came to.
        guarded: The views that ``@requires`` guards, by their dotted names.
        within: By rule that is put together once, the checks inside it.
    """

    locks: list[Lock] = field(default_factory=list)
    turned: Lock | None = None
    seen: set[Lock] = field(default_factory=set)
    views: dict[tuple[int, str], Lock] = field(default_factory=dict)
    guarded: set[str] = field(default_factory=set)
    within: dict[Any, set[Lock]] = field(default_factory=dict)

    def __call__(self, number: int, check: Any, *args: Any, **named: Any) -> Any:
        """What the check answers, or is made to answer."""
        lock = self._lock(number)
        self.seen.add(lock)
        answer: Callable[..., Any] = getattr(self, f"_{lock.kind}")
        return answer(lock, check, *args, **named)

    def _lock(self, number: int) -> Lock:
        """The check; that of ``@requires`` is one for each view."""
        lock = self.locks[number]
        if lock.inside != GUARDED:
            return lock
        view = sys._getframe(2).f_locals["view"]
        name = f"{view.__module__}.{view.__qualname__}"
        if (number, name) not in self.views:
            self.views[number, name] = Lock(lock.place, lock.inside, lock.text, lock.kind, name)
        return self.views[number, name]

    def _raises(self, lock: Lock, check: Any, *args: Any, **named: Any) -> Any:
        try:
            answer = check(*args, **named)
        except Refusal:
            if lock == self.turned:
                return None
            raise
        if lock == self.turned:
            raise NotAllowed("Turned round by a test.")
        return answer

    def _bool(self, lock: Lock, check: Any, *args: Any, **named: Any) -> bool:
        return bool(check(*args, **named)) != (lock == self.turned)

    def _if(self, lock: Lock, refuses: Any) -> bool:
        return bool(refuses) != (lock == self.turned)

    def _rows(self, lock: Lock, check: Any, *args: Any, **named: Any) -> Any:
        found = check(*args, **named)
        if lock != self.turned:
            return found
        return _all_rows(check, args).exclude(pk__in=found.values("pk"))

    def _set(self, lock: Lock, check: Any, by: Any, people: Any) -> Any:
        found = check(by, people)
        return {each.pk for each in people} - found if lock == self.turned else found

    def _places(self, lock: Lock, check: Any, scope: str) -> list[UUID]:
        found: list[UUID] = check(scope)
        others = Organization.objects.exclude(pk__in=found) if lock == self.turned else None
        return found if others is None else list(others.values_list("pk", flat=True))

    def _q(self, lock: Lock, check: Any, *args: Any, **named: Any) -> Q:
        found: Q = check(*args, **named)
        return ~found if lock == self.turned else found

    def _rule(self, lock: Lock, check: Any, rule: Any, *args: Any) -> Q:
        """Whoever comes to a rule comes to the checks inside, though it stands ready."""
        if rule not in self.within:
            before, self.seen = self.seen, set()
            rule(*args)
            self.within[rule], self.seen = self.seen, before
        self.seen |= self.within[rule]
        return self._q(lock, check, rule, *args)

    @contextmanager
    def turning(self, lock: Lock) -> Iterator[None]:
        """One check says the opposite; what was put together before is put together anew."""
        self.turned = lock
        compiled._made.cache_clear()
        try:
            yield
        finally:
            self.turned = None
            compiled._made.cache_clear()


def _all_rows(check: Any, args: Any) -> Any:
    """The rows before a filter: those that it was called on, or was given."""
    rows = getattr(check, "__self__", None)
    rows = args[0] if isinstance(args[0] if args else None, models.QuerySet) else rows
    return rows.all()


class Rewriting(ast.NodeTransformer):
    """Sends the checks of one module through the gate."""

    def __init__(self, path: str, source: str, gate: Gate) -> None:
        self.path, self.source, self.gate = path, source, gate
        self.names: list[str] = []
        self.changed: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Inside a function; its decorators and defaults ran long ago."""
        self.names.append(node.name)
        node.body = [self.visit(each) for each in node.body]
        self.names.pop()
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Inside a class."""
        self.names.append(node.name)
        self.generic_visit(node)
        self.names.pop()
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call that is a check."""
        self.generic_visit(node)
        kind = kind_of(node)
        if not self.names or kind is None:
            return node
        number = ast.Constant(self._noted(node, kind))
        gate = ast.Name(GATE, ast.Load())
        return ast.copy_location(
            ast.Call(gate, [number, node.func, *node.args], node.keywords), node
        )

    def visit_If(self, node: ast.If) -> ast.AST:
        """An ``if`` that refuses, where those are checks."""
        self.generic_visit(node)
        doors = DOORS.get(self.path, set())
        inside = doors is None or bool(self.names and self.names[-1] in doors)
        if inside and self.names and any(isinstance(each, ast.Raise) for each in node.body):
            number = ast.Constant(self._noted(node.test, "if"))
            gate = ast.Name(GATE, ast.Load())
            node.test = ast.copy_location(ast.Call(gate, [number, node.test], []), node.test)
        return node

    def _noted(self, node: ast.AST, kind: str) -> int:
        text = " ".join((ast.get_source_segment(self.source, node) or "").split())[:90]
        inside = ".".join(self.names)
        line = getattr(node, "lineno", 0)
        self.gate.locks.append(Lock(f"{self.path}:{line}", inside, text, kind))
        self.changed.add(self.names[-1])
        return len(self.gate.locks) - 1


def kind_of(node: ast.Call) -> str | None:
    """What kind of check a call is; None for any other call."""
    func = node.func
    if isinstance(func, ast.Call) and isinstance(func.func, ast.Name) and func.func.id == "port":
        name = func.args[0]
        return PORTS.get(str(name.value)) if isinstance(name, ast.Constant) else None
    called = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return CALLS.get(called)


def sources() -> Iterator[Path]:
    """The modules of the house, without tests, migrations and what nobody asks for over HTTP."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            inside = path.relative_to(ROOT)
            if {"tests", "migrations", "management"} & set(inside.parts):
                continue
            if str(inside) in DOORS or HOLDS.search(path.read_text()):
                yield path


def functions() -> Alive:
    """The functions that live in this process, by file, name and line."""
    found: Alive = {}
    gc.unfreeze()  # what is frozen is not among the objects
    for each in gc.get_objects():
        if type(each) is FunctionType:  # a lazy object would wake up
            found.setdefault(_key(each.__code__), []).append(each)
    gc.freeze()  # a fifth of the time would go into finding that what is loaded stays
    return found


def _key(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and all within it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from codes(each)


@contextmanager
def gated() -> Iterator[Gate]:
    """Every check of the house goes through the gate, until the end."""
    paths = list(sources())
    for path in paths:  # some are loaded only when somebody asks for them
        import_module(
            ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        )
    gate = Gate(guarded=decorated(functions()))
    sent = [each for path in paths for each in _sent(path, gate)]
    setattr(builtins, GATE, gate)
    try:
        _give([(written, through) for written, through in sent])
        yield gate
    finally:
        # Also to those that came to life meanwhile, inside of functions that went through it.
        _give([(through, written) for written, through in sent])
        delattr(builtins, GATE)


def _sent(path: Path, gate: Gate) -> list[tuple[CodeType, CodeType]]:
    """Every piece of code of a module that holds checks: as written, and through the gate."""
    source = path.read_text()
    rewriting = Rewriting(str(path.relative_to(ROOT)), source, gate)
    tree = rewriting.visit(ast.parse(source))
    if not rewriting.changed:
        return []
    both = (ast.parse(source), ast.fix_missing_locations(tree))
    written, through = (compile(each, str(path), "exec", dont_inherit=True) for each in both)
    return list(zip(codes(written), codes(through), strict=True))


def _give(changes: list[tuple[CodeType, CodeType]]) -> None:
    """Give every living function that has the one code of a pair the other."""
    alive = functions()
    for before, after in changes:
        for function in alive.get(_key(before), []):
            if before.co_freevars == function.__code__.co_freevars:
                function.__code__ = after


def decorated(alive: Alive) -> set[str]:
    """The views that ``@requires`` guards, by their dotted names."""
    within = GUARDED.replace(".", ".<locals>.")
    found = [each for (_, name, _), same in alive.items() if name == within for each in same]
    views = [inspect.getclosurevars(each).nonlocals["view"] for each in found]
    return {f"{view.__module__}.{view.__qualname__}" for view in views}
