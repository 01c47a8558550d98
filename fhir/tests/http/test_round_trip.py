"""What a client PUTs, it GETs: every official example, in JSON and in XML, to the letter."""

import tarfile

import pytest

from fhir.codec import loads, same
from fhir.mapping import OUR_META
from fhir.tests.http.conftest import JSON
from fhir.tests.writing.test_lossless import FAULTY, WRITTEN_HERE
from tests.shared_data import DATA

XML = "application/fhir+xml"


def examples():
    """Every example that keeps the rules of R4, as bytes."""
    with tarfile.open(DATA / "fhir" / "r4-examples.tar.gz") as archive:
        for member in archive:
            ours = member.name.startswith(WRITTEN_HERE)
            if member.isfile() and member.name not in FAULTY and not ours:
                yield archive.extractfile(member).read()


def own(resource):
    """The resource without what the server sets."""
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in OUR_META}
    body = {k: v for k, v in resource.items() if k != "meta"}
    return body | ({"meta": meta} if meta else {})


@pytest.mark.needs("shared_data")
def test_every_official_example_comes_back_as_it_went(api):
    """Put as JSON, read as JSON and as XML; that XML put again changes nothing."""
    lost = []
    for text in examples():
        example = loads(text)
        name = f"{example['resourceType']}/{example['id']}"
        made = api.put(name, text, content_type=JSON, Prefer="return=minimal")
        read = api.get(name)
        if made.status != 201 or not same(own(read.body), own(example)):
            lost.append(name)
            continue
        as_xml = api.get(name, Accept=XML).response.content
        again = api.put(name, as_xml, content_type=XML)
        if again.status != 200 or again["ETag"] != made["ETag"]:
            lost.append(f"{name} by XML: {again.status} {again.body}"[:300])
    assert lost == []
