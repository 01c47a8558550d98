"""What our Python may never do, wherever it stands; what is dangerous stands in one place each."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.test_house_rules import APPS, imported, sources

ROOT = Path(__file__).resolve().parents[2]
OURS = [
    file
    for file in sources(tests=False)
    if file.relative_to(ROOT).parts[0] in APPS and not file.name.startswith("pytest_")
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

# Libraries that reach other machines or open strangers' files, and the only doors to them.
DOORS = {
    "requests": {"vitals/sync/client.py", "vitals/sync/transport.py", "vitals/sync/answers.py"},
    "urllib3": {"vitals/sync/transport.py"},
    "fhirclient": {"vitals/sync/client.py"},
    "smtplib": set(),
    "ftplib": set(),
    "httpx": set(),
    "aiohttp": set(),
    "zipfile": {"vitals/files/bundle.py", "vitals/export/archive.py"},
    "tarfile": set(),
    "pydicom": {"vitals/files/dicom.py"},
    "pickle": set(),
    "marshal": set(),
    "shelve": set(),
    "yaml": set(),
    "telnetlib": set(),
}
# Calls that no argument makes safe.
NEVER = {"eval", "exec", "compile", "__import__", "system", "popen", "execfile"}
NEVER_SAID = {("shell", True), ("verify", False), ("allow_pickle", True)}
WEAK = re.compile(r"hashlib\.(md5|sha1)\b|hashes\.(MD5|SHA1)\b|modes\.ECB|ciphers?\.(DES|ARC4)")
# SHA-1 where a standard fixes it, and it guards nothing.
WEAK_BUT_FIXED = {"patients/attachments.py"}
GUESSABLE = re.compile(r"^\s*(import random|from random import)", re.MULTILINE)
# Jitter of pauses and invented measurements; never anything that must not be guessed.
MAY_GUESS = {"vitals/sync/client.py", "vitals/sync/backoff.py"}


@cache
def tree_of(file):
    return ast.parse(file.read_text())


@cache
def libraries(file):
    return imported(file)


def named(file):
    return str(file.relative_to(ROOT))


def calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def called(call):
    """The last name of what is called, and whether it stands alone or on a module of the system."""
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name, value=ast.Name(id="os")):
            return name
    return ""


@pytest.mark.parametrize("library", DOORS)
def test_what_reaches_outside_has_one_door(library):
    assert {named(file) for file in OURS if library in libraries(file)} <= DOORS[library]


def test_no_text_becomes_code_and_no_shell_is_asked():
    found = [
        f"{named(file)}:{call.lineno} {called(call)}"
        for file in OURS
        for call in calls(tree_of(file))
        if called(call) in NEVER
    ]
    assert found == []


def test_no_call_switches_a_protection_off():
    found = [
        f"{named(file)}:{call.lineno} {word.arg}"
        for file in OURS
        for call in calls(tree_of(file))
        for word in call.keywords
        if isinstance(word.value, ast.Constant) and (word.arg, word.value.value) in NEVER_SAID
    ]
    assert found == []


def test_weak_hashes_and_ciphers_guard_nothing():
    assert {named(file) for file in OURS if WEAK.search(file.read_text())} <= WEAK_BUT_FIXED


def test_what_must_not_be_guessed_comes_from_the_system():
    assert {named(file) for file in OURS if GUESSABLE.search(file.read_text())} <= MAY_GUESS


def composed(call):
    """Whether the statement that is executed is put together in the call itself."""
    is_execute = isinstance(call.func, ast.Attribute) and call.func.attr in ("execute", "raw")
    first = call.args[0] if is_execute and call.args else None
    if isinstance(first, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in first.values)
    formatted = isinstance(first, ast.Call) and getattr(first.func, "attr", "") == "format"
    # psycopg's own way of naming tables quotes them.
    quoted = formatted and "sql.SQL(" in ast.unparse(first)
    return (formatted and not quoted) or isinstance(first, ast.BinOp)


# Statements put together of our own names of tables and columns; every value is a parameter.
COMPOSED = {
    "accounts/trail/sealing.py",
    "accounts/trail/verifying.py",
    "fhir/reindexing.py",
    "fhir/reread.py",
    "fhir/search/values.py",
    "fhir/together.py",
    "fhir/writing/rows.py",
    "patients/terminology/loading.py",
}


def test_statements_are_constants_with_parameters():
    found = {named(file) for file in OURS for call in calls(tree_of(file)) if composed(call)}
    assert found <= COMPOSED


def test_no_template_switches_escaping_off():
    off = re.compile(r"\|\s*safe\b|autoescape off|\|\s*safeseq")
    assert [named(path) for path in TEMPLATES if off.search(path.read_text())] == []


def test_markup_is_called_safe_in_few_places_only():
    users = {named(file) for file in OURS if "mark_safe(" in file.read_text()}
    assert users <= {"ehr_project/components.py", "ehr_project/sparklines.py"}


def test_views_that_drop_the_protection_against_forged_forms_are_known():
    """Programs name themselves in a header; two uploads check the token after their size."""
    users = {named(file) for file in OURS if "csrf_exempt" in file.read_text()}
    assert users == {
        "accounts/clients/views.py",
        "fhir/views/door.py",
        "patients/views/documents.py",
        "vitals/views/importing.py",
    }


def test_a_forbidden_call_would_be_found():
    tree = ast.parse("import os\nos.system('x')\neval('1')\ncursor.execute(f'SELECT {x}')")
    assert [called(call) for call in calls(tree) if called(call) in NEVER] == ["system", "eval"]
    assert any(composed(call) for call in calls(tree))


SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
# Light or dark, and how many pixels of this screen are a millimetre.
LOOKS = {"static/js/app.js", "static/js/theme.js", "static/js/ecg/calibration.js"}
STORES = re.compile(r"localStorage|sessionStorage|indexedDB|caches\.open|document\.cookie")


def test_scripts_keep_nothing_but_looks():
    assert {named(file) for file in SCRIPTS if STORES.search(file.read_text())} == LOOKS


def test_scripts_speak_to_no_other_window_and_no_other_host():
    other = re.compile(r"postMessage|importScripts|WebSocket|https?://(?!www\.w3\.org)")
    assert [named(file) for file in SCRIPTS if other.search(file.read_text())] == []


def test_no_field_refuses_to_be_pasted_into():
    refusing = re.compile(r"onpaste|addEventListener\([\"']paste|maxlength=\"\d\"[^>]*password")
    found = [named(file) for file in (*SCRIPTS, *TEMPLATES) if refusing.search(file.read_text())]
    assert found == []


# Patterns put together of our own tables and constants, never of what somebody typed.
OWN_PATTERNS = {
    "ehr_project/backups/thinning.py",
    "fhir/definitions/build_invariants.py",
    "fhir/definitions/build_search.py",
    "fhir/fhirpath/runtime.py",
    "fhir/search/reading.py",
    "fhir/validation/bindings.py",
    "fhir/xml/narrative.py",
    "patients/acts/procedures.py",
    "patients/chart/dot_phrases.py",
    "patients/finding.py",
    "patients/prescribing/dose.py",
}


def pattern_of(call):
    """The pattern of a call of ``re``, unless it is a constant."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="re"), attr=name) if name not in ("escape", "Match"):
            return None if not call.args or isinstance(call.args[0], ast.Constant) else call.args[0]
    return None


def test_no_pattern_is_made_of_what_somebody_typed():
    found = {named(file) for file in OURS for call in calls(tree_of(file)) if pattern_of(call)}
    assert found <= OWN_PATTERNS
