"""Synthetic patients of another maker go in whole, and come out as they went in."""

import gzip
from collections import defaultdict

import pytest

from fhir.codec import loads, same
from fhir.files import batches
from fhir.importing import Outcome, take_in
from fhir.mapping import OUR_META
from fhir.models import Change
from fhir.principal import SYSTEM
from fhir.registry import mapping
from fhir.writing.drafts import holders_of
from tests.shared_data import DATA

BUNDLES = sorted((DATA / "synthea").glob("*.json.gz"))
pytestmark = [pytest.mark.needs("shared_data"), pytest.mark.django_db]


def take_in_file(path) -> Outcome:
    outcome = Outcome()
    for entries in batches(path):
        outcome += take_in(entries, by=SYSTEM, origin="synthea")
    return outcome


def as_sent(path):
    bundle = loads(gzip.decompress(path.read_bytes()))
    entries = bundle["entry"]
    local = {
        e["fullUrl"]: f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in entries
    }
    for holder in (h for entry in entries for h in holders_of(entry["resource"])):
        if holder.get("reference") in local:
            holder["reference"] = local[holder["reference"]]
    return [entry["resource"] for entry in entries]


def read_back(sent):
    """The resources of ``sent`` as this house renders them, by type and id."""
    ids = defaultdict(list)
    for resource in sent:
        ids[resource["resourceType"]].append(resource["id"])
    found = {}
    for kind, keys in ids.items():
        rules = mapping(kind)
        for record in rules.queryset().filter(fhir_id__in=keys):
            resource = rules.render(record)
            resource["meta"] = {k: v for k, v in resource["meta"].items() if k not in OUR_META}
            found[kind, record.fhir_id] = resource
    return found


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.name.split("_")[1])
def test_every_resource_of_a_bundle_comes_back_as_it_was_sent(path):
    outcome = take_in_file(path)
    assert outcome.refused == []
    sent = as_sent(path)
    got = read_back(sent)
    changed = [
        (resource["resourceType"], resource["id"])
        for resource in sent
        if not same({"meta": {}} | resource, got.get((resource["resourceType"], resource["id"])))
    ]
    assert changed == []


def test_a_second_import_changes_nothing():
    for path in BUNDLES:
        take_in_file(path)
    before = Change.objects.count()
    again = sum(map(take_in_file, BUNDLES), Outcome())
    assert (again.created, again.updated, again.refused) == (0, 0, [])
    assert Change.objects.count() == before
