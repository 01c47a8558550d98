"""Bad input is refused at its element, in the order schema, required, codes, invariants."""

import pytest

from fhir.codec import loads
from fhir.errors import Invalid, Malformed, UnknownType
from fhir.validation import problems, validate

PATIENT = {"resourceType": "Patient"}
OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
CONDITION = {"resourceType": "Condition", "subject": {"display": "x"}}
EXTENSION = {"extension": [{"url": "urn:x", "valueString": "x"}]}


def patient(**members):
    return PATIENT | members


def observation(**members):
    return OBSERVATION | members


def parameter(**value):
    return {"resourceType": "Parameters", "parameter": [{"name": "x"} | value]}


def bundle(*resources):
    entries = [{"resource": each} for each in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


REFUSED = [
    # Shape
    (patient(foo=1), "Patient.foo"),
    (patient(active="true"), "Patient.active"),
    (patient(active=None), "Patient.active"),
    (patient(name={}), "Patient.name"),
    (patient(name=[]), "Patient.name"),
    (patient(name=[{}]), "Patient.name[0]"),
    (patient(name=[None]), "Patient.name[0]"),
    (patient(name=[{"family": ""}]), "Patient.name[0].family"),
    (patient(name=[{"family": " \t\n"}]), "Patient.name[0].family"),
    (patient(name=[{"family": "\u00a0"}]), "Patient.name[0].family"),
    (patient(name=[{"family": "a\u0007"}]), "Patient.name[0].family"),
    (patient(name=[{"given": []}]), "Patient.name[0].given"),
    (patient(name=[{"given": [None]}]), "Patient.name[0].given[0]"),
    (patient(name=[{"given": ["a", None], "_given": [EXTENSION, None]}]),
     "Patient.name[0].given[1]"),
    (patient(name=[{"given": ["a"], "_given": [EXTENSION, EXTENSION]}]), "Patient.name[0]._given"),
    (patient(name=[{"_given": [None, EXTENSION]}]), "Patient.name[0]._given[0]"),
    (patient(name=[{"_given": []}]), "Patient.name[0]._given"),
    (patient(_birthDate={}), "Patient._birthDate"),
    (patient(_birthDate="x"), "Patient._birthDate"),
    (patient(text={"status": "generated", "div": 5}), "Patient.text.div"),
    (patient(meta={"project": "x"}), "Patient.meta.project"),
    (observation(valueString="x", valueBoolean=True), "Observation.value[x]"),
    (observation(valueString="x", _valueBoolean=EXTENSION), "Observation.value[x]"),
    (observation(valueNothing="x"), "Observation.valueNothing"),
    (observation(valueQuantity={"value": "5"}), "Observation.valueQuantity.value"),
    # Forms of primitives
    (patient(id="a b"), "Patient.id"),
    (patient(id="x" * 65), "Patient.id"),
    (patient(id=""), "Patient.id"),
    (patient(birthDate="2023-02-30"), "Patient.birthDate"),
    (patient(birthDate="2023-13"), "Patient.birthDate"),
    (patient(birthDate="1900-02-29"), "Patient.birthDate"),
    (patient(birthDate="58"), "Patient.birthDate"),
    (patient(birthDate="2023-01-01T00:00:00Z"), "Patient.birthDate"),
    (patient(deceasedDateTime="2023-01-01T00:00:00"), "Patient.deceasedDateTime"),
    (patient(deceasedDateTime="2023-01-01T24:00:00Z"), "Patient.deceasedDateTime"),
    (patient(deceasedDateTime="2023-01-01T00:00:00+15:00"), "Patient.deceasedDateTime"),
    (patient(deceasedDateTime="2023-04-31T00:00:00Z"), "Patient.deceasedDateTime"),
    (observation(issued="2023-01-01"), "Observation.issued"),
    (parameter(valueTime="25:00:00"), "Parameters.parameter[0].valueTime"),
    (parameter(valueTime="10:00"), "Parameters.parameter[0].valueTime"),
    (parameter(valueOid="urn:oid:3.1"), "Parameters.parameter[0].valueOid"),
    (parameter(valueUuid="urn:uuid:1"), "Parameters.parameter[0].valueUuid"),
    (parameter(valueUri="a b"), "Parameters.parameter[0].valueUri"),
    (parameter(valueUri=""), "Parameters.parameter[0].valueUri"),
    (parameter(valueCode=" x"), "Parameters.parameter[0].valueCode"),
    (parameter(valueBase64Binary="eA="), "Parameters.parameter[0].valueBase64Binary"),
    (parameter(valueBase64Binary="ä==="), "Parameters.parameter[0].valueBase64Binary"),
    (parameter(valueBase64Binary="eA==eA=="), "Parameters.parameter[0].valueBase64Binary"),
    (parameter(valueBase64Binary=""), "Parameters.parameter[0].valueBase64Binary"),
    (parameter(valueInteger=1.5), "Parameters.parameter[0].valueInteger"),
    (parameter(valueInteger=loads("1.0")), "Parameters.parameter[0].valueInteger"),
    (parameter(valueInteger=loads("1e3")), "Parameters.parameter[0].valueInteger"),
    (parameter(valueInteger=2**31), "Parameters.parameter[0].valueInteger"),
    (parameter(valueInteger=loads("9" * 30)), "Parameters.parameter[0].valueInteger"),
    (parameter(valueInteger=True), "Parameters.parameter[0].valueInteger"),
    (parameter(valueUnsignedInt=-1), "Parameters.parameter[0].valueUnsignedInt"),
    (parameter(valuePositiveInt=0), "Parameters.parameter[0].valuePositiveInt"),
    # Required elements, at every depth, primitives too
    ({"resourceType": "Observation", "code": {"text": "x"}}, "Observation.status"),
    (observation(component=[{"valueString": "x"}]), "Observation.component[0].code"),
    (patient(extension=[{"valueString": "x"}]), "Patient.extension[0].url"),
    (patient(text={"status": "generated"}), "Patient.text.div"),
    (patient(communication=[{"preferred": True}]), "Patient.communication[0].language"),
    ({"resourceType": "MedicationRequest", "status": "active", "intent": "order",
      "subject": {"display": "x"}}, "MedicationRequest.medication[x]"),
    (bundle({"resourceType": "Observation"}), "Bundle.entry[0].resource.status"),
    # Required codes
    (patient(gender="x"), "Patient.gender"),
    (patient(address=[{"use": "x"}]), "Patient.address[0].use"),
    (CONDITION | {"clinicalStatus": {"coding": [{"code": "active"}]}}, "Condition.clinicalStatus"),
    (CONDITION | {"clinicalStatus": {"text": "active"}}, "Condition.clinicalStatus"),
    (observation(valueQuantity={"value": 1, "comparator": "="}),
     "Observation.valueQuantity.comparator"),
    ({"resourceType": "Invoice", "status": "issued", "totalNet": {"currency": "euro"}},
     "Invoice.totalNet.currency"),
    # Inside other resources
    (bundle(PATIENT, {"resourceType": "Patient", "gender": "x"}),
     "Bundle.entry[1].resource.gender"),
    (bundle({"resourceType": "Nobody"}), "Bundle.entry[0].resource"),
    (bundle(5), "Bundle.entry[0].resource"),
    (bundle({}), "Bundle.entry[0].resource.resourceType"),
    (bundle(bundle({"resourceType": "Patient", "gender": "x"})),
     "Bundle.entry[0].resource.entry[0].resource.gender"),
    (parameter(resource={"resourceType": "Patient", "gender": "x"}),
     "Parameters.parameter[0].resource.gender"),
    (parameter(part=[{"name": "y", "resource": {"resourceType": "Patient", "gender": "x"}}]),
     "Parameters.parameter[0].part[0].resource.gender"),
    (patient(contained=[{"resourceType": "Patient", "id": "a", "gender": "x"}]),
     "Patient.contained[0].gender"),
    (patient(contained=[{"resourceType": ["Patient"]}]), "Patient.contained[0]"),
    # Elements that say nothing
    (patient(name=[{"id": "x"}]), "Patient.name[0]"),
    (patient(_birthDate={"id": "x"}), "Patient._birthDate"),
    (patient(name=[{"_given": [{"id": "x"}]}]), "Patient.name[0]._given[0]"),
    (patient(extension=[{"url": "urn:x"}]), "Patient.extension[0]"),
    (patient(extension=[{"url": "urn:x", "valueString": "x", **EXTENSION}]),
     "Patient.extension[0]"),
]  # fmt: skip

ACCEPTED = [
    patient(name=[{"given": ["a", None], "_given": [None, EXTENSION]}]),
    patient(name=[{"_given": [EXTENSION]}]),
    patient(name=[{"_given": [EXTENSION | {"id": "x"}]}]),
    patient(birthDate="1958-04-01", _birthDate={"id": "x"}),
    patient(name=[{"given": ["a"], "_given": [{"id": "x"}]}]),
    patient(_birthDate=EXTENSION),
    patient(_gender=EXTENSION),
    patient(name=[{"family": "no\u00a0break, 9\u202f°C \u2028"}]),
    patient(name=[{"family": " padded "}]),
    patient(birthDate="2024-02-29"),
    patient(deceasedDateTime="2016-12-31T23:59:60Z"),
    patient(deceasedDateTime="2023-01-01T00:00:00.123456789+14:00"),
    parameter(valueBase64Binary="eA==\n"),
    parameter(valueBase64Binary="eHh4 eA==\r\n"),
    parameter(valueInteger=-(2**31)),
    parameter(valueInteger=loads("-0")),
    parameter(valueDecimal=loads("1.0E-5")),
    parameter(valueDecimal=loads("-0")),
    parameter(valueDecimal=loads("1E400")),
    parameter(valueDecimal=loads("123456789012345678901234567890.10")),
    parameter(valueUuid="urn:uuid:c757873d-ec9a-4326-a141-556f43239520"),
    parameter(_valueUri=EXTENSION),
    observation(_valueString=EXTENSION),
    observation(valueString="x", _valueString=EXTENSION),
    {"resourceType": "QuestionnaireResponse", "status": "completed", "_questionnaire": EXTENSION},
    {"resourceType": "Observation", "_status": EXTENSION, "code": {"text": "x"}},
    bundle(PATIENT, OBSERVATION),
    {"resourceType": "Bundle", "type": "batch-response", "entry": [{"response": {
        "status": "400",
        "outcome": {"resourceType": "OperationOutcome",
                    "issue": [{"severity": "error", "code": "invalid"}]},
    }}]},
]  # fmt: skip


@pytest.mark.parametrize(("resource", "element"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_breaks_a_rule_is_refused_at_its_element(resource, element):
    with pytest.raises(Invalid) as refused:
        validate(resource)
    assert refused.value.expression == element
    assert refused.value.message.startswith(element)


@pytest.mark.parametrize("resource", ACCEPTED, ids=lambda value: str(value)[:60])
def test_what_breaks_no_rule_is_accepted(resource):
    validate(resource)


@pytest.mark.parametrize("resource", [5, None, [], "x", True])
def test_only_an_object_is_a_resource(resource):
    with pytest.raises(Invalid):
        validate(resource)


@pytest.mark.parametrize(
    "type_", [None, 5, [], {}, "", "Nobody", "SubscriptionStatus", "Element", "patient"]
)
def test_only_a_type_of_r4_is_one(type_):
    with pytest.raises(UnknownType):
        validate({"resourceType": type_})


def test_what_could_not_be_read_says_so_itself():
    with pytest.raises(Malformed, match="why"):
        validate(Malformed("why"))


def test_the_most_basic_problem_is_told_first():
    resource = observation(
        valueString="x", dataAbsentReason={"text": "x"}, foo=1, component=[{"id": "x"}]
    )
    del resource["status"]
    codes = [each.code for each in problems(resource) if each.severity == "error"]
    assert codes == ["structure", "required", "required", "invariant"]


def test_a_wrong_shape_does_not_hide_the_rest():
    resource = patient(
        active="yes", birthDate="2023-02-30", contact=[{"id": "x"}], gender="neither"
    )
    found = {(each.code, each.expression) for each in problems(resource)}
    assert found >= {
        ("structure", "Patient.active"),
        ("code-invalid", "Patient.gender"),
        ("structure", "Patient.birthDate"),
        ("invariant", "Patient.contact[0]"),
    }


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Observation", "status": 5, "code": {"text": "x"}},
        {"resourceType": "Procedure", "status": "completed", "subject": 5},
        observation(referenceRange=[{"low": 5}]),
        {"resourceType": "MedicationRequest", "status": "active", "intent": "order",
         "subject": {"display": "x"}, "medicationReference": "x"},
    ],
)  # fmt: skip
def test_what_has_a_wrong_shape_is_not_missing_too(resource):
    assert len([each for each in problems(resource) if each.severity == "error"]) == 1


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (patient(birthDate="x"), 'Patient.birthDate: "x" is not a date: YYYY, YYYY-MM or '
                                 "YYYY-MM-DD."),
        (patient(gender="x"), 'Patient.gender: "x" is not permitted; use male, female, other, '
                              "unknown."),
        (patient(birthDate="2023-02-30"), "Patient.birthDate: the calendar has no 2023-02-30."),
        (patient(name="x"), 'Patient.name: "x" is not of the JSON type array.'),
        (observation(valueQuantity={"value": "5"}),
         'Observation.valueQuantity.value: "5" is not of the JSON type number.'),
        (CONDITION | {"clinicalStatus": {"text": "{}"}},
         "Condition.clinicalStatus: no coding is permitted here; one must be one of active, "
         "inactive, recurrence, relapse, remission, resolved "
         "(http://hl7.org/fhir/ValueSet/condition-clinical)."),
    ],
)  # fmt: skip
def test_a_refusal_says_what_may_stand_there(resource, message):
    with pytest.raises(Invalid) as refused:
        validate(resource)
    assert refused.value.message == message


@pytest.mark.parametrize("value", ["x" * 10_000, "\ud800", "{}" * 50, "%s {0}"])
def test_a_refusal_shows_a_value_only_in_part(value):
    with pytest.raises(Invalid) as refused:
        validate(patient(gender=value))
    assert len(refused.value.message.encode()) < 300
