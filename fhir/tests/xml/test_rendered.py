"""What this house renders from its tables can be written as XML."""

import pytest

from fhir.codec import same
from fhir.files import batches
from fhir.importing import take_in
from fhir.principal import SYSTEM
from fhir.registry import mapping, native_types
from fhir.xml import from_json, to_json
from tests.shared_data import DATA

SHORTEST = min(
    (DATA / "synthea").glob("*.json.gz"), key=lambda file: file.stat().st_size, default=None
)
pytestmark = [pytest.mark.needs("shared_data"), pytest.mark.django_db]


def test_every_record_of_an_import_can_be_had_as_xml():
    for entries in batches(SHORTEST):
        take_in(entries, by=SYSTEM, origin="synthea")
    types = set()
    for type_ in native_types():
        rules = mapping(type_)
        for record in rules.queryset():
            resource = rules.render(record)
            types.add(type_)
            assert same(to_json(from_json(resource)), resource)
    assert {"Patient", "Observation", "Condition", "Encounter"} <= types
