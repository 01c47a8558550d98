"""SMART scopes, read strictly, and what two of them have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.scopes import BadScope, allowed, common, exceeds, parse, text


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("system/*.cruds", {"*": "cruds"}),
        ("system/Patient.rs", {"Patient": "rs"}),
        ("system/Patient.r system/Patient.s", {"Patient": "rs"}),
        ("system/Patient.r system/Observation.c", {"Patient": "r", "Observation": "c"}),
        ("  system/Patient.r\n", {"Patient": "r"}),
        ("system/Patient.read", {"Patient": "rs"}),
        ("system/*.write", {"*": "cud"}),
        ("system/*.*", {"*": "cruds"}),
    ],
)
def test_a_scope_is_read(said, read):
    assert dict(parse(said)) == read


@pytest.mark.parametrize(
    "said",
    [
        *("", "   ", "system", "system/", "system/*", "system/*.", "system/.rs", "*"),
        *("system/Patient.sr", "system/Patient.rr", "system/Patient.x", "system/Patient.R"),
        *("system/patient.rs", "system/Nonsense.rs", "system/Patient.rs?category=vital-signs"),
        *("user/Patient.rs", "patient/Patient.rs", "openid", "launch", "offline_access"),
        *("system/Patient.rs,system/Observation.rs", "system/Patient.read.write", "SYSTEM/*.rs"),
        *("system/*.rs\x00", "system/Päťient.rs", "system/Patient.rs system/Nope.rs"),
        "system/*.rs " * 1000,
    ],
)
def test_anything_else_is_refused(said):
    with pytest.raises(BadScope):
        parse(said)


def test_a_refusal_says_what_to_write():
    with pytest.raises(BadScope, match=r"system/\*.rs"):
        parse("read")


TYPES = st.sampled_from(["*", "Patient", "Observation", "Medication", "Slot"])
LETTERS = st.integers(1, 31).map(lambda n: "".join(x for i, x in enumerate("cruds") if n >> i & 1))
INTERACTIONS = st.dictionaries(TYPES, LETTERS, min_size=1, max_size=4)


@given(INTERACTIONS)
def test_what_is_written_is_read_again(interactions):
    assert dict(parse(text(interactions))) == interactions


@given(INTERACTIONS, INTERACTIONS, TYPES)
def test_what_two_have_in_common_neither_lacks(one, other, type_):
    both = set(allowed(common(one, other), type_))
    assert both == set(allowed(one, type_)) & set(allowed(other, type_))


@given(INTERACTIONS, INTERACTIONS)
def test_what_exceeds_nothing_is_kept_whole(asked, registered):
    kept = common(asked, registered)
    whole = all(allowed(kept, type_) == allowed(asked, type_) for type_ in asked)
    assert exceeds(asked, registered) is not whole
