"""A small HTTP relay on a loopback port; what it passes on, watches or spoils is up to its kind."""

import http.client
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from tests.stand_in.ports import free_port

PATIENCE_S = 300.0
# These belong to one connection, not to the message (RFC 9110 7.6.1).
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class NoAnswer(Exception):
    """The connection ends without an answer."""


class Relay:
    """Stands before the server at ``upstream`` inside ``with``; subclasses override `handle`."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.port = free_port()

    @property
    def base_url(self) -> str:
        """The address of the relay, with the path of what stands behind it."""
        return f"http://127.0.0.1:{self.port}{urlsplit(self.upstream).path}"

    def __enter__(self) -> "Relay":
        relay = self

        class Handler(_Handler):
            owner = relay

        self._server = _Server(("127.0.0.1", self.port), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def handle(self, asked: Asked) -> Answer:
        """What to answer. Raises NoAnswer."""
        return self.passed_on(asked)

    def passed_on(self, asked: Asked) -> Answer:
        """The server's own, whole answer. Raises NoAnswer where it gave none."""
        host = urlsplit(self.upstream).netloc.replace("localhost", "127.0.0.1")
        connection = http.client.HTTPConnection(host, timeout=PATIENCE_S)
        headers = {n: v for n, v in asked.headers.items() if n.lower() not in HOP_BY_HOP}
        headers["Host"] = urlsplit(self.upstream).netloc
        try:
            connection.request(asked.method, asked.path, asked.body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        except (OSError, http.client.HTTPException) as away:
            raise NoAnswer from away
        finally:
            connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that was killed is part of the game; nothing is printed."""


class _Handler(BaseHTTPRequestHandler):
    owner: Relay
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            answer = self.owner.handle(Asked(self.command, self.path, dict(self.headers), body))
        except NoAnswer:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in HOP_BY_HOP | {"date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
