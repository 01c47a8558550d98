"""Real resources: the official examples, US Core's, synthetic charts, our own clinic."""

import gzip
import tarfile
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from demo.clinic import bundles
from fhir.codec import dumps, loads
from fhir.errors import Invalid
from fhir.validation import validate
from tests.shared_data import DATA

# Official, and against a rule of R4 all the same.
FAULTY = {
    "Bundle-dataelements.json": "Bundle: FullUrl must be unique in a bundle, or else entries with "
    "the same fullUrl must have different meta.versionId (except in history bundles) (bdl-7)",
    "EventDefinition-example.json": "EventDefinition.text.div: The narrative SHALL have some "
    "non-whitespace content (txt-2)",
    "Questionnaire-qs1.json": "Questionnaire.item[0].item[0].linkId is required and missing.",
    "Questionnaire-zika-virus-exposure-assessment.json": "Questionnaire.text.div: The narrative "
    "SHALL have some non-whitespace content (txt-2)",
}


def resources(archive):
    """Name and content of every resource in a package."""
    with tarfile.open(DATA / "fhir" / archive) as opened:
        for member in opened:
            if member.name.endswith(".json") and "/other/" not in member.name:
                content = loads(opened.extractfile(member).read())
                if isinstance(content, dict) and "resourceType" in content:
                    yield member.name.rpartition("/")[2], content


def first_error(resource):
    try:
        validate(resource)
    except Invalid as refused:
        return refused.message
    return None


@pytest.mark.needs("shared_data")
def test_all_official_examples_but_four_are_sound():
    judged = {name: first_error(content) for name, content in resources("r4-examples.tar.gz")}
    assert len(judged) == 484
    assert {name: message for name, message in judged.items() if message} == FAULTY


@pytest.mark.needs("shared_data")
def test_all_resources_of_us_core_are_sound():
    judged = {name: first_error(content) for name, content in resources("us-core-6.1.0.tgz")}
    assert len(judged) > 300
    assert {name: message for name, message in judged.items() if message} == {}


@pytest.mark.needs("shared_data")
def test_all_synthetic_charts_are_sound():
    files = sorted((DATA / "synthea").glob("*.json.gz"))
    assert len(files) == 20
    wrong = [(file.name, first_error(loads(gzip.decompress(file.read_bytes())))) for file in files]
    assert [each for each in wrong if each[1]] == []


def test_all_of_the_invented_clinic_is_sound():
    now = datetime.fromisoformat("2026-11-22T10:30:00+01:00")
    clinic = list(bundles(now, ZoneInfo("Europe/Stockholm")))
    assert len(clinic) > 20
    assert [message for each in clinic if (message := first_error(loads(dumps(each))))] == []
