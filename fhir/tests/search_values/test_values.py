"""What resources are found by: every data type, every spelling."""

from decimal import Decimal

import pytest

from fhir.search.keys import key
from fhir.search.values import references_of, values_of
from fhir.tests.search_values.samples import (
    LOINC,
    UCUM,
    amount,
    amounts,
    concept,
    has,
    observation,
    patient,
    texts,
    tokens,
)

BP = "8480-6"

CODED = observation(code=concept(BP))
SPELLINGS = [f"{LOINC}|{BP}", BP, f"{LOINC}|"]


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_code_with_a_system_is_found_by(text):
    assert has(CODED, "code", text)


@pytest.mark.parametrize("text", [f"|{BP}", "8480", "8480-6 ", f"{LOINC}/|{BP}", BP.upper() + "x"])
def test_a_code_with_a_system_is_not_found_by(text):
    assert not has(CODED, "code", text)


@pytest.mark.parametrize("text", ["x", "|x"])
def test_a_code_without_a_system_is_found_by(text):
    assert has(observation(code={"coding": [{"code": "x"}]}), "code", text)


def test_a_system_without_a_code_is_found_by_the_system():
    assert has(observation(code={"coding": [{"system": LOINC}]}), "code", f"{LOINC}|")


def test_every_coding_counts():
    both = observation(code={"coding": [{"code": "a"}, {"system": "urn:s", "code": "b"}]})
    assert tokens(both, ("code", "|a"), ("code", "urn:s|b")) == ["|a", "urn:s|b"]


def test_the_words_of_a_code_are_found_as_text():
    worded = observation(code={"text": "Blood  PRESSURE", "coding": [{"display": "Systolic"}]})
    assert texts(worded, "code:text") == ["blood pressure", "systolic"]


@pytest.mark.parametrize(
    "text", ["final", "|final", "http://hl7.org/fhir/observation-status|final"]
)
def test_a_status_is_found_alone_and_with_the_system_that_it_implies(text):
    assert has(CODED, "status", text)


KIND = {"coding": [{"system": "urn:kinds", "code": "MR"}], "text": "Medical record"}
NUMBER = {"system": "urn:mrn", "value": "0042", "type": KIND}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("identifier", "urn:mrn|0042"),
        ("identifier", "0042"),
        ("identifier", "urn:mrn|"),
        ("identifier:of-type", "urn:kinds|MR|0042"),
    ],
)
def test_an_identifier_is_found_by(name, text):
    assert has(patient(identifier=[NUMBER]), name, text)


def test_the_kind_of_an_identifier_is_found_as_text():
    assert texts(patient(identifier=[NUMBER]), "identifier:text") == ["medical record"]


def test_only_the_contact_points_of_the_system_are_phones():
    ways = [{"system": "email", "value": "a@b"}, {"system": "phone", "value": "555"}]
    person = patient(telecom=ways)
    assert tokens(person, ("phone", "555"), ("phone", "a@b"), ("email", "a@b")) == ["555", "a@b"]


@pytest.mark.parametrize(("active", "text"), [(True, "true"), (False, "false")])
def test_a_truth_value_is_a_token(active, text):
    assert has(patient(active=active), "active", text)


@pytest.mark.parametrize(
    ("elements", "text"),
    [
        ({}, "false"),
        ({"deceasedBoolean": False}, "false"),
        ({"deceasedBoolean": True}, "true"),
        ({"deceasedDateTime": "2020"}, "true"),
    ],
)
def test_who_died_is_known_of_every_patient(elements, text):
    assert has(patient(**elements), "deceased", text)


REFERENCES = [
    ("Patient/rosa", "Patient/rosa"),
    ("Patient/rosa/_history/3", "Patient/rosa"),
    ("https://here/fhir/Patient/rosa", "Patient/rosa"),
    ("https://here/fhir/Patient/rosa/_history/3", "Patient/rosa"),
    ("https://there/fhir/Patient/rosa", "https://there/fhir/Patient/rosa"),
    ("urn:oid:1.2.3", "urn:oid:1.2.3"),
]


@pytest.mark.parametrize(("literal", "text"), REFERENCES)
def test_a_reference_is_found_as_what_it_leads_to(literal, text):
    there = observation(subject={"reference": literal})
    assert has(there, "subject", text, own_base="https://here/fhir")


def test_a_reference_into_the_resource_itself_is_present_but_found_by_nothing():
    inside = observation(subject={"reference": "#p"})
    assert tokens(inside, ("subject", ""), ("subject", "#p")) == [""]


@pytest.mark.parametrize("text", ["urn:mrn|0042", "0042", "urn:mrn|"])
def test_a_reference_is_found_by_the_identifier_of_its_target(text):
    assert has(observation(subject={"identifier": NUMBER}), "subject:identifier", text)


def test_an_alias_keeps_nothing_but_its_presence():
    about = observation(subject={"reference": "Patient/rosa"})
    assert tokens(about, ("patient", ""), ("patient", "Patient/rosa")) == [""]


@pytest.mark.parametrize("literal", ["Group/herd", "https://x/Group/1", "#p", "Patientology/1"])
def test_a_narrowed_alias_is_absent_where_it_leads_elsewhere(literal):
    assert not has(observation(subject={"reference": literal}), "patient")


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "https://x/fhir/Patient/1"},
        {"type": "Patient", "identifier": NUMBER},
        {"reference": "Patient/1/_history/2"},
    ],
)
def test_a_narrowed_alias_is_present_where_it_leads_there(subject):
    assert has(observation(subject=subject), "patient")


def test_a_restricted_reference_is_kept_only_if_it_leads_there():
    episode = {"resourceType": "EpisodeOfCare", "careManager": {"reference": "PractitionerRole/1"}}
    assert not tokens(episode, ("care-manager", ""), ("care-manager", "PractitionerRole/1"))


CANONICAL = {"resourceType": "QuestionnaireResponse", "questionnaire": "http://x/q|1.0"}


@pytest.mark.parametrize("text", ["http://x/q|1.0", "http://x/q"])
def test_a_canonical_is_found_with_and_without_its_version(text):
    assert has(CANONICAL, "questionnaire", text)


def test_a_uri_is_found_to_the_letter():
    system = {"resourceType": "CodeSystem", "url": "http://x/Y"}
    assert tokens(system, ("system", "http://x/Y"), ("system", "http://x/y")) == ["http://x/Y"]


def test_a_uri_is_found_from_its_beginning():
    assert texts({"resourceType": "CodeSystem", "url": "http://x/Y"}, "system:below") == [
        "http://x/Y"
    ]


ROSA = {"text": "Dr. Rosa Núñez", "family": "Núñez", "given": ["Rosa", "María"], "prefix": ["Dr."]}


def test_every_part_of_a_name_is_a_text_of_its_own():
    assert texts(patient(name=[ROSA]), "name") == [
        "dr.",
        "dr. rosa nunez",
        "maria",
        "nunez",
        "rosa",
    ]


@pytest.mark.parametrize(("name", "found"), [("family", ["nunez"]), ("given", ["maria", "rosa"])])
def test_family_and_given_names_are_kept_apart(name, found):
    assert texts(patient(name=[ROSA]), name) == found


@pytest.mark.parametrize("text", ["Núñez", "Dr. Rosa Núñez"])
def test_a_name_is_also_kept_exactly(text):
    assert has(patient(name=[ROSA]), "name:exact", text)


def test_an_exact_text_keeps_its_accents():
    assert not has(patient(name=[ROSA]), "family:exact", "Nunez")


HOME = {"use": "home", "line": ["1 Quay St", "Flat 2"], "city": "Harbour", "postalCode": "9105 PZ",
        "country": "NL", "state": "Noord"}  # fmt: skip


def test_every_part_of_an_address_is_a_text():
    assert texts(patient(address=[HOME]), "address") == [
        "1 quay st", "9105 pz", "flat 2", "harbour", "nl", "noord",
    ]  # fmt: skip


def test_a_quantity_is_found_alone():
    assert amounts(observation(valueQuantity=amount(120)), "value-quantity") == [(120, 120)]


@pytest.mark.parametrize("unit", [f"{UCUM}|mm[Hg]", "mm[Hg]", "mmHg"])
def test_a_quantity_is_found_in_its_unit(unit):
    assert amounts(observation(valueQuantity=amount(120)), "value-quantity|", unit) == [(120, 120)]


def test_a_quantity_is_not_found_in_another_unit():
    assert amounts(observation(valueQuantity=amount(120)), "value-quantity|", "kPa") == []


def test_a_range_is_found_in_the_unit_of_its_ends():
    aged = {"resourceType": "Condition", "onsetRange": {"low": amount(30, "a"), "high": amount(40)}}
    assert amounts(aged, "onset-age|", "a") == [(30, 40)]


def test_money_is_found_in_its_currency():
    invoice = {"resourceType": "Invoice", "totalNet": {"value": Decimal("9.90"), "currency": "CHF"}}
    assert amounts(invoice, "totalnet|", "urn:iso:std:iso:4217|CHF") == [(Decimal("9.9"),) * 2]


def test_an_age_that_is_open_below():
    young = {"resourceType": "Condition", "onsetAge": amount(2, "a", comparator="<=")}
    assert amounts(young, "onset-age") == [(Decimal("-Infinity"), 2)]


MEASURED = observation(code=concept(BP), valueQuantity=amount(120))


@pytest.mark.parametrize("first", [f"{LOINC}|{BP}", BP])
def test_a_value_is_found_behind_its_code(first):
    assert amounts(MEASURED, "code-value-quantity", first) == [(120, 120)]


@pytest.mark.parametrize("text", [f"{LOINC}|{BP}${UCUM}|mm[Hg]", f"{BP}$mm[Hg]", f"{BP}$mmHg"])
def test_a_value_is_found_behind_its_code_in_its_unit(text):
    assert amounts(MEASURED, "code-value-quantity|", text) == [(120, 120)]


def test_a_value_is_not_found_behind_the_code_of_another_component():
    parts = [
        {"code": concept("8480-6"), "valueQuantity": amount(120)},
        {"code": concept("8462-4"), "valueQuantity": amount(80)},
    ]
    panel = observation(code=concept("85354-9"), component=parts)
    assert amounts(panel, "component-code-value-quantity", "8462-4") == [(80, 80)]


def test_two_codes_are_found_together_in_every_spelling():
    blood = observation(code=concept("883-9"), valueCodeableConcept=concept("A", system="urn:abo"))
    pairs = [
        f"{a}${b}" for a in (f"{LOINC}|883-9", "883-9") for b in ("urn:abo|A", "A", "urn:abo|")
    ]
    assert tokens(blood, *[("code-value-concept", pair) for pair in pairs]) == pairs


def test_a_text_is_found_behind_its_code():
    said = observation(code=concept("1-8"), valueString="Très bon")
    values = values_of(said).strings
    assert (key("Observation", "code-value-string", "1-8"), "tres bon") in values


def test_a_date_is_found_behind_its_code():
    dated = observation(code=concept("8665-2"), valueDateTime="2024")
    there = {at for at, _, _ in values_of(dated).dates}
    assert key("Observation", "code-value-date", f"{LOINC}|8665-2") in there


def test_a_document_is_found_by_how_it_relates_to_another():
    related = {
        "resourceType": "DocumentReference",
        "relatesTo": [{"code": "replaces", "target": {"reference": "DocumentReference/old"}}],
    }
    assert has(related, "relationship", "replaces$DocumentReference/old")


def test_a_trait_is_found_by_its_code_and_value():
    trait = {"code": {"coding": [{"code": "gender"}]}, "valueBoolean": True}
    group = {"resourceType": "Group", "characteristic": [trait]}
    assert has(group, "characteristic-value", "gender$true")


def test_only_what_is_of_the_wanted_relation_counts():
    artifacts = [
        {"type": "depends-on", "resource": "http://x/a"},
        {"type": "composed-of", "resource": "http://x/b"},
    ]
    library = {"resourceType": "Library", "relatedArtifact": artifacts}
    assert tokens(library, ("depends-on", "http://x/a"), ("depends-on", "http://x/b")) == [
        "http://x/a"
    ]


def test_the_race_of_us_core_is_found_by_its_code():
    race = {
        "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
        "extension": [{"url": "ombCategory", "valueCoding": {"system": "urn:r", "code": "2106-3"}}],
    }
    assert tokens(patient(extension=[race]), ("race", "2106-3"), ("race", "urn:r|2106-3"))[1:]


@pytest.mark.parametrize(
    ("meta", "name", "text"),
    [
        ({"tag": [{"system": "urn:t", "code": "x"}]}, "_tag", "urn:t|x"),
        ({"profile": ["http://x/p"]}, "_profile", "http://x/p"),
        ({"security": [{"code": "R"}]}, "_security", "|R"),
        ({"source": "urn:s"}, "_source", "urn:s"),
    ],
)
def test_every_type_is_found_by_its_meta(meta, name, text):
    assert has({"resourceType": "Basic", "meta": meta}, name, text)


def test_only_the_first_entry_of_a_bundle_is_its_message():
    head = {"resource": {"resourceType": "MessageHeader", "id": "m"}}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": patient()}, head]}
    assert not has(bundle, "message")


INCLUDED = [
    (observation(subject={"reference": "Patient/1"}), "subject", ["Patient/1"]),
    (observation(subject={"reference": "Patient/1"}), "patient", ["Patient/1"]),
    (observation(subject={"reference": "Group/1"}), "patient", []),
    (observation(performer=[{"reference": "Practitioner/1/_history/2"}, {"display": "?"},
                            {"reference": "#x"}, {"reference": "Practitioner/1"}]),
     "performer", ["Practitioner/1"]),
    (observation(subject={"reference": "Patient/1"}), "code", []),
    (observation(subject={"reference": "Patient/1"}), "nonsense", []),
    (observation(subject="x", performer=5), "performer", []),
    (CANONICAL, "questionnaire", ["http://x/q|1.0"]),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "name", "found"), INCLUDED)
def test_where_a_parameter_refers_to(resource, name, found):
    assert references_of(resource, name) == found


def test_references_to_this_server_become_relative():
    there = observation(subject={"reference": "https://here/fhir/Patient/1"})
    assert references_of(there, "subject", "https://here/fhir") == ["Patient/1"]
