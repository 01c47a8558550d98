"""The house keeps its own rules: linters, types, layers, sizes, names."""

import ast
import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("ehr_project", "vitals", "patients", "accounts", "fhir")
PACKAGES = (*APPS, "demo", "clients")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
DJADE = str(Path(sys.executable).with_name("djade"))  # a program, without a Python module
VAGUE_NAMES = {"utils", "helpers", "services", "common", "misc", "manager"}
LEFT_FOR_LATER = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")


def sources(*, tests: bool) -> list[Path]:
    """Our Python without migrations."""
    folders = (*PACKAGES, *(("tests", "benchmarks") if tests else ()))
    files = itertools.chain.from_iterable((ROOT / name).rglob("*.py") for name in folders)
    return [
        file
        for file in files
        if "migrations" not in file.parts
        and "node_modules" not in file.parts
        and (tests or "tests" not in file.parts)
    ]


def templates() -> list[str]:
    return [str(file.relative_to(ROOT)) for file in sorted((ROOT / "templates").rglob("*.html"))]


def run(*words: str, program: str = sys.executable, **environment: str) -> None:
    """Let a tool of this environment judge; its own words are the failure."""
    done = subprocess.run(
        [program, *words],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def test_ruff_finds_nothing():
    run("-m", "ruff", "check", "--no-cache", "--output-format=concise", ".")


def test_python_is_formatted():
    run("-m", "ruff", "format", "--no-cache", "--check", ".")


def test_types_hold():
    run("-m", "mypy", *PACKAGES)


def test_imports_go_down_only():
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    run("-c", lint, PYTHONPATH=str(ROOT))


def test_templates_are_sound():
    run("-m", "djlint", "templates", "--lint", "--quiet")


def test_templates_are_formatted():
    run("--check", "--target-version", "5.2", *templates(), program=DJADE)


def test_no_migration_is_missing():
    run("manage.py", "makemigrations", "--check", "--dry-run")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("name", PACKAGES)
def test_every_module_says_in_its_first_line_what_it_is(name):
    silent = [
        str(file.relative_to(ROOT))
        for file in sources(tests=True)
        if file.relative_to(ROOT).parts[0] == name
        and (text := file.read_text()).strip()
        and not ast.get_docstring(ast.parse(text))
    ]
    assert silent == []


def test_no_file_is_too_long():
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text().splitlines())
        for file in sources(tests=False)
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_function_is_too_long():
    long = [
        f"{file.relative_to(ROOT)}:{each.lineno} {each.name}"
        for file in sources(tests=False)
        for each in functions(ast.parse(file.read_text()))
        if (each.end_lineno or 0) - each.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_module_has_a_vague_name():
    assert [str(file) for file in sources(tests=True) if file.stem in VAGUE_NAMES] == []


def test_nothing_is_left_for_later():
    left = [
        f"{file.relative_to(ROOT)}: {word}"
        for file in sources(tests=True)
        for word in LEFT_FOR_LATER
        if f"{word}:" in file.read_text() or f"# {word}" in file.read_text()
    ]
    assert left == []


@pytest.mark.parametrize("command", ["bin/run", "bin/test", ".ci/run"])
def test_the_commands_are_executable(command):
    assert os.access(ROOT / command, os.X_OK)


def test_what_a_test_may_need_is_named_in_the_one_list():
    from ehr_project.pytest_parts import FINDERS, skips

    assert FINDERS.keys() == skips().keys()


def test_importing_the_launcher_does_not_load_django():
    program = "import sys, ehr_project.database; sys.exit('django' in sys.modules)"
    run("-c", program, PYTHONPATH=str(ROOT))


def imported(file: Path) -> set[str]:
    """The outermost packages a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def required() -> set[str]:
    """The distributions that requirements.txt names, and asgiref, which is Django's own."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    names = (re.match(r"[\w.-]+", line) for line in lines if not line.startswith(("#", "-")))
    return {"asgiref"} | {canonical(name[0]) for name in names if name}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_the_product_imports_stands_in_its_requirements():
    owners = metadata.packages_distributions()
    missing = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in sources(tests=False)
        if not file.name.startswith("pytest_")
        for name in imported(file) - set(sys.stdlib_module_names) - set(PACKAGES)
        if not {canonical(each) for each in owners.get(name, [])} & required()
    }
    assert missing == set()
