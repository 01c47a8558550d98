"""The table of elements says what R4 says, and agrees with the official JSON schema."""

import pytest

from fhir.definitions import (
    RESOURCE_TYPES,
    base,
    elements,
    json_schema,
    primitive_types,
    required_elements,
)

# Types that the schema describes without properties, and what it has beyond R4 4.0.1.
BEYOND_R4 = {
    "DeviceDefinition": {"classification"},
    "Meta": {"account", "author", "compartment", "project"},
    "ObservationDefinition": {"publisher"},
    "OperationOutcome": {"resource", "status"},
    "Reference": {"resource"},
}


def names(type_: str) -> list[str]:
    return [each.name for each in elements(type_)]


def test_elements_stand_in_the_order_of_fhir():
    assert names("HumanName") == [
        "id", "extension", "use", "text", "family", "given", "prefix", "suffix", "period",
    ]  # fmt: skip


def test_a_resource_starts_with_what_all_resources_have():
    assert names("Patient")[:8] == [
        "id", "meta", "implicitRules", "language", "text", "contained", "extension",
        "modifierExtension",
    ]  # fmt: skip


def test_a_part_is_found_by_its_path():
    assert names("Patient.communication")[3:] == ["language", "preferred"]


def test_a_part_that_is_the_same_as_another_is_found_by_that_ones_path():
    found = {each.name: each for each in elements("Observation.component")}
    assert found["referenceRange"].types == ("Observation.referenceRange",)


def test_a_choice_has_a_name_for_each_type():
    (deceased,) = [each for each in elements("Patient") if each.name == "deceased"]
    assert deceased.names == {"deceasedBoolean": "boolean", "deceasedDateTime": "dateTime"}


@pytest.mark.parametrize(
    ("type_", "attributes"),
    [("HumanName", ["id"]), ("Extension", ["id", "url"]), ("string", ["id"]), ("Patient", [])],
)
def test_some_elements_are_attributes_in_xml(type_, attributes):
    assert [each.name for each in elements(type_) if each.attribute] == attributes


def test_what_fhir_does_not_define_has_no_elements():
    assert elements("Patient.hobby") == ()


@pytest.mark.parametrize(
    ("type_", "parent"),
    [("Age", "Quantity"), ("code", "string"), ("Patient", "DomainResource"), ("Element", "")],
)
def test_a_type_has_the_type_it_specialises(type_, parent):
    assert base(type_) == parent


def test_what_must_be_there_is_the_same_in_both_tables():
    for type_ in RESOURCE_TYPES:
        if elements(type_):
            least = [f"{e.name}[x]" if e.choice else e.name for e in elements(type_) if e.least]
            assert least == list(required_elements(type_)), type_


def test_every_type_that_an_element_has_is_defined():
    for type_ in reachable():
        for element in elements(type_):
            assert all(elements(each) for each in element.types), f"{type_}.{element.name}"


def test_the_schema_has_the_same_elements_with_the_same_number():
    for type_, schema in reachable().items():
        properties = json_schema()["definitions"][schema].get("properties", {})
        known = {name: element for element in elements(type_) for name in element.names}
        official = {name for name in properties if name[0] != "_"} - BEYOND_R4.get(type_, set())
        if type_ in RESOURCE_TYPES:
            official -= {"resourceType"}
        # The schema gives every part a modifierExtension; R4 gives it to backbone elements only.
        assert official - known.keys() <= {"modifierExtension"}, type_
        assert known.keys() <= official, type_
        for name, element in known.items():
            assert element.many == (properties[name].get("type") == "array"), f"{type_}.{name}"


def reachable() -> dict[str, str]:
    """Every type and part with the name of its schema."""
    definitions = json_schema()["definitions"]
    found = {name: name for name in definitions if elements(name) and name != "Resource"}
    found = {name: schema for name, schema in found.items() if name not in primitive_types()}
    waiting = list(found)
    while waiting:
        type_ = waiting.pop()
        properties = definitions[found[type_]]["properties"]
        for element in elements(type_):
            part = element.types[0]
            if "." in part and part not in found:
                one = properties[element.name]
                found[part] = one.get("items", one)["$ref"].rpartition("/")[2]
                waiting.append(part)
    return found
