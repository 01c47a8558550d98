"""Nothing is done, and nothing shown, that leaves no row in the audit trail."""

import ast
import re
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.trail.actions import ACTIONS
from fhir.urls import TABLE
from patients.chart.looks import WORDS
from tests.call_graph import ROOT, functions_in, graph, modules, reaches

NOTED = frozenset({"accounts.audit.record", "accounts.audit.record_access"})
ACTS = (
    "patients.acts",
    "vitals.acts",
    "vitals.sync.acts",
    "accounts.clients.registering",
    "fhir.writing.pipeline",
    "fhir.importing",
)
# Functions that take ``by`` and do nothing by themselves, and why.
NO_ACTS = {
    "patients.acts.notes.save_draft": "saves itself every few seconds; start and signing are noted",
    "patients.acts.notes.park_text": "keeps what was typed when a save was refused",
    "vitals.acts.assigning.assign": "part of attaching and of moving a wearing, which are noted",
    "vitals.acts.charting.chart_waiting_readings": "the same",
    "vitals.acts.charting.recall_readings": "the same",
    "vitals.acts.receiving.receive_chunk": "a device is noted by recording, not by chunk",
    "vitals.acts.receiving.receive_batch": "the same",
    "vitals.acts.recording.press_button": "belongs to the recording, which is noted",
}
# Views without a row of their own, by name of the address, and why.
UNNOTED = {
    "account": "about the reader's own account",
    "admin-health": "holds no patient's data",
    "admin-usage": "holds no patient's data",
    "admin/": "counts only",
    "admin/login/": "leads to the door",
    "api-chunk": "a device is noted by recording, not by chunk",
    "api-chunks": "the same",
    "api-docs": "public",
    "api-events": "belongs to the recording, which is noted",
    "api-recording": "a device asks how far its own upload got",
    "api-status": "battery and leads of a device",
    "api-time": "public",
    "awake": "the reader's own session",
    "healthz": "public",
    "medicine-choices": "the formulary, of nobody",
    "readyz": "public",
    "still-here": "the reader's own session",
    "style": "components with invented content",
    "terminology-find": "codes, of nobody",
    "terminology-sources": "codes, of nobody",
}
# Pages about the reader's own account, or an empty form: they show nobody, so they leave no look.
OF_NOBODY = {
    *UNNOTED,
    *("inbox-cover", "patient-new"),
    *("password-change", "password-change-done"),
    *("passkey-add", "recovery-codes", "second-factor", "second-factor-app"),
}
# Parts of a word that is put together, such as "result-", are no action.
WORD = re.compile(r"[a-z]+(-[a-z]+)*")
UNNOTED_FHIR = {
    "capabilities": "public",
    "batch": "each entry is noted by itself, a transaction by what it writes",
}


def acting():
    """Every public function of the acts that says who acts."""
    for package in ACTS:
        for name, node in functions_in(package):
            if any(each.arg == "by" for each in node.args.kwonlyargs):
                yield name


def views(patterns=None, prefix=""):
    """Name and function of every address that is ours."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name or str(pattern.pattern), unwrapped(pattern.callback)


def unwrapped(callback):
    callback = getattr(callback, "cls", None) or getattr(callback, "view_class", callback)
    while hasattr(callback, "__wrapped__"):
        callback = callback.__wrapped__
    return f"{callback.__module__}.{callback.__qualname__}"


OURS = sorted({(name, view) for name, view in views() if view in graph()})


@pytest.mark.parametrize("act", sorted(set(acting()) - set(NO_ACTS)))
def test_every_act_is_noted(act):
    assert reaches(act, NOTED)


@pytest.mark.parametrize(("name", "view"), [each for each in OURS if each[0] not in UNNOTED])
def test_every_view_is_noted(name, view):
    assert reaches(view, NOTED)


FHIR = sorted({(act.code, act) for acts in TABLE.values() for act in acts.values()}, key=str)


@pytest.mark.parametrize(("code", "act"), [each for each in FHIR if each[0] not in UNNOTED_FHIR])
def test_every_fhir_interaction_is_noted(code, act):
    done = "fhir.writing.pipeline.write" if act.plan else unwrapped(act.carry_out)
    assert reaches(done, NOTED)


@pytest.mark.parametrize("name", sorted(UNNOTED))
def test_what_is_left_out_exists_and_needs_to_be(name):
    found = [view for each, view in OURS if each == name]
    assert found
    assert not all(reaches(view, NOTED) for view in found)


def test_an_act_that_is_not_noted_would_be_found():
    assert not reaches("accounts.access.require", NOTED)
    assert reaches("patients.acts.problems.diagnose", NOTED)


def words_of_actions():
    """Every action that is spelled out where something is noted."""
    for module, file in modules():
        tree = ast.parse(Path(file).read_text())
        taking = taking_an_action(tree)
        if module.split(".")[1:2] == ["acts"]:
            taking |= dict.fromkeys(("create", "update", "identity.create", "identity.update"), 99)
            taking |= {"charting.create": 99, "charting.update": 99}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            if re.search(r"audit\.record(_access)?$|record_access'\)$", called):
                yield from texts(node.args[1] if len(node.args) > 1 else keyword(node, "action"))
            elif called in taking:
                place = taking[called]
                given = node.args[place] if len(node.args) > place else None
                yield from texts(keyword(node, "action") or given)


def taking_an_action(tree):
    """Functions of a module that hand an action on, and which of their arguments it is."""
    return {
        node.name: [each.arg for each in (*node.args.args, *node.args.kwonlyargs)].index("action")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and "action" in [each.arg for each in (*node.args.args, *node.args.kwonlyargs)]
    }


def keyword(node, name):
    return next((each.value for each in node.keywords if each.arg == name), None)


def texts(node):
    return (
        []
        if node is None
        else [
            each.value
            for each in ast.walk(node)
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value
        ]
    )


def test_every_action_is_in_the_table():
    known = {action for actions in ACTIONS.values() for action in actions}
    spelled = {word for word in words_of_actions() if WORD.fullmatch(word)}
    assert sorted(spelled - known) == []


def test_no_action_stands_twice_in_the_table():
    every = [action for actions in ACTIONS.values() for action in actions]
    assert len(every) == len(set(every))


def test_every_kind_has_a_word():
    assert {kind.word for kind in ACTIONS} <= set(WORDS)


def test_the_source_is_where_it_is_looked_for():
    assert (ROOT / "accounts" / "audit.py").is_file()
