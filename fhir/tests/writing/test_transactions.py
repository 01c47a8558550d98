"""Several at once: references within the call, all or nothing, and which entry was at fault."""

import pytest

from fhir.errors import Invalid, NotAllowed, Refusal
from fhir.models import StoredResource
from fhir.principal import SYSTEM
from fhir.tests.writing.conftest import condition, done, patient, post, put
from fhir.writing import Intent, write
from patients.models import Binary, Condition, Patient

pytestmark = pytest.mark.django_db

URN = "urn:uuid:0b5c8a3e-7d0f-4f4b-9a53-7a8f3c2d1e00"


def at(number):
    return f"Bundle.entry[{number}].resource"


def test_a_urn_becomes_the_new_reference():
    written = write(
        [post(condition(subject=URN)), post({"resourceType": "Patient"}, URN)], by=SYSTEM
    )
    assert written[0].resource["subject"] == {"reference": written[1].reference}
    assert Condition.objects.get().patient == Patient.objects.get()


def test_the_senders_own_address_becomes_the_new_reference():
    sent = post(patient("theirs"), "http://far/fhir/Patient/theirs")
    written = write([sent, post(condition(subject="Patient/theirs"))], by=SYSTEM)
    assert written[1].record.patient_id == written[0].record.pk


def test_a_urn_in_an_attachment_is_replaced_too():
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": {"url": URN}}],
    }
    binary = {"resourceType": "Binary", "contentType": "text/plain"}
    written = write([post(document), post(binary, URN)], by=SYSTEM)
    url = written[0].resource["content"][0]["attachment"]["url"]
    assert url == f"Binary/{Binary.objects.get().fhir_id}"


def test_what_a_stored_bundle_holds_is_left_alone():
    kept = {
        "resourceType": "Bundle",
        "id": "b",
        "type": "collection",
        "entry": [{"fullUrl": URN, "resource": {"resourceType": "Patient", "id": "p"}}],
    }
    inner = kept["entry"][0]["resource"]
    inner["managingOrganization"] = {"reference": "urn:uuid:elsewhere"}
    write([put(kept), post({"resourceType": "Patient"}, "urn:uuid:elsewhere")], by=SYSTEM)
    entry = StoredResource.objects.get().extra["entry"][0]
    assert entry["resource"]["managingOrganization"] == {"reference": "urn:uuid:elsewhere"}


def test_a_urn_that_nothing_bears_is_refused(nothing_written):
    with pytest.raises(Invalid, match="this bundle does not hold") as caught:
        write([put(patient(), place=at(0)), put(condition(subject=URN), place=at(1))], by=SYSTEM)
    assert caught.value.expression == "Bundle.entry[1].resource.subject.reference"


def test_a_urn_in_a_resource_of_its_own_is_kept():
    (written,) = write([put(condition(subject=URN))], by=SYSTEM)
    assert written.resource["subject"] == {"reference": URN}


def test_cycles_are_no_trouble():
    def ward(key, other):
        part_of = {"reference": f"Location/{other}"}
        return {"resourceType": "Location", "id": key, "partOf": part_of}

    written = write([put(ward("a", "b")), put(ward("b", "a"))], by=SYSTEM)
    assert written[0].record.part_of_id == written[1].record.pk


def test_the_answers_stand_in_the_order_of_the_wishes():
    written = write([put(condition()), put(patient())], by=SYSTEM)
    assert [each.type for each in written] == ["Condition", "Patient"]


def test_the_same_id_twice_is_refused(nothing_written):
    with pytest.raises(Invalid, match="twice"):
        write([put(patient(), place=at(0)), put(patient(), place=at(1))], by=SYSTEM)


@pytest.mark.parametrize(
    ("bad", "element"),
    [
        (patient("x", birthDate="tomorrow"), "birthDate"),
        (patient("x", birthDate="2199-01-01"), "birthDate"),
        ({"resourceType": "Condition", "id": "x"}, "subject"),
        (condition("x", onsetPeriod={"start": "2024-02", "end": "2023"}), ""),
    ],
)
def test_a_faulty_last_entry_leaves_nothing_and_is_named(bad, element, nothing_written):
    with pytest.raises(Refusal) as caught:
        write([put(patient(), place=at(0)), put(bad, place=at(1))], by=SYSTEM)
    assert caught.value.expression.startswith(f"Bundle.entry[1].resource.{element}".rstrip("."))
    assert 400 <= caught.value.status < 500


HOSPITAL = {"resourceType": "Organization", "id": "h", "name": "Harbour"}


def numbered(key):
    number = {"system": "urn:mrn", "value": "7", "assigner": {"reference": "Organization/h"}}
    return patient(key, identifier=[number])


def test_what_only_the_database_sees_is_named_too(nothing_written):
    with pytest.raises(Invalid, match="already belongs to another patient") as caught:
        write(
            [
                put(HOSPITAL, place=at(0)),
                put(numbered("a"), place=at(1)),
                put(numbered("b"), place=at(2)),
                put(condition(), place=at(3)),
            ],
            by=SYSTEM,
        )
    assert caught.value.expression == "Bundle.entry[2].resource.identifier"


def test_text_longer_than_its_column_is_named(nothing_written):
    long = condition("c", code={"coding": [{"system": "urn:x", "code": "9" * 200}]})
    with pytest.raises(Refusal) as caught:
        write([put(patient(), place=at(0)), put(long, place=at(1))], by=SYSTEM)
    assert caught.value.expression == "Bundle.entry[1].resource.code"
    assert caught.value.status == 422


def test_who_may_not_write_one_writes_none(as_ames, rosa):
    with pytest.raises(NotAllowed) as caught:
        write([post(condition(), place=at(0)), post(condition(), place=at(1))], by=as_ames)
    assert caught.value.expression.startswith("Bundle.entry[0].resource")
    assert not Condition.objects.exists()


@pytest.fixture
def strict(settings):
    settings.FHIR_REFERENCES = "strict"


@pytest.mark.parametrize(
    "resource",
    [
        condition(subject="Patient/nobody"),
        condition(subject="Patient/nobody/_history/2"),
        condition(subject="Patient/rosa", recorder={"reference": "Practitioner/nobody"}),
        condition(subject="Patient/rosa", evidence=[{"detail": [{"reference": "Basic/none"}]}]),
        condition(subject="urn:uuid:gone"),
    ],
)
def test_a_strict_house_refuses_references_to_nothing(resource, strict):
    write([put(patient())], by=SYSTEM)
    with pytest.raises(Invalid, match="which is not here") as caught:
        write([put(resource)], by=SYSTEM)
    assert caught.value.expression.endswith(".reference")
    assert caught.value.status == 422


@pytest.mark.parametrize(
    "target",
    ["Patient/rosa", "Patient/rosa/_history/1", "http://far/fhir/Patient/x", "#here", "Basic/b"],
)
def test_a_strict_house_takes_references_that_lead_somewhere(target, strict):
    basic = {"resourceType": "Basic", "id": "b", "code": {"text": "x"}}
    write([put(patient()), put(basic)], by=SYSTEM)
    here = {"resourceType": "Practitioner", "id": "here"}
    inside = {"contained": [here]} if target == "#here" else {}
    sent = condition(asserter={"reference": target}) | inside
    assert done([put(sent)]) == ["created"]


def test_in_a_strict_house_the_same_call_counts(strict):
    assert done([put(condition()), put(patient())]) == ["created", "created"]


def test_in_a_strict_house_what_goes_does_not_count(strict):
    write([put(patient())], by=SYSTEM)
    with pytest.raises(Invalid, match="which is not here"):
        write([Intent("delete", "Patient", "rosa"), put(condition())], by=SYSTEM)


def test_a_lenient_house_keeps_them():
    (written,) = write([put(condition(subject="Patient/nobody"))], by=SYSTEM)
    assert written.resource["subject"] == {"reference": "Patient/nobody"}


def test_statements_do_not_grow_with_the_number_of_resources(django_assert_max_num_queries):
    def many(prefix):
        return [put(patient(f"{prefix}p")), *[
            put(condition(f"{prefix}{n}", f"Patient/{prefix}p")) for n in range(200)
        ]]  # fmt: skip

    with django_assert_max_num_queries(40):
        write(many("a"), by=SYSTEM)
    with django_assert_max_num_queries(40):
        write(many("a"), by=SYSTEM)
