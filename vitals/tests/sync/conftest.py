"""The two other systems of these tests: one that nobody here wrote, and one that misbehaves."""

from collections.abc import Iterator

import pytest

from tests.fhir_server.fixture import Remote, fhir_server
from tests.stand_in.server import StandIn
from vitals.sync.addresses import DEMO
from vitals.sync.client import Pace, SyncServer, connect
from vitals.sync.secrets import Credentials

__all__ = ["fhir_server"]


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    """How long each pause was that the client would have made."""
    return []


@pytest.fixture
def pace(pauses: list[float]) -> Pace:
    return Pace(sleep=pauses.append)


@pytest.fixture
def door(stand_in: StandIn, pace: Pace) -> SyncServer:
    """Our client, connected to the stand-in."""
    return connect(stand_in.base_url, Credentials(), DEMO, pace=pace, read_timeout_s=0.5)


@pytest.fixture(
    params=["stand-in", pytest.param("node", marks=pytest.mark.needs("node"))],
)
def remote(request: pytest.FixtureRequest) -> Remote:
    """Another system, looked at from outside: first ours, then the one that nobody here wrote."""
    if request.param == "node":
        found: Remote = request.getfixturevalue("fhir_server")
        return found
    stand_in: StandIn = request.getfixturevalue("stand_in")
    return Remote(stand_in.base_url)


@pytest.fixture
def either(remote: Remote, pace: Pace) -> SyncServer:
    """Our client, connected to the stand-in and then to the real server."""
    return connect(remote.base_url, Credentials(), DEMO, pace=pace, read_timeout_s=20)
