"""Which functions of the house reach which: read off the source, without running it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("fhir", "accounts", "patients", "vitals", "ehr_project")
LEFT_OUT = ("tests", "migrations")
Name = str  # dotted: module and function, as patients.acts.vitals.record_vitals


def modules() -> Iterator[tuple[str, Path]]:
    """Dotted name and file of every module of the apps."""
    for app in APPS:
        for file in sorted((ROOT / app).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            if not set(parts) & set(LEFT_OUT):
                yield ".".join(parts).removesuffix(".__init__"), file


@cache
def graph() -> dict[Name, frozenset[Name]]:
    """Function → every name that its body mentions, spelled out by the imports of its module."""
    found: dict[Name, frozenset[Name]] = {}
    for module, file in modules():
        tree = ast.parse(file.read_text())
        known = _imported(tree) | _defined(module, tree)
        for name, node in _functions(module, tree):
            found[name] = frozenset(_mentioned(node, known))
    return found


def _imported(tree: ast.Module) -> dict[str, Name]:
    """What the imports, wherever they stand, call what."""
    names: dict[str, Name] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                names[each.asname or each.name] = f"{node.module}.{each.name}"
        elif isinstance(node, ast.Import):
            for each in node.names:
                names[each.asname or each.name.split(".")[0]] = each.name
    return names


def _defined(module: str, tree: ast.Module) -> dict[str, Name]:
    return {
        node.name: f"{module}.{node.name}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def _functions(module: str, tree: ast.Module) -> Iterator[tuple[Name, ast.AST]]:
    """Functions by their name; a class by all that is in it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield f"{module}.{node.name}", node
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{module}.{node.name}.{inner.name}", inner


def _mentioned(node: ast.AST, known: dict[str, Name]) -> Iterator[Name]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id in known:
            yield known[each.id]
        elif isinstance(each, ast.Attribute):
            dotted = ast.unparse(each)
            head, _, rest = dotted.partition(".")
            if head in known:
                yield f"{known[head]}.{rest}"
        elif isinstance(each, ast.Constant) and each.value == "record_access":
            yield "accounts.audit.record_access"  # the engine's port, by its name


def reaches(start: Name, wanted: frozenset[Name]) -> bool:
    """Whether ``start`` mentions one of ``wanted``, or something that does, however far away."""
    edges, seen, waiting = graph(), {start}, [start]
    while waiting:
        for name in edges.get(waiting.pop(), frozenset()):
            if name in wanted:
                return True
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return False


def functions_in(package: str) -> Iterator[tuple[Name, ast.FunctionDef]]:
    """The public functions of the modules of a package, or of one module."""
    for module, file in modules():
        if module == package or module.startswith(f"{package}."):
            for name, node in _functions(module, ast.parse(file.read_text())):
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield name, node
