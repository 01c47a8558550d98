"""The wire to another system: time-outs, no redirects, no strangers, no endless bodies."""

import socket
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.exceptions import HTTPError as WireError

from vitals.sync.addresses import Policy, check_address, check_url, origin
from vitals.sync.errors import (
    ForbiddenAddressError,
    ForeignHostError,
    NoAnswerError,
    UnreachableError,
)

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 30.0
WHOLE_TIMEOUT_S = 120.0
LARGEST_ANSWER = 64 * 2**20
PIECE = 64 * 2**10


class GuardedAdapter(HTTPAdapter):
    """Connects only to addresses that the policy opens.

    A name is resolved once, and the connection goes to an address that was checked: asked again,
    the same name may lead elsewhere (DNS rebinding). The certificate must still fit the name.
    """

    def __init__(self, allowed: Policy) -> None:
        self.allowed = allowed
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self.allowed)


def _pools(allowed: Policy) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> Any:
            return _connected(self, super()._new_conn, allowed)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> Any:
            return _connected(self, super()._new_conn, allowed)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _connected(to: HTTPConnection, connect: Callable[[], Any], allowed: Policy) -> Any:
    """A socket to the first address of the host that is open and answers."""
    name = to._dns_host
    trouble: WireError | None = None
    for address in _addresses(to, allowed):
        # What urllib3 connects to; it compares the certificate with the name, which comes back.
        to._dns_host = address
        try:
            return _checked(connect(), allowed)
        except (NewConnectionError, ConnectTimeoutError) as error:
            trouble = error
        finally:
            to._dns_host = name
    raise trouble or NewConnectionError(to, "The name has no address.")


def _addresses(to: HTTPConnection, allowed: Policy) -> list[str]:
    """Where the name of the host leads just now, without what is closed.

    Raises:
        ForbiddenAddressError: all of it is.
    """
    host, closed, opened = to._dns_host.strip("[]"), None, []
    try:
        found = socket.getaddrinfo(host, to.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise NewConnectionError(to, "The name is not known.") from error
    for address in dict.fromkeys(str(each[4][0]) for each in found):
        try:
            check_address(address, allowed)
        except ForbiddenAddressError as error:
            closed = error
        else:
            opened.append(address)
    if closed and not opened:
        raise closed
    return opened


def _checked(sock: Any, allowed: Policy) -> Any:
    """Once more on the socket itself."""
    try:
        check_address(str(sock.getpeername()[0]), allowed)
    except (ForbiddenAddressError, OSError):  # closed to us, or gone already
        sock.close()
        raise
    return sock


class GuardedSession(requests.Session):
    """A session that talks to one server, and to its token endpoint once that is known.

    Attributes:
        token_origin: Where credentials may go besides the server itself.
    """

    def __init__(self, base_url: str, allowed: Policy, *, read_timeout_s: float) -> None:
        super().__init__()
        check_url(base_url, allowed)
        self.allowed = allowed
        self.base_origin = origin(base_url)
        self.token_origin = self.base_origin
        self.read_timeout_s = read_timeout_s
        # The environment's proxies and .netrc would send data and passwords unseen.
        self.trust_env = False
        self.mount("http://", GuardedAdapter(allowed))
        self.mount("https://", GuardedAdapter(allowed))

    def allow_token_host(self, url: str) -> None:
        """Let credentials go to the token endpoint that the server, or a person, named."""
        check_url(url, self.allowed)
        self.token_origin = origin(url)

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """Send one request and read the whole answer within the limits.

        Raises:
            ForeignHostError: the URL leads to another host.
            UnreachableError: nothing was sent.
            NoAnswerError: it was sent and no whole answer came back.
        """
        if origin(str(url)) not in (self.base_origin, self.token_origin):
            raise ForeignHostError("A link leads to another host; it was not followed.")
        kwargs |= {"allow_redirects": False, "stream": True}
        kwargs["timeout"] = (CONNECT_TIMEOUT_S, self.read_timeout_s)
        try:
            response = super().request(method, url, **kwargs)
            return _read(response)
        except requests.exceptions.RequestException as error:
            raise _failure(error) from error
        except (WireError, OSError) as error:
            raise NoAnswerError(f"The connection broke ({type(error).__name__}).") from error


def _failure(error: requests.exceptions.RequestException) -> UnreachableError | NoAnswerError:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return UnreachableError("It cannot be reached: no connection in time.")
    if isinstance(error, requests.exceptions.SSLError):
        return UnreachableError("Its certificate, or the encryption, is not valid.")
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, NewConnectionError):
        return UnreachableError("It cannot be reached: the connection was refused.")
    if isinstance(error, requests.exceptions.Timeout):
        return NoAnswerError("It did not answer in time.")
    return NoAnswerError("It closed the connection before answering.")


def _read(response: requests.Response) -> requests.Response:
    """Read the body here, since ``requests`` itself bounds neither its size nor its time."""
    deadline = time.monotonic() + WHOLE_TIMEOUT_S
    body = bytearray()
    for piece in response.iter_content(PIECE):
        body += piece
        if len(body) > LARGEST_ANSWER or time.monotonic() > deadline:
            response.close()
            raise NoAnswerError("Its answer is too long, or comes too slowly.")
    response._content = bytes(body)  # requests has no public way
    return response


def retry_after_s(headers: Mapping[str, str], now_s: float) -> float | None:
    """How long the server asks us to wait: seconds, an HTTP date, or Azure's milliseconds.

    >>> retry_after_s({"Retry-After": "3"}, 0.0)
    3.0
    >>> retry_after_s({"x-ms-retry-after-ms": "250"}, 0.0)
    0.25
    """
    milliseconds = headers.get("x-ms-retry-after-ms", "")
    if milliseconds.isascii() and milliseconds.isdigit():
        return int(milliseconds) / 1000
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text)
    return _seconds_until(text, now_s)


def _seconds_until(http_date: str, now_s: float) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(http_date).timestamp() - now_s)
    except (TypeError, ValueError):
        return None
