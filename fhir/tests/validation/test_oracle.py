"""The compiled invariants judge as an interpreter of FHIRPath does."""

import random
import tarfile
from collections import Counter, defaultdict

import pytest

from fhir.codec import loads
from fhir.definitions.invariants import CHECKS, RULES
from fhir.tests.validation.broken import BROKEN
from fhir.tests.validation.mutants import mutants
from fhir.tests.validation.oracle import BEYOND, Place, ours, places, rules_of, theirs
from tests.shared_data import DATA

AT_MOST_OF_A_TYPE = 12
TYPES = sorted(CHECKS.keys() - {"DomainResource"})
# As it is written it is true of whatever has a type: it asks whether comparing gave any answer.
NEVER_BROKEN = {"eld-11"}


def differences(seen):
    """Where the two judge differently, named by rule and object."""
    return [
        f"{RULES[number].key} of {str(place.node)[:200]}"
        for place in seen
        for number, _ in ours(place) ^ theirs(place)
    ]


def examples():
    """Objects of every type that has invariants, from the official examples."""
    found = defaultdict(list)
    with tarfile.open(DATA / "fhir" / "r4-examples.tar.gz") as archive:
        for member in archive:
            if member.name.endswith(".json") and member.size < 500_000:
                resource = loads(archive.extractfile(member).read())
                for place in places(resource) if "resourceType" in resource else ():
                    if place.type in CHECKS:
                        found[place.type].append(place)
    return found


def least(type_):
    """An object of the type with nothing in it."""
    node = {} if "." in type_ or type_[0].islower() else {"resourceType": type_}
    resource = {"resourceType": type_.partition(".")[0]}
    return Place(type_, node, node or resource, node or resource)


@pytest.mark.needs("shared_data")
def test_they_agree_on_the_official_examples():
    chance = random.Random(4)
    seen = [
        place
        for places_of_type in examples().values()
        for place in chance.sample(places_of_type, min(len(places_of_type), AT_MOST_OF_A_TYPE))
    ]
    assert len(seen) > 500
    assert differences(seen) == []


@pytest.mark.needs("shared_data")
def test_they_agree_on_changed_examples():
    chance = random.Random(4)
    for type_, found in sorted(examples().items()):
        middle = sorted(found, key=lambda place: len(str(place.node)))[len(found) // 2]
        assert differences(mutants(middle, chance)) == [], type_


def test_they_agree_on_invented_objects_and_each_rule_is_broken_and_kept():
    chance = random.Random(4)
    broken: Counter[int] = Counter()
    kept: Counter[int] = Counter()
    for type_ in TYPES:
        start = least(type_)
        for place in (start, *mutants(start, chance), *mutants(start, chance)):
            judged = theirs(place)
            assert {rule for rule, _ in ours(place)} == {rule for rule, _ in judged}, place.node
            numbers = {number for number, _ in judged}
            broken.update(numbers)
            kept.update(set(rules_of(type_)) - numbers)
    rules = {number for type_ in TYPES for number in rules_of(type_)}
    by_hand = {key for key, _ in BROKEN}
    assert {RULES[number].key for number in rules - broken.keys()} <= by_hand | NEVER_BROKEN
    assert rules - kept.keys() == set()


@pytest.mark.parametrize(
    ("key", "resource"),
    [(key, resource) for key, resource in BROKEN if key not in BEYOND],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_they_agree_on_what_was_broken_by_hand(key, resource):
    found = [(ours(place), theirs(place)) for place in places(resource)]
    assert [one for one, _ in found] == [other for _, other in found]
    assert key in {RULES[number].key for one, _ in found for number, _ in one}
