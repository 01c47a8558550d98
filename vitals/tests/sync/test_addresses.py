"""Which addresses this house may be made to call."""

import pytest

from tests.stand_in.server import StandIn
from vitals.sync.addresses import DEMO, Policy, check_address, check_url, origin, policy
from vitals.sync.client import Pace, connect
from vitals.sync.errors import ForbiddenAddressError
from vitals.sync.secrets import Credentials

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
