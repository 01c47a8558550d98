"""Which addresses this house may be made to call."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.stand_in.server import StandIn
from vitals.sync.addresses import DEMO, Policy, check_address, check_url, origin, policy
from vitals.sync.client import Pace, connect
from vitals.sync.errors import ForbiddenAddressError, UnreachableError
from vitals.sync.secrets import Credentials
from vitals.sync.transport import GuardedAdapter

PUBLIC = policy(demo=False)
HOSPITAL = policy(demo=False, networks=["10.20.0.0/16", "127.0.0.0/8"])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "169.254.1.1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "fd12::1",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "192.0.2.1",
        "192.88.99.1",
        "::10.0.0.1",
        "::7f00:1",
        "::ffff:0:10.0.0.1",
        "64:ff9b:1::a00:1",
        "2a00:1450::5efe:10.0.0.1",
        "2a00:1450::200:5efe:127.0.0.1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "fec0::1",
        "3fff::1",
        "5f00::1",
        "4000::1",
    ],
)
def test_inner_addresses_are_closed(address: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        check_address(address, PUBLIC)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4001::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_open(address: str) -> None:
    check_address(address, PUBLIC)


def test_the_operator_opens_the_hospitals_network() -> None:
    check_address("10.20.3.4", HOSPITAL)


def test_the_rest_of_the_private_networks_stays_closed() -> None:
    with pytest.raises(ForbiddenAddressError, match="CHARTWAVE_SYNC_NETWORKS"):
        check_address("10.21.3.4", HOSPITAL)


def test_the_metadata_address_stays_closed_even_in_an_opened_network() -> None:
    with pytest.raises(ForbiddenAddressError):
        check_address("169.254.169.254", policy(demo=False, networks=["169.254.0.0/16"]))


@pytest.mark.parametrize("address", ["8.8.8.8", "10.0.0.1", "192.168.1.1"])
def test_demo_mode_calls_nobody_else(address: str) -> None:
    with pytest.raises(ForbiddenAddressError, match="this machine only"):
        check_address(address, DEMO)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_demo_mode_calls_this_machine(address: str) -> None:
    check_address(address, DEMO)


@pytest.mark.parametrize(
    "url",
    [
        "http://fhir.example.org/r4",
        "http://8.8.8.8/r4",
        "ftp://fhir.example.org/",
        "file:///etc/passwd",
        "https://user:secret@fhir.example.org/",
        "https://fhir.example.org/?x=1",
        "https://fhir.example.org/#x",
        "https:///r4",
        "https://[::1",
        "https://fhir.example.org:99999/",
        "https://10.0.0.1/fhir",
        "gopher://x",
        "",
        "https://2130706433/fhir",
        "https://0x7f000001/fhir",
        "https://0177.0.0.1/fhir",
        "https://0x7f.1/fhir",
        "https://127.1/fhir",
        "https://127.0.0.1./fhir",
        "https://[::ffff:127.0.0.1]/fhir",
        "https://[::127.0.0.1]/fhir",
        "https://fhir.example.org\\@127.0.0.1/",
        "https://fhir.example.org/\tx",
        "https://fhir.example.org\n/x",
        "https://fhir.example.org:25/",
        "https://fhir.example.org:22/",
        "https://fhir.example.org:5432/",
        "https://fhir.example.org:6379/",
        "https://１２７.0.0.1/",
        "https://fhír.example.org/",
    ],
)
def test_bad_base_addresses_are_refused(url: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        check_url(url, PUBLIC)


@pytest.mark.parametrize("url", ["https://fhir.example.org/r4", "https://8.8.8.8:8443/fhir"])
def test_https_base_addresses_are_taken(url: str) -> None:
    check_url(url, PUBLIC)


@pytest.mark.parametrize("url", ["http://localhost:8080/fhir", "http://127.0.0.1:8080/fhir"])
def test_plain_http_is_for_this_machine(url: str) -> None:
    check_url(url, DEMO)


def test_demo_mode_takes_no_other_host() -> None:
    with pytest.raises(ForbiddenAddressError):
        check_url("https://fhir.example.org/r4", DEMO)


@pytest.fixture
def leading(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Lets a name lead to these addresses, one list for each time it is asked for."""

    def to(*answers: list[str]) -> list[str]:
        waiting, asked = list(answers), []
        true = socket.getaddrinfo

        def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            if host != "fhir.test":
                return true(host, port, *args, **kwargs)
            asked.append(host)
            found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return [each for address in found for each in true(address, port, *args, **kwargs)]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        return asked

    return to


class Known(GuardedAdapter):
    """Lets plain http go to a name, so that no certificate is needed."""


def get(port: int, allowed: Policy) -> requests.Response:
    session = requests.Session()
    session.mount("http://", Known(allowed))
    return session.get(f"http://fhir.test:{port}/fhir/metadata", timeout=5)


HERE = Policy(networks=(ipaddress.ip_network("127.0.0.2/32"),))


def test_the_connection_goes_to_the_address_that_was_checked(
    stand_in: StandIn, leading: Callable[..., list[str]]
) -> None:
    # Asked again, the name would lead to a closed address: it is asked once.
    asked = leading(["127.0.0.1"], ["127.0.0.9"])
    assert get(stand_in.port, Policy(loopback=True)).status_code == 200
    assert asked == ["fhir.test"]


def test_a_name_that_leads_inside_is_not_connected_to(
    stand_in: StandIn, leading: Callable[..., list[str]]
) -> None:
    leading(["127.0.0.1"])
    with pytest.raises(ForbiddenAddressError):
        get(stand_in.port, PUBLIC)
    assert stand_in.asked == []


def test_of_several_addresses_only_the_open_ones_are_tried(
    stand_in: StandIn, leading: Callable[..., list[str]]
) -> None:
    leading(["127.0.0.1", "127.0.0.2"])
    with pytest.raises(requests.exceptions.ConnectionError):
        get(stand_in.port, HERE)  # nobody listens at the open one
    assert stand_in.asked == []


def test_nothing_is_even_connected_to_while_the_address_is_closed(
    leading: Callable[..., list[str]],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        leading(["127.0.0.1"])
        with pytest.raises(ForbiddenAddressError):
            get(server.getsockname()[1], PUBLIC)
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_name_that_nobody_knows_is_unreachable(
    pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    door = connect("https://nowhere.invalid/fhir", Credentials(), PUBLIC, pace=pace)
    with pytest.raises(UnreachableError):
        door.metadata()


def test_a_name_is_checked_where_it_leads(stand_in: StandIn, pace: Pace) -> None:
    # The name passes; the connection itself then shows an address that is closed.
    url = f"http://localhost:{stand_in.port}/fhir"
    door = connect(url, Credentials(), Policy(loopback=False), pace=pace)
    with pytest.raises(ForbiddenAddressError):
        door.metadata()
    assert stand_in.asked == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x", "https://a.example:443/y"),
        ("HTTPS://A.example/x", "https://a.example/"),
    ],
)
def test_origins_are_compared_by_where_they_lead(one: str, other: str) -> None:
    assert origin(one) == origin(other)


@pytest.mark.parametrize(
    "other", ["http://a.example/", "https://a.example:444/", "https://b.example/", "https://[x"]
)
def test_other_origins_differ(other: str) -> None:
    assert origin("https://a.example/") != origin(other)
