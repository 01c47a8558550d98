"""Every official example goes through the whole way in and stands there as it was sent."""

import tarfile

import pytest

from fhir.codec import loads, same
from fhir.errors import Refusal
from fhir.mapping import OUR_META
from fhir.principal import SYSTEM
from fhir.registry import mapping
from fhir.tests.writing.conftest import put
from fhir.writing import write
from tests.shared_data import DATA

EXAMPLES = DATA / "fhir" / "r4-examples.tar.gz"
# Official, and yet against a rule of R4.
FAULTY = {
    "Bundle-dataelements.json": "(bdl-7)",
    "EventDefinition-example.json": "(txt-2)",
    "Questionnaire-qs1.json": "item[0].item[0].linkId is required",
    "Questionnaire-zika-virus-exposure-assessment.json": "(txt-2)",
}
# Nobody but this house writes these.
WRITTEN_HERE = "AuditEvent-"
pytestmark = [pytest.mark.needs("shared_data"), pytest.mark.django_db]


def examples():
    with tarfile.open(EXAMPLES) as archive:
        for member in archive.getmembers():
            if member.name.endswith(".json") and not member.name.startswith(WRITTEN_HERE):
                text = archive.extractfile(member).read()
                yield member.name, text


def bare(resource):
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in OUR_META}
    return resource | {"meta": meta}


def test_every_example_comes_back_as_it_was_sent():
    refused, changed = {}, []
    for name, text in examples():
        sent = loads(text)
        try:
            (written,) = write([put(loads(text))], by=SYSTEM)
        except Refusal as refusal:
            refused[name] = refusal.message
            continue
        row = mapping(written.type).queryset().get(pk=written.record.pk)
        if not same(bare(sent), bare(mapping(written.type).render(row))):
            changed.append(name)
        if not same(bare(sent), bare(written.resource)):
            changed.append(f"{name} in the answer")
    assert changed == []
    assert refused.keys() == FAULTY.keys()
    assert [name for name in FAULTY if FAULTY[name] not in refused[name]] == []
