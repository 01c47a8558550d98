"""The client against a server on its worst day: typed errors, bounded patience, no leaks."""

import time
from uuid import uuid4

import pytest

from fhir.codec import loads
from tests.stand_in import faults
from tests.stand_in.faults import Fault
from tests.stand_in.ports import free_port
from tests.stand_in.server import StandIn
from vitals.sync.addresses import DEMO
from vitals.sync.answers import Answer, Entry
from vitals.sync.client import Pace, SyncServer, connect
from vitals.sync.errors import (
    BusyError,
    ForeignHostError,
    GarbledAnswerError,
    NoAnswerError,
    NotAuthorisedError,
    RedirectedError,
    RefusedError,
    ServerFailedError,
    SyncError,
    UnreachableError,
)
from vitals.sync.secrets import Credentials

ID = str(uuid4())
PATIENT = {"resourceType": "Patient", "id": ID, "active": True}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.failing(500), ServerFailedError),
        (faults.failing(502), ServerFailedError),
        (faults.unavailable("120"), ServerFailedError),
        (faults.too_many("120"), BusyError),
        (faults.cut(), NoAnswerError),
        (faults.cut(takes=True), NoAnswerError),
        (faults.half_a_body(), NoAnswerError),
        (faults.broken_json(), GarbledAnswerError),
        (faults.html(200), GarbledAnswerError),
        (faults.html(502), ServerFailedError),
        (faults.failing(400), RefusedError),
        (faults.failing(401), NotAuthorisedError),
        (faults.failing(403), NotAuthorisedError),
        (faults.swallowed(500), ServerFailedError),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
def test_a_failed_write_says_what_happened(
    door: SyncServer, stand_in: StandIn, fault: Fault, error: type[SyncError]
) -> None:
    stand_in.then(fault)
    with pytest.raises(error):
        door.put(PATIENT, ID)


@pytest.mark.parametrize(
    "fault",
    [
        faults.failing(500),
        faults.unavailable("1"),
        faults.too_many("1"),
        faults.cut(),
        faults.half_a_body(),
        faults.html(502),
    ],
    ids=lambda fault: fault.name,
)
def test_a_read_is_tried_again(door: SyncServer, stand_in: StandIn, fault: Fault) -> None:
    door.put(PATIENT, ID)
    stand_in.then(fault)
    assert door.read("Patient", ID) is not None


def test_a_write_that_may_have_been_taken_is_not_repeated(
    door: SyncServer, stand_in: StandIn
) -> None:
    stand_in.then(faults.swallowed(500))
    with pytest.raises(ServerFailedError):
        door.put(PATIENT, ID)
    assert len(stand_in.paths("PUT")) == 1


def test_a_write_told_to_slow_down_is_repeated(door: SyncServer, stand_in: StandIn) -> None:
    stand_in.then(faults.too_many("1"))
    door.put(PATIENT, ID)
    assert len(stand_in.paths("PUT")) == 2


def test_the_pause_is_the_one_the_server_asked_for(
    door: SyncServer, stand_in: StandIn, pauses: list[float]
) -> None:
    stand_in.then(faults.too_many("2"))
    door.put(PATIENT, ID)
    assert pauses == [2.0]


def test_a_long_pause_is_left_to_the_outbox(
    door: SyncServer, stand_in: StandIn, pauses: list[float]
) -> None:
    stand_in.then(faults.too_many("3600"))
    with pytest.raises(BusyError) as caught:
        door.put(PATIENT, ID)
    assert (caught.value.retry_after_s, pauses) == (3600.0, [])


def test_pauses_double_with_jitter(
    door: SyncServer, stand_in: StandIn, pauses: list[float]
) -> None:
    stand_in.then(faults.failing(), faults.failing())
    door.metadata()
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1.0


def test_patience_ends(door: SyncServer, stand_in: StandIn) -> None:
    stand_in.then(*[faults.failing() for _ in range(9)])
    with pytest.raises(ServerFailedError):
        door.metadata()
    assert len(stand_in.asked) == 3


def test_nobody_listening_is_unreachable(pace: Pace) -> None:
    door = connect(f"http://127.0.0.1:{free_port()}/fhir", Credentials(), DEMO, pace=pace)
    with pytest.raises(UnreachableError, match="cannot be reached"):
        door.put(PATIENT, ID)


def test_silence_ends_with_the_time_out(stand_in: StandIn, pace: Pace) -> None:
    stand_in.then(faults.silent(60))
    door = connect(stand_in.base_url, Credentials(), DEMO, pace=pace, read_timeout_s=0.5)
    before = time.monotonic()
    with pytest.raises(NoAnswerError):
        door.put(PATIENT, ID)
    assert time.monotonic() - before < 30


def test_created_without_a_body_is_a_success(door: SyncServer, stand_in: StandIn) -> None:
    stand_in.then(faults.empty_created())
    assert door.put(PATIENT, ID) == Answer(201)


def test_a_redirect_is_not_followed(door: SyncServer, stand_in: StandIn) -> None:
    with StandIn() as stranger:
        stand_in.then(faults.redirect(f"{stranger.base_url}/Patient/{ID}"))
        with pytest.raises(RedirectedError):
            door.put(PATIENT, ID)
        assert stranger.asked == []


def test_the_next_page_on_another_host_is_not_fetched(stand_in: StandIn, pace: Pace) -> None:
    door = connect(stand_in.base_url, Credentials("bearer", secret="s3cret"), DEMO, pace=pace)
    for _ in range(3):
        one = str(uuid4())
        door.put({**PATIENT, "id": one}, one)
    with StandIn() as stranger:
        stand_in.store.next_base = stranger.base_url + "/"
        with pytest.raises(ForeignHostError):
            list(door.search("Patient", {}))
        assert stranger.asked == []


def test_the_next_page_outside_the_base_path_is_not_fetched(
    door: SyncServer, stand_in: StandIn
) -> None:
    for _ in range(3):
        one = str(uuid4())
        door.put({**PATIENT, "id": one}, one)
    stand_in.store.next_base = stand_in.base_url.replace("/fhir", "/admin/")
    with pytest.raises(ForeignHostError):
        list(door.search("Patient", {}))


def test_the_next_page_at_the_token_endpoint_is_not_fetched(stand_in: StandIn, pace: Pace) -> None:
    door = connect(stand_in.base_url, Credentials("bearer", secret="s3cret"), DEMO, pace=pace)
    for _ in range(3):
        one = str(uuid4())
        door.put({**PATIENT, "id": one}, one)
    with StandIn() as tokens:
        door.session.allow_token_host(f"http://127.0.0.1:{tokens.port}/token")
        stand_in.store.next_base = tokens.base_url + "/"
        with pytest.raises(ForeignHostError):
            list(door.search("Patient", {}))
        assert tokens.asked == []


def test_pages_that_lead_in_a_circle_end(door: SyncServer, stand_in: StandIn) -> None:
    itself = b'{"resourceType": "Bundle", "link": [{"relation": "next", "url": "Patient?"}]}'
    stand_in.then(*[Fault("circle", 200, faults.FHIR, itself) for _ in range(9)])
    assert list(door.search("Patient", {})) == []
    assert len(stand_in.asked) == 1


def test_one_refused_entry_does_not_stop_its_batch(door: SyncServer, stand_in: StandIn) -> None:
    stand_in.store.refused_types.add("Device")
    bad, good = door.batch(
        [
            Entry({"resourceType": "Device", "id": ID}, remote_id=ID),
            Entry(PATIENT, remote_id=ID),
        ]
    )
    assert isinstance(bad, RefusedError)
    assert bad.words == "HTTP 422: Device breaks a local rule"
    assert isinstance(good, Answer)


def test_a_batch_answered_by_something_else_is_garbled(door: SyncServer, stand_in: StandIn) -> None:
    stand_in.then(Fault("patient", 200, faults.FHIR, b'{"resourceType": "Patient"}'))
    with pytest.raises(GarbledAnswerError):
        door.batch([Entry(PATIENT, remote_id=ID)])


def test_a_batch_answer_with_an_entry_too_few_is_garbled(
    door: SyncServer, stand_in: StandIn
) -> None:
    body = b'{"resourceType": "Bundle", "type": "batch-response", "entry": []}'
    stand_in.then(Fault("none", 200, faults.FHIR, body))
    with pytest.raises(GarbledAnswerError, match="0 of 1"):
        door.batch([Entry(PATIENT, remote_id=ID)])


def with_secret(stand_in: StandIn, pace: Pace, secret: str = "stand-in secret") -> SyncServer:
    stand_in.token = "first token"
    credentials = Credentials("client_credentials", "chartwave", secret)
    return connect(stand_in.base_url, credentials, DEMO, pace=pace)


def test_client_credentials_find_the_token_endpoint(stand_in: StandIn, pace: Pace) -> None:
    with_secret(stand_in, pace).put(PATIENT, ID)
    assert stand_in.asked[-1].headers["authorization"] == "Bearer first token"


def test_the_scope_asked_for_has_no_launch(stand_in: StandIn, pace: Pace) -> None:
    with_secret(stand_in, pace).put(PATIENT, ID)
    asked = next(asked for asked in stand_in.asked if asked.path == "/token")
    assert b"launch" not in asked.body


def test_a_revoked_token_is_renewed_once(stand_in: StandIn, pace: Pace) -> None:
    door = with_secret(stand_in, pace)
    door.put(PATIENT, ID)
    stand_in.token = "second token"
    door.put(PATIENT, ID)
    assert stand_in.asked[-1].headers["authorization"] == "Bearer second token"


def test_a_wrong_secret_is_not_authorised(stand_in: StandIn, pace: Pace) -> None:
    with pytest.raises(NotAuthorisedError, match="invalid_client"):
        with_secret(stand_in, pace, "wrong").put(PATIENT, ID)


def test_basic_credentials_go_with_every_request(stand_in: StandIn, pace: Pace) -> None:
    credentials = Credentials("basic", "ward", "pass")
    connect(stand_in.base_url, credentials, DEMO, pace=pace).put(PATIENT, ID)
    assert stand_in.asked[-1].headers["authorization"] == "Basic d2FyZDpwYXNz"


def test_the_capability_statement_is_asked_for_without_credentials(
    stand_in: StandIn, pace: Pace
) -> None:
    connect(stand_in.base_url, Credentials("basic", "a", "b"), DEMO, pace=pace).metadata()
    assert "authorization" not in stand_in.asked[-1].headers


def test_decimals_keep_their_digits_on_the_wire(door: SyncServer, stand_in: StandIn) -> None:
    door.put({**PATIENT, "extension": [{"url": "urn:x", "valueDecimal": loads("70.10")}]}, ID)
    assert b'"valueDecimal":70.10' in stand_in.asked[-1].body
