"""Whatever the other system does on a bad day, everything arrives, once, and nothing is hidden."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from fhir import changes
from fhir.models import Change
from fhir.principal import SYSTEM
from patients.models import Observation, Patient
from tests.stand_in import faults
from tests.stand_in.faults import BAD_DAY, Fault
from tests.stand_in.ports import free_port
from tests.stand_in.server import Asked, StandIn
from vitals.models import SyncPending, SyncReceipt, SyncTarget
from vitals.sync import loop
from vitals.sync.wire import RECORD_SYSTEM
from vitals.tests.sync.conftest import later

pytestmark = pytest.mark.django_db(transaction=True)

Make = Callable[..., Any]
TRIES = 40


def is_write(asked: Asked) -> bool:
    return asked.method in ("PUT", "POST")


@pytest.fixture
def bad(stand_in: StandIn) -> StandIn:
    """The stand-in; its script is used up by writes only."""
    stand_in.script_for = is_write
    return stand_in


@pytest.fixture(params=["put", "conditional"])
def target(make_target: Make, rosa: Patient, bad: StandIn, request: Any) -> SyncTarget:
    target: SyncTarget = make_target(bad.base_url, id_style=request.param)
    return target


@pytest.fixture
def simple(make_target: Make, rosa: Patient, bad: StandIn) -> SyncTarget:
    target: SyncTarget = make_target(bad.base_url)
    return target


def persist() -> None:
    """Come by again until nothing waits."""
    for _ in range(TRIES):
        later()
        if not SyncPending.objects.exists():
            return
    raise AssertionError(list(SyncPending.objects.values_list("type", "state", "last_error")))


def counted(stand_in: StandIn) -> Counter[str]:
    return Counter(type_ for type_, _ in stand_in.store.versions)


EVERYTHING = Counter(
    {"Organization": 1, "Practitioner": 1, "Patient": 1, "Device": 1, "Observation": 3}
)


@pytest.mark.usefixtures("target")
@pytest.mark.parametrize("make_fault", BAD_DAY, ids=lambda make: make().name)
def test_everything_arrives_once(
    bad: StandIn, reading: Make, make_fault: Callable[[], Fault]
) -> None:
    for _ in range(3):
        reading()
    bad.then(*[make_fault() for _ in range(3)])
    persist()
    assert counted(bad) == EVERYTHING


@pytest.mark.usefixtures("target")
def test_on_a_good_day_nothing_is_asked_twice(bad: StandIn, reading: Make) -> None:
    for _ in range(3):
        reading()
    loop.run_once()
    assert bad.paths("GET") == []
    assert len(bad.asked) == len(EVERYTHING)


@pytest.mark.usefixtures("target")
def test_a_day_with_every_fault_loses_and_doubles_nothing(bad: StandIn, reading: Make) -> None:
    for _ in range(3):
        reading()
    bad.then(*[make() for make in BAD_DAY for _ in range(2)])
    persist()
    assert counted(bad) == EVERYTHING


def test_without_a_look_the_conditional_style_would_still_not_double(
    bad: StandIn, make_target: Make, reading: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_target(bad.base_url, id_style="conditional")
    reading()
    monkeypatch.setattr("vitals.sync.push._needs_a_look", lambda draft: False)
    bad.then(faults.swallowed())
    persist()
    assert counted(bad)["Observation"] == 1


@pytest.mark.usefixtures("simple")
def test_what_was_taken_but_not_answered_is_not_written_again(bad: StandIn, reading: Make) -> None:
    heart_rate = reading()
    bad.then(*[faults.swallowed() for _ in range(5)])
    persist()
    assert len(bad.store.versions["Observation", heart_rate.fhir_id]) == 1


@pytest.mark.usefixtures("simple")
def test_a_correction_made_while_in_doubt_arrives(bad: StandIn, reading: Make) -> None:
    loop.run_once()
    heart_rate = reading("71")
    bad.then(faults.swallowed())
    loop.run_once()
    heart_rate.value = Decimal(72)
    changes.update(heart_rate, by=SYSTEM)
    persist()
    assert bad.store.current("Observation")[0]["valueQuantity"]["value"] == 72


def test_a_server_that_was_down_gets_everything_once(
    make_target: Make, rosa: Patient, reading: Make
) -> None:
    port = free_port()
    make_target(f"http://127.0.0.1:{port}/fhir")
    reading()
    loop.run_once()
    assert SyncTarget.objects.get().last_error.startswith("It cannot be reached")
    with StandIn(port=port) as back:
        persist()
        assert counted(back)["Observation"] == 1


@pytest.mark.usefixtures("simple")
def test_while_it_is_down_it_is_left_in_peace(bad: StandIn, rosa: Patient) -> None:
    bad.then(*[faults.unavailable("600") for _ in range(9)])
    loop.run_once()
    asked = len(bad.asked)
    loop.run_once()
    assert len(bad.asked) == asked
    assert SyncTarget.objects.get().next_try_at > timezone.now() + timedelta(seconds=500)


@pytest.mark.usefixtures("simple")
def test_what_is_refused_is_parked_with_their_words(bad: StandIn, reading: Make) -> None:
    bad.store.refused_types.add("Observation")
    reading()
    loop.run_once()
    parked = SyncPending.objects.get()
    assert parked.state == SyncPending.State.PARKED
    assert parked.last_error == "HTTP 422: Observation breaks a local rule"


@pytest.mark.usefixtures("simple")
def test_a_parked_record_does_not_hold_up_the_others(bad: StandIn, reading: Make) -> None:
    bad.store.refused_types.add("Device")
    reading()
    loop.run_once()
    assert SyncReceipt.objects.filter(type="Patient").exists()


@pytest.mark.usefixtures("simple")
def test_what_waits_for_a_parked_record_says_so(bad: StandIn, reading: Make, cuff: Any) -> None:
    bad.store.refused_types.add("Device")
    reading()
    loop.run_once()
    waiting = SyncPending.objects.get(type="Observation")
    assert waiting.last_error == f"Waits for {cuff.reference}"


@pytest.mark.usefixtures("simple")
def test_a_parked_record_goes_when_it_was_corrected(bad: StandIn, reading: Make) -> None:
    bad.store.refused_types.add("Observation")
    heart_rate = reading()
    loop.run_once()
    bad.store.refused_types.clear()
    heart_rate.value = Decimal(75)
    changes.update(heart_rate, by=SYSTEM)
    later()
    assert counted(bad)["Observation"] == 1


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.usefixtures("simple")
def test_lost_rights_pause_the_target(bad: StandIn, status: int) -> None:
    bad.then(faults.failing(status))
    loop.run_once()
    assert SyncTarget.objects.get().paused_reason.startswith(f"HTTP {status}")


@pytest.mark.usefixtures("simple")
def test_a_redirect_pauses_the_target(bad: StandIn) -> None:
    bad.then(faults.redirect("http://127.0.0.1:9/fhir"))
    loop.run_once()
    assert "redirects" in SyncTarget.objects.get().paused_reason


@pytest.mark.usefixtures("simple")
def test_a_paused_target_gets_nothing(bad: StandIn) -> None:
    SyncTarget.objects.update(paused_reason="because")
    later()
    assert bad.asked == []


@pytest.mark.usefixtures("simple")
def test_two_resources_with_our_identifier_are_a_question(bad: StandIn, rosa: Patient) -> None:
    SyncTarget.objects.update(id_style="conditional")
    ours = {"system": RECORD_SYSTEM, "value": str(rosa.pk)}
    for id_ in ("one", "two"):
        body = {"resourceType": "Patient", "id": id_, "identifier": [ours]}
        bad.store.handle("PUT", f"Patient/{id_}", body, {})
    loop.run_once()
    parked = SyncPending.objects.get(type="Patient")
    assert parked.state == SyncPending.State.PARKED
    assert parked.last_error.startswith("More than one")


@pytest.mark.usefixtures("target")
def test_a_server_with_small_bundles_gets_them_singly(bad: StandIn, reading: Make) -> None:
    bad.store.entry_limit = 1
    for _ in range(3):
        reading()
    persist()
    assert counted(bad) == EVERYTHING


def test_a_server_without_our_ids_says_so(make_target: Make, bad: StandIn, rosa: Patient) -> None:
    bad.store.put_creates = False
    make_target(bad.base_url, id_style="put")
    loop.run_once()
    first = SyncPending.objects.get(type="Organization")
    assert "PUT does not create here" in first.last_error


def test_one_record_that_breaks_the_server_does_not_block_the_others(
    make_target: Make, bad: StandIn, reading: Make
) -> None:
    make_target(bad.base_url)
    loop.run_once()
    poison = reading("66")
    for value in ("71", "72"):
        reading(value)
    bad.script_for = lambda asked: is_write(asked) and poison.fhir_id.encode() in asked.body
    bad.then(*[faults.failing(500) for _ in range(60)])
    for _ in range(6):
        later()
    assert counted(bad)["Observation"] == 2


def test_with_two_workers_one_serves(simple: SyncTarget, bad: StandIn) -> None:
    other = connections.create_connection("default")
    try:
        key = simple.pk.int & 0x7FFFFFFF
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [loop.LOCK_FAMILY, key])
        assert loop.run_once() == 0
        assert bad.asked == []
    finally:
        other.close()


@pytest.mark.usefixtures("simple")
def test_a_record_that_cannot_be_written_does_not_hold_up_the_others(
    bad: StandIn, reading: Make
) -> None:
    broken, fine = reading("71"), reading("72")
    Observation.objects.filter(pk=broken.pk).update(value=Decimal("NaN"), version=2)
    loop.run_once()
    assert ("Observation", fine.fhir_id) in bad.store.versions
    parked = SyncPending.objects.get(fhir_id=broken.fhir_id)
    assert parked.last_error.startswith("It cannot be written as FHIR")


@pytest.mark.usefixtures("simple")
def test_what_is_gone_here_is_taken_back_there(bad: StandIn, reading: Make) -> None:
    heart_rate = reading()
    loop.run_once()
    version = heart_rate.version + 1
    Change.objects.create(
        type="Observation",
        fhir_id=heart_rate.fhir_id,
        record_id=heart_rate.pk,
        patient_id=heart_rate.patient_id,
        version=version,
        op="delete",
        principal="system:test",
    )
    heart_rate.delete()
    loop.run_once()
    assert bad.store.current("Observation")[0]["status"] == "entered-in-error"


def test_switching_off_stops_before_the_next_request(
    make_target: Make, bad: StandIn, reading: Make
) -> None:
    make_target(bad.base_url, entry_limit=1)
    reading()

    def switch_off(asked: Asked) -> bool:
        SyncTarget.objects.update(enabled=False)
        connections.close_all()
        return False

    bad.script_for = switch_off
    bad.then(faults.failing())
    loop.run_once()
    assert len(bad.asked) == 1


@pytest.mark.usefixtures("simple")
def test_in_error_while_in_doubt_and_never_arrived_never_leaves(
    bad: StandIn, reading: Make
) -> None:
    loop.run_once()
    heart_rate = reading()
    bad.script_for = lambda asked: heart_rate.fhir_id.encode() in asked.body
    bad.then(faults.cut())
    loop.run_once()
    heart_rate.status = "entered-in-error"
    changes.update(heart_rate, by=SYSTEM)
    persist()
    assert counted(bad)["Observation"] == 0


@pytest.mark.usefixtures("simple")
def test_in_error_while_in_doubt_and_arrived_is_recalled(bad: StandIn, reading: Make) -> None:
    loop.run_once()
    heart_rate = reading()
    bad.script_for = lambda asked: heart_rate.fhir_id.encode() in asked.body
    bad.then(faults.cut(takes=True))
    loop.run_once()
    heart_rate.status = "entered-in-error"
    changes.update(heart_rate, by=SYSTEM)
    persist()
    assert bad.store.current("Observation")[0]["status"] == "entered-in-error"


@pytest.mark.usefixtures("simple")
def test_what_was_deleted_there_waits_for_a_person(bad: StandIn, reading: Make) -> None:
    heart_rate = reading()
    loop.run_once()
    del bad.store.versions["Observation", heart_rate.fhir_id]
    heart_rate.value = Decimal(75)
    changes.update(heart_rate, by=SYSTEM)
    loop.run_once()
    assert SyncPending.objects.get().state == SyncPending.State.CONFLICT
    SyncPending.objects.update(state="pending", overwrite=True)
    persist()
    assert counted(bad)["Observation"] == 1
