"""Which addresses this house may be made to call (protection against request forgery)."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from vitals.sync.errors import ForbiddenAddressError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DEFAULT_PORTS = {"http": 80, "https": 443}
# Cloud providers answer with machine credentials here; none is ever a FHIR server.
METADATA = frozenset(
    ipaddress.ip_address(text) for text in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200")
)
# IPv6 that ends in an address of IPv4: NAT64 (RFC 6052), compatible (4291), translated (2765).
ENDING_IN_IPV4 = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")))
ISATAP = frozenset({0x5EFE, 0x0200_5EFE})  # RFC 5214: the half before the address of IPv4
# All that IPv6 gives out in public, and what of it is for documentation (RFC 9637).
GIVEN_OUT = ipaddress.IPv6Network("2000::/3")
SAMPLES = ipaddress.IPv6Network("3fff::/20")
RELAYS = ipaddress.IPv4Network("192.88.99.0/24")  # RFC 7526: no longer given to anybody
FIRST_FREE_PORT = 1024
# Services that speak no HTTP, and would take a line of a request for a command of theirs.
OTHERS_PORTS = frozenset(
    {
        *(1433, 1521, 2049, 3306, 3389, 3659, 4045, 5060, 5061, 5432, 5900, 6000, 6379, 6566),
        *(6665, 6666, 6667, 6668, 6669, 6697, 9200, 10080, 11211, 27017),
    }
)
NUMBER = re.compile(r"(0[xX][0-9a-fA-F]*|[0-9]+)$")
ADDRESS = re.compile(r"[!-\[\]-~]*")  # printable ASCII without space and backslash


@dataclass(frozen=True)
class Policy:
    """Where data may go.

    Attributes:
        loopback: This machine itself may be called.
        elsewhere: Any other machine may be called; False in demo mode.
        networks: Private networks that the operator named, e.g. the hospital's own.
    """

    loopback: bool = False
    elsewhere: bool = True
    networks: tuple[Network, ...] = ()


DEMO = Policy(loopback=True, elsewhere=False)


def policy(*, demo: bool, networks: Iterable[str] = ()) -> Policy:
    """The policy of this installation: in demo mode loopback only, else the public internet.

    Args:
        demo: Whether the house runs in demo mode.
        networks: Networks the operator opened, such as ``10.20.0.0/16`` or ``127.0.0.0/8``.
    """
    if demo:
        return DEMO
    return Policy(networks=tuple(ipaddress.ip_network(network) for network in networks))


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL, for comparing where two URLs lead."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0
    return parts.scheme, (parts.hostname or "").lower(), port


def _embedded(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one: a private address in disguise stays private."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    number = int(address)
    isatap = (number >> 32) & 0xFFFF_FFFF in ISATAP
    if isatap or any(address in network for network in ENDING_IN_IPV4):
        return ipaddress.IPv4Address(number & 0xFFFF_FFFF) if number > 1 else address
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def check_address(text: str, allowed: Policy) -> None:
    """Refuse an IP address that the policy does not open.

    Raises:
        ForbiddenAddressError: loopback, private, link-local, metadata or otherwise closed.
    """
    plain = ipaddress.ip_address(text.split("%", 1)[0])
    address = _embedded(plain)
    closed_for_all = plain.is_link_local or not METADATA.isdisjoint({plain, address})
    if closed_for_all or not _open(address, allowed):
        closed = (
            _("A private network must be opened by the operator (CHARTWAVE_SYNC_NETWORKS).")
            if allowed.elsewhere
            else _("In demo mode data goes to this machine only.")
        )
        refused = _("%(address)s is not an address this house may call.") % {"address": text}
        raise ForbiddenAddressError(f"{refused} {closed}")


def _open(address: Address, allowed: Policy) -> bool:
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if any(address.version == net.version and address in net for net in allowed.networks):
        return True
    if address.is_loopback:
        return allowed.loopback
    return allowed.elsewhere and _public(address)


def _public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        return address.is_global and address in GIVEN_OUT and address not in SAMPLES
    return address.is_global and address not in RELAYS


def check_url(url: str, allowed: Policy) -> None:
    """Refuse a base address that cannot be a FHIR target; names are checked when they resolve.

    Raises:
        ForbiddenAddressError: not http(s), user name inside, or plain http to another machine.
    """
    if not ADDRESS.fullmatch(url):
        raise ForbiddenAddressError(_("The address holds a space or a sign that no address has."))
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise ForbiddenAddressError(_("Not an address: %(why)s.") % {"why": error}) from None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ForbiddenAddressError(_("The address must start with https:// and name a host."))
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ForbiddenAddressError(_("The address must hold no user name, query or fragment."))
    if port in OTHERS_PORTS or (port < FIRST_FREE_PORT and port not in DEFAULT_PORTS.values()):
        raise ForbiddenAddressError(
            _("Port %(port)d belongs to another service than a web server.") % {"port": port}
        )
    _check_host(parts, parts.hostname, allowed)


def _check_host(parts: SplitResult, host: str, allowed: Policy) -> None:
    literal = _literal(host)
    if literal is None and NUMBER.match(host.rstrip(".").rpartition(".")[2]):
        # 2130706433, 0x7f.1 and 0177.0.0.1 are all 127.0.0.1 to a resolver.
        raise ForbiddenAddressError(_("Write the number of the host as 192.0.2.1, or its name."))
    local = literal.is_loopback if literal else host == "localhost"
    if parts.scheme == "http" and not local:
        raise ForbiddenAddressError(_("Plain http:// is for this machine only; use https://."))
    if literal:
        check_address(host, allowed)
    elif not allowed.elsewhere and not local:
        raise ForbiddenAddressError(_("In demo mode data goes to this machine only (localhost)."))


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        return None
