"""JSON Patch: every operation, every refusal, and no number respelt."""

import json
from contextlib import suppress
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.codec import dumps, loads
from fhir.errors import Invalid, Malformed, Refusal, TooLarge
from fhir.patching import patched

DOCUMENT = {"a": 1, "list": [1, 2, 3], "deep": {"er": [{"x": "y"}]}, "a/b~c": None}


def op(op_, path, **members):
    return {"op": op_, "path": path} | members


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (op("add", "/b", value=2), {"b": 2}),
        (op("add", "/a", value=2), {"a": 2}),
        (op("add", "/b", value=None), {"b": None}),
        (op("add", "/list/0", value=0), {"list": [0, 1, 2, 3]}),
        (op("add", "/list/3", value=4), {"list": [1, 2, 3, 4]}),
        (op("add", "/list/-", value=4), {"list": [1, 2, 3, 4]}),
        (op("add", "/deep/er/0/z", value=1), {"deep": {"er": [{"x": "y", "z": 1}]}}),
        (op("replace", "/list/1", value=9), {"list": [1, 9, 3]}),
        (op("replace", "/a~1b~0c", value=9), {"a/b~c": 9}),
        (op("remove", "/list/1"), {"list": [1, 3]}),
        (op("move", "/b", **{"from": "/a"}), {"b": 1, "a": ...}),
        (op("move", "/list/0", **{"from": "/list/2"}), {"list": [3, 1, 2]}),
        (op("move", "/a", **{"from": "/a"}), {}),
        (op("copy", "/b", **{"from": "/deep/er"}), {"b": [{"x": "y"}]}),
        (op("test", "/list", value=[1, 2, 3]), {}),
        (op("test", "/a~1b~0c", value=None), {}),
    ],
)
def test_an_operation_changes_just_that(operation, expected):
    wanted = {k: v for k, v in (DOCUMENT | expected).items() if v is not ...}
    assert patched(DOCUMENT, [operation]) == wanted


def test_the_original_stays_as_it_is():
    before = deepcopy(DOCUMENT)
    patched(DOCUMENT, [op("add", "/deep/er/-", value=1), op("remove", "/list/0")])
    assert before == DOCUMENT


def test_the_whole_can_be_replaced():
    assert patched(DOCUMENT, [op("replace", "", value={"new": True})]) == {"new": True}


@pytest.mark.parametrize(
    "operation",
    [
        op("remove", "/nowhere"),
        op("remove", ""),
        op("replace", "/nowhere", value=1),
        op("add", "/no/where", value=1),
        op("add", "/list/5", value=1),
        op("add", "/list/01", value=1),
        op("add", "/list/-1", value=1),
        op("add", "/list/x", value=1),
        op("add", "/list/٣", value=1),
        op("add", "/list/99999999999999999999", value=1),
        op("add", "/a/b", value=1),
        op("replace", "/list/-", value=1),
        op("copy", "/b", **{"from": "/nowhere"}),
        op("move", "/deep/er/0", **{"from": "/deep"}),
        op("test", "/a", value=2),
        op("test", "/a", value=True),
        op("test", "/a", value="1"),
        op("test", "/list", value={"0": 1}),
        op("test", "/list", value=[1, 2]),
    ],
)
def test_what_leads_nowhere_is_refused(operation):
    with pytest.raises(Invalid, match=f"operation 1 \\({operation['op']}\\)"):
        patched(DOCUMENT, [operation])


@pytest.mark.parametrize(
    "operations",
    [
        None,
        {},
        "add",
        [None],
        [{}],
        [{"op": ["add"], "path": "/a"}],
        [{"op": "subtract", "path": "/a"}],
        [{"op": "add", "value": 1}],
        [{"op": "add", "path": "a", "value": 1}],
        [{"op": "add", "path": 7, "value": 1}],
        [{"op": "add", "path": "/a"}],
        [{"op": "move", "path": "/a"}],
        [op("add", "/x" * 101, value=1)],
    ],
)
def test_what_is_no_patch_is_refused(operations):
    with pytest.raises(Malformed):
        patched(DOCUMENT, operations)


def test_too_many_operations_are_refused():
    with pytest.raises(TooLarge):
        patched(DOCUMENT, [op("test", "/a", value=1)] * 1001)


def test_copies_cannot_grow_without_end():
    doubling = [op("copy", "/list/-", **{"from": "/list"})] * 60
    with pytest.raises(TooLarge, match="copies"):
        patched(DOCUMENT, doubling)


def test_numbers_keep_their_spelling_through_a_copy():
    source = loads('{"value": 1.0E-5, "other": 1.00}')
    changed = patched(source, [op("copy", "/third", **{"from": "/value"})])
    assert dumps(changed) == b'{"value":1.0E-5,"other":1.00,"third":1.0E-5}'


def test_numbers_are_tested_by_value():
    source = loads('{"value": [1.0]}')
    assert patched(source, loads('[{"op": "test", "path": "/value", "value": [1.00]}]')) == source


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
POINTERS = st.lists(st.sampled_from(["a", "0", "-", "x", "~1", ""]), max_size=3).map(
    lambda parts: "".join(f"/{part}" for part in parts)
)


@given(VALUES, VALUES)
def test_a_replacement_is_undone_by_its_opposite(before, after):
    document = {"a": before}
    there = patched(document, [op("replace", "/a", value=after)])
    assert patched(there, [op("replace", "/a", value=before)]) == document


@given(
    VALUES,
    st.lists(
        st.fixed_dictionaries(
            {
                "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "?"]),
                "path": POINTERS,
            },
            optional={"from": POINTERS, "value": VALUES},
        ),
        max_size=5,
    ),
)
def test_any_patch_is_applied_or_refused(document, operations):
    with suppress(Refusal):  # its status is 4xx, anything else would be raised
        json.dumps(patched(document, operations))
