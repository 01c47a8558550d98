"""Creating and updating: what is done, what history keeps, what the audit says."""

import pytest

from accounts.models import AuditEvent
from fhir.codec import loads, same
from fhir.errors import Invalid, NotFound, PreconditionFailed, UnknownType, VersionConflict
from fhir.models import Change, StoredResource
from fhir.principal import SYSTEM
from fhir.tests.writing.conftest import condition, delete, done, patient, post, put, versions
from fhir.writing import Intent, write
from patients.models import Condition, Patient

pytestmark = pytest.mark.django_db


def test_an_update_creates_what_is_not_here():
    assert done([put(patient())]) == ["created"]
    assert Patient.objects.get(fhir_id="rosa").family == "Lindqvist"


def test_an_update_of_what_is_here_is_the_next_version():
    write([put(patient())], by=SYSTEM)
    assert done([put(patient(gender="female"))]) == ["updated"]
    assert versions("Patient", "rosa") == [(1, "create"), (2, "update")]


def test_history_keeps_what_an_update_replaced():
    write([put(patient())], by=SYSTEM)
    write([put(patient(gender="female"))], by=SYSTEM)
    before = Change.objects.of("Patient", "rosa").first().before
    assert before["meta"]["versionId"] == "1"
    assert "gender" not in before


def test_an_update_that_changes_nothing_keeps_the_version():
    write([put(patient())], by=SYSTEM)
    (written,) = write([put(patient(meta={"versionId": "7"}))], by=SYSTEM)
    assert (written.done, written.version, len(versions("Patient", "rosa"))) == ("unchanged", 1, 1)


def test_a_change_of_digits_alone_is_a_change():
    def weight(text):
        return {
            "resourceType": "Observation",
            "id": "w",
            "status": "final",
            "code": {"text": "Weight"},
            "valueQuantity": {"value": loads(text)},
        }

    write([put(weight("70.0"))], by=SYSTEM)
    assert done([put(weight("70.00"))]) == ["updated"]


def test_what_was_written_is_given_back_whole():
    (written,) = write([put(patient(), expected_version=None)], by=SYSTEM)
    again = dict(written.resource)
    assert (again.pop("meta")["versionId"], again) == ("1", patient())


def test_a_resource_without_an_id_gets_one_that_is_also_its_key():
    (written,) = write([post({"resourceType": "Patient"})], by=SYSTEM)
    assert str(written.record.pk) == written.id == written.resource["id"]


def test_a_create_ignores_the_id_of_the_sender():
    (written,) = write([post(patient("theirs"))], by=SYSTEM)
    assert written.id != "theirs"


def test_a_create_of_what_is_here_is_refused():
    write([put(patient())], by=SYSTEM)
    with pytest.raises(VersionConflict):
        write([Intent("create", "Patient", "rosa", patient())], by=SYSTEM)


@pytest.mark.parametrize("version", [2, 0, 99])
def test_a_stale_version_is_refused(version):
    write([put(patient())], by=SYSTEM)
    with pytest.raises(PreconditionFailed, match="is at version 1"):
        write([put(patient(gender="male"), expected_version=version)], by=SYSTEM)


def test_the_version_that_was_seen_is_accepted():
    write([put(patient())], by=SYSTEM)
    assert done([put(patient(gender="male"), expected_version=1)]) == ["updated"]


def test_a_version_of_what_is_not_here_is_refused():
    with pytest.raises(PreconditionFailed):
        write([put(patient(), expected_version=1)], by=SYSTEM)


@pytest.mark.parametrize(
    ("intent", "refusal", "words"),
    [
        (Intent("update", "Patient", "other", patient()), Invalid, 'was sent to "other"'),
        (Intent("update", "Patient", "a/b", {"resourceType": "Patient"}), Invalid, "64 letters"),
        (Intent("update", "Patient", "rosa\n", {"resourceType": "Patient"}), Invalid, "64 letters"),
        (Intent("update", "Device", "rosa", patient()), Invalid, "Device was expected"),
        (Intent("update", "Potient", "x", patient()), UnknownType, "Potient"),
        (Intent("update", "Patient", "x", None), Invalid, "JSON object"),
        (Intent("create", "Patient", "", {"resourceType": "Patient", "x": 1}), Invalid, "x"),
    ],
)
def test_what_makes_no_sense_is_refused(intent, refusal, words, nothing_written):
    with pytest.raises(refusal, match=words):
        write([intent], by=SYSTEM)


def test_a_type_without_a_table_is_written_alike():
    basic = {"resourceType": "Basic", "id": "b", "code": {"text": "x"}, "subject": REF}
    write([put(patient()), put(basic)], by=SYSTEM)
    write([put(basic | {"code": {"text": "y"}})], by=SYSTEM)
    stored = StoredResource.objects.get(fhir_id="b")
    assert (stored.version, stored.about) == (2, Patient.objects.get(fhir_id="rosa").pk)


REF = {"reference": "Patient/rosa"}


def test_one_audit_event_names_everything():
    AuditEvent.objects.all()
    write([put(patient()), put(condition())], by=SYSTEM, origin="elsewhere")
    event = AuditEvent.objects.get()
    assert event.entities == ["Patient/rosa", "Condition/flu"]
    assert (event.action, event.detail) == ("transaction", {"origin": "elsewhere"})


def test_a_single_write_says_whom_it_concerns():
    write([put(patient())], by=SYSTEM)
    write([put(condition())], by=SYSTEM)
    event = AuditEvent.objects.order_by("-at").first()
    assert (event.action, event.patient_id) == ("update", Patient.objects.get().pk)


def test_the_origin_stands_in_the_history():
    write([put(patient())], by=SYSTEM, origin="elsewhere")
    assert Change.objects.get().origin == "elsewhere"


def test_a_row_that_nobody_may_see_cannot_be_updated(as_ames, dr_baum, rosa, otto):
    with pytest.raises(NotFound):
        write([put(patient("otto"))], by=as_ames)


@pytest.mark.parametrize("key", ["otto", "nobody"])
def test_to_a_limited_client_unknown_and_invisible_are_the_same(limited, otto, hill, key):
    otto.pk  # noqa: B018  known elsewhere only
    from patients.models import FacilityLink

    FacilityLink.objects.all().delete()
    with pytest.raises(NotFound, match=rf"No Patient with the id {key} .*POST it to Patient"):
        write([put(patient(key))], by=limited)


def test_the_same_words_for_a_delete(limited, otto):
    from patients.models import FacilityLink

    FacilityLink.objects.all().delete()
    refusals = []
    for key in ("otto", "nobody"):
        with pytest.raises(NotFound) as caught:
            write([delete("Patient", key)], by=limited)
        refusals.append(caught.value.message.replace(key, "ID"))
    assert refusals[0] == refusals[1]


def test_a_person_does_not_write_over_fhir(as_ames, rosa):
    with pytest.raises(Exception, match="Writing over FHIR needs a client") as caught:
        write([put(patient("rosa", gender="male"))], by=as_ames)
    assert caught.value.status == 403


def test_the_rules_of_the_product_hold(nothing_written):
    with pytest.raises(Invalid, match="in the future"):
        write([put(patient(birthDate="2199-01-01"))], by=SYSTEM)


def test_search_columns_are_filled():
    write([put(patient())], by=SYSTEM)
    assert Patient.objects.get().name_words == ["lindqvist"]


def test_a_record_of_the_product_can_be_updated_over_fhir(rosa):
    (written,) = write([put(patient("rosa", active=True))], by=SYSTEM)
    assert (written.done, written.version) == ("updated", rosa.version + 1)
    assert Patient.objects.get(pk=rosa.pk).active is True


def test_what_is_kept_beside_fhir_stays_on_an_update(rosa):
    created = rosa.created_at
    write([put(patient("rosa", active=True))], by=SYSTEM)
    assert Patient.objects.get(pk=rosa.pk).created_at == created


def test_odd_text_survives(db):
    odd = "tab\t line\nreturn\r back\\slash quote\" 'brace{} \\N null \\. end ü漢\u2028"
    sent = condition(code={"text": odd}, subject="Patient/x", note=[{"text": odd}])
    write([put(sent)], by=SYSTEM)
    row = Condition.objects.get()
    assert (row.code_text, row.notes) == (odd, [{"text": odd}])
    again = write([put(sent | {"recordedDate": "2024"})], by=SYSTEM)[0]
    assert Condition.objects.get().code_text == odd
    assert same(again.resource["note"], [{"text": odd}])
