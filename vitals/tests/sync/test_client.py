"""The client against both servers: what any FHIR R4 endpoint must do for us."""

from uuid import uuid4

import pytest

from tests.fhir_server.fixture import Remote
from vitals.sync.addresses import DEMO
from vitals.sync.answers import Answer, Entry
from vitals.sync.client import SyncServer, connect
from vitals.sync.errors import RefusedError, SeveralMatchesError, StaleError
from vitals.sync.secrets import Credentials

SYSTEM = "urn:uuid:5ec04a4e-2ad2-4d39-a1d4-9d8f0a3c8c0a"


def patient(id_: str = "", *, tag: str = "", **more: object) -> dict[str, object]:
    resource: dict[str, object] = {"resourceType": "Patient", "name": [{"family": "Prüfer"}]}
    if id_:
        resource["id"] = id_
    if tag:
        resource["identifier"] = [{"system": SYSTEM, "value": tag}]
    return resource | more


@pytest.fixture
def id_() -> str:
    return str(uuid4())


def test_put_creates_with_our_id(either: SyncServer, remote: Remote, id_: str) -> None:
    either.put(patient(id_), id_)
    assert remote.get(f"Patient/{id_}")["name"] == [{"family": "Prüfer"}]


def test_put_tells_the_version_there(either: SyncServer, remote: Remote, id_: str) -> None:
    answer = either.put(patient(id_), id_)
    assert answer.version == remote.get(f"Patient/{id_}")["meta"]["versionId"]


def test_put_with_the_right_version_replaces(either: SyncServer, remote: Remote, id_: str) -> None:
    first = either.put(patient(id_), id_)
    either.put(patient(id_, gender="other"), id_, if_match=first.version)
    assert remote.get(f"Patient/{id_}")["gender"] == "other"


def test_put_with_a_stale_version_is_refused(either: SyncServer, remote: Remote, id_: str) -> None:
    first = either.put(patient(id_), id_)
    remote.put({**patient(id_), "gender": "female"})
    with pytest.raises(StaleError):
        either.put(patient(id_, gender="other"), id_, if_match=first.version)


def test_conditional_create_makes_one_only(either: SyncServer, remote: Remote, id_: str) -> None:
    search = f"identifier={SYSTEM}|{id_}"
    first = either.create(patient(tag=id_), if_none_exist=search)
    second = either.create(patient(tag=id_), if_none_exist=search)
    assert (first.status, second.status) == (201, 200)
    assert first.remote_id == second.remote_id


def test_conditional_create_with_two_matches_is_a_question(
    either: SyncServer, remote: Remote, id_: str
) -> None:
    for _ in range(2):
        one = str(uuid4())
        either.put(patient(one, tag=id_), one)
    with pytest.raises(SeveralMatchesError, match="More than one"):
        either.create(patient(tag=id_), if_none_exist=f"identifier={SYSTEM}|{id_}")


def test_read_gives_what_stands_there(either: SyncServer, id_: str) -> None:
    either.put(patient(id_), id_)
    found = either.read("Patient", id_)
    assert found is not None
    assert found.resource is not None
    assert found.resource["name"] == [{"family": "Prüfer"}]


def test_reading_what_is_not_there_gives_none(either: SyncServer, id_: str) -> None:
    assert either.read("Patient", id_) is None


def test_search_finds_across_pages(either: SyncServer, id_: str) -> None:
    ids = {str(uuid4()) for _ in range(5)}
    for one in ids:
        either.put(patient(one, tag=id_), one)
    found = either.search("Patient", {"identifier": f"{SYSTEM}|{id_}"})
    assert {resource["id"] for resource in found} == ids


def test_metadata_names_the_fhir_version(either: SyncServer) -> None:
    assert either.metadata()["fhirVersion"] == "4.0.1"


def test_a_batch_answers_each_entry(either: SyncServer, id_: str) -> None:
    other = str(uuid4())
    either.put(patient(other), other)
    good, stale = either.batch(
        [
            Entry(patient(id_), remote_id=id_),
            Entry(patient(other), remote_id=other, if_match="no-such-version"),
        ]
    )
    assert isinstance(good, Answer)
    assert isinstance(stale, StaleError)


def test_a_batch_tells_versions(either: SyncServer, remote: Remote, id_: str) -> None:
    (answer,) = either.batch([Entry(patient(id_), remote_id=id_)])
    assert isinstance(answer, Answer)
    assert answer.version == remote.get(f"Patient/{id_}")["meta"]["versionId"]


def test_a_batch_creates_conditionally(either: SyncServer, remote: Remote, id_: str) -> None:
    entry = Entry(patient(tag=id_), if_none_exist=f"identifier={SYSTEM}|{id_}")
    (first,) = either.batch([entry])
    (second,) = either.batch([entry])
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert first.remote_id == second.remote_id != ""


@pytest.mark.needs("node")
def test_the_servers_own_words_reach_us(fhir_server: Remote, id_: str) -> None:
    door = connect(fhir_server.base_url, Credentials(), DEMO)
    with pytest.raises(RefusedError, match=r"Invalid additional property.*Patient.foo"):
        door.put(patient(id_, foo=1), id_)
