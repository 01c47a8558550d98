"""What arrives at another system, and that it arrives once: the real server and the stand-in."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import AuditEvent, Organization
from fhir import changes
from fhir.principal import SYSTEM
from patients.models import Condition, Observation, Patient
from tests.fhir_server.fixture import Remote
from vitals.models import SyncPending, SyncReceipt, SyncTarget
from vitals.sync import loop
from vitals.sync.wire import RECORD_SYSTEM
from vitals.tests.sync.conftest import later, patient_at

pytestmark = pytest.mark.django_db(transaction=True)

Make = Callable[..., Any]


def receipt(record: Any) -> SyncReceipt:
    return SyncReceipt.objects.get(type=record.fhir_type, fhir_id=record.fhir_id)


def there(remote: Remote, record: Any) -> dict[str, Any]:
    return remote.get(f"{record.fhir_type}/{receipt(record).remote_id}")


@pytest.fixture
def target(make_target: Make, rosa: Patient, remote: Remote) -> SyncTarget:
    return make_target(remote.base_url)


@pytest.fixture
def either_style(
    make_target: Make, rosa: Patient, remote: Remote, request: pytest.FixtureRequest
) -> SyncTarget:
    """A target with our ids, then one that gives its own."""
    return make_target(remote.base_url, id_style=request.param)


STYLES = pytest.mark.parametrize("either_style", ["put", "conditional"], indirect=True)


def test_the_patient_arrives(target: SyncTarget, rosa: Patient, remote: Remote) -> None:
    loop.run_once()
    assert there(remote, rosa)["name"][0]["family"] == "Berg"


def test_an_accepted_reading_arrives(target: SyncTarget, remote: Remote, reading: Make) -> None:
    heart_rate = reading("71")
    loop.run_once()
    assert there(remote, heart_rate)["valueQuantity"]["value"] == 71


@STYLES
def test_references_lead_to_what_is_there(
    either_style: SyncTarget, rosa: Patient, remote: Remote, reading: Make, cuff: Any
) -> None:
    heart_rate = reading()
    loop.run_once()
    found = there(remote, heart_rate)
    assert found["subject"]["reference"] == f"Patient/{receipt(rosa).remote_id}"
    assert found["device"]["reference"] == f"Device/{receipt(cuff).remote_id}"


def test_our_number_and_time_of_version_stay_here(
    target: SyncTarget, rosa: Patient, remote: Remote
) -> None:
    loop.run_once()
    assert there(remote, rosa)["meta"]["versionId"] == receipt(rosa).remote_version


@STYLES
def test_nothing_is_sent_twice(either_style: SyncTarget, remote: Remote, reading: Make) -> None:
    heart_rate = reading()
    loop.run_once()
    assert loop.run_once() == 0
    assert len(remote.history("Observation", receipt(heart_rate).remote_id)) == 1


@STYLES
def test_a_correction_replaces_what_is_there(
    either_style: SyncTarget, remote: Remote, reading: Make
) -> None:
    heart_rate = reading("71")
    loop.run_once()
    heart_rate.value, heart_rate.status = Decimal(91), "corrected"
    changes.update(heart_rate, by=SYSTEM)
    loop.run_once()
    assert there(remote, heart_rate)["valueQuantity"]["value"] == 91
    assert len(remote.history("Observation", receipt(heart_rate).remote_id)) == 2


def test_three_changes_leave_as_one(target: SyncTarget, remote: Remote, reading: Make) -> None:
    heart_rate = reading("71")
    for value in ("72", "73"):
        heart_rate.value = Decimal(value)
        changes.update(heart_rate, by=SYSTEM)
    loop.run_once()
    assert len(remote.history("Observation", receipt(heart_rate).remote_id)) == 1


@STYLES
def test_entered_in_error_is_recalled(
    either_style: SyncTarget, remote: Remote, reading: Make
) -> None:
    heart_rate = reading()
    loop.run_once()
    heart_rate.status = "entered-in-error"
    changes.update(heart_rate, by=SYSTEM)
    loop.run_once()
    assert there(remote, heart_rate)["status"] == "entered-in-error"
    assert receipt(heart_rate).recalled_at is not None


def test_entered_in_error_before_it_left_never_leaves(target: SyncTarget, reading: Make) -> None:
    heart_rate = reading(status="entered-in-error")
    loop.run_once()
    assert not SyncReceipt.objects.filter(fhir_id=heart_rate.fhir_id).exists()


def test_it_is_recalled_after_leaving_the_cohort(
    target: SyncTarget, remote: Remote, reading: Make
) -> None:
    heart_rate = reading("71")
    loop.run_once()
    SyncTarget.objects.update(cohort="nobody")
    heart_rate.status, heart_rate.value = "entered-in-error", Decimal(99)
    changes.update(heart_rate, by=SYSTEM)
    loop.run_once()
    found = there(remote, heart_rate)
    assert found["status"] == "entered-in-error"
    assert found["valueQuantity"]["value"] == 71  # nothing new was disclosed


def test_a_problem_taken_back_has_no_clinical_status(
    target: SyncTarget, remote: Remote, rosa: Patient
) -> None:
    flu = changes.create(
        Condition(patient=rosa, code_text="Influenza", clinical_status="active"), by=SYSTEM
    )
    loop.run_once()
    SyncTarget.objects.update(cohort="nobody")
    flu.verification_status, flu.clinical_status = "entered-in-error", ""
    changes.update(flu, by=SYSTEM)
    loop.run_once()
    assert "clinicalStatus" not in there(remote, flu)


@pytest.mark.usefixtures("target")
def test_an_unaccepted_reading_stays_here(reading: Make) -> None:
    reading(status="preliminary")
    loop.run_once()
    assert not SyncReceipt.objects.filter(type="Observation").exists()


@pytest.mark.usefixtures("target")
def test_an_accepted_reading_leaves(remote: Remote, reading: Make) -> None:
    heart_rate = reading(status="preliminary")
    loop.run_once()
    heart_rate.status = "final"
    changes.update(heart_rate, by=SYSTEM)
    loop.run_once()
    assert there(remote, heart_rate)["status"] == "final"


@pytest.mark.usefixtures("target")
def test_labelled_records_stay_here(reading: Make) -> None:
    label = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R"
    secret = reading(security=[label])
    loop.run_once()
    assert not SyncReceipt.objects.filter(fhir_id=secret.fhir_id).exists()


@pytest.mark.usefixtures("target")
def test_patients_of_another_house_stay_here(reading: Make) -> None:
    south = changes.create(Organization(name="South"), by=SYSTEM)
    somebody = patient_at(south, "Dahl")
    reading(patient=somebody)
    loop.run_once()
    assert not SyncReceipt.objects.filter(patient_id=somebody.pk).exists()


@pytest.mark.usefixtures("target")
def test_imported_records_stay_here(reading: Make) -> None:
    reading(origin="import")
    loop.run_once()
    assert not SyncReceipt.objects.filter(type="Observation").exists()


def test_types_not_chosen_stay_here(
    make_target: Make, remote: Remote, reading: Make, rosa: Patient
) -> None:
    make_target(remote.base_url, types=("Patient",))
    reading()
    loop.run_once()
    assert set(SyncReceipt.objects.values_list("type", flat=True)) == {"Patient"}


def test_who_is_not_sent_is_named_without_a_reference(
    make_target: Make, remote: Remote, reading: Make
) -> None:
    heart_rate = reading()
    make_target(remote.base_url, types=("Patient", "Observation"))
    loop.run_once()
    performer = there(remote, heart_rate)["performer"][0]
    assert performer == {"type": "Practitioner", "display": "Eva Lind"}


def test_what_came_from_there_is_not_sent_back(target: SyncTarget, reading: Make) -> None:
    reading(origin=target.origin)
    loop.run_once()
    assert not SyncReceipt.objects.filter(type="Observation").exists()


def test_an_edit_there_is_not_overwritten(
    target: SyncTarget, remote: Remote, reading: Make
) -> None:
    heart_rate = reading("71")
    loop.run_once()
    theirs = there(remote, heart_rate)
    remote.put({**theirs, "note": [{"text": "ours now"}]})
    heart_rate.value = Decimal(72)
    changes.update(heart_rate, by=SYSTEM)
    loop.run_once()
    assert there(remote, heart_rate)["note"] == [{"text": "ours now"}]
    assert SyncPending.objects.get().state == SyncPending.State.CONFLICT


def test_every_send_is_an_audited_disclosure(
    target: SyncTarget, rosa: Patient, reading: Make
) -> None:
    heart_rate = reading()
    loop.run_once()
    noted = AuditEvent.objects.filter(action="disclose", patient_id=rosa.pk)
    entities = [name for event in noted for name in event.entities]
    assert sorted(entities) == sorted([rosa.reference, heart_rate.reference])


@STYLES
def test_a_receipt_lost_in_a_crash_doubles_nothing(
    either_style: SyncTarget, remote: Remote, reading: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    heart_rate = reading()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("vitals.sync.push.Push._receipts", crash)
        with pytest.raises(KeyboardInterrupt):
            loop.run_once()
    later()
    later()
    later()
    assert SyncPending.objects.count() == 0
    assert len(remote.history("Observation", receipt(heart_rate).remote_id)) == 1


def test_conditional_create_carries_our_identifier_only(
    make_target: Make, remote: Remote, rosa: Patient
) -> None:
    make_target(remote.base_url, id_style="conditional")
    loop.run_once()
    ours = {"system": RECORD_SYSTEM, "value": str(rosa.pk)}
    assert there(remote, rosa)["identifier"] == [ours]


def test_a_hundred_readings_arrive_once_each(
    make_target: Make, remote: Remote, reading: Make
) -> None:
    make_target(remote.base_url, entry_limit=7)
    made = {reading(str(value)).fhir_id for value in range(60, 160)}
    loop.run_once()
    found = {str(one.fhir_id) for one in SyncReceipt.objects.filter(type="Observation")}
    assert found == made
    remote_ids = {one["id"] for one in remote.all("Observation")}
    assert made <= remote_ids
    assert not Observation.objects.exclude(fhir_id__in=remote_ids).exists()
