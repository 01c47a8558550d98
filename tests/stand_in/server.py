"""A FHIR server that can be told to misbehave; otherwise honest."""

import json
import threading
import time
from base64 import b64decode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.stand_in.faults import Fault
from tests.stand_in.ports import free_port
from tests.stand_in.store import Outcome, Refused, Store, outcome


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class StandIn:
    """Runs on a loopback port inside ``with``.

    Attributes:
        store: What it holds.
        script: Faults for the next requests, first come first served.
        script_for: Only requests that this accepts use up the script.
        asked: Every request so far.
        token: When set, requests must carry it; ``/token`` hands it out.
        secret: The client secret that ``/token`` asks for.
    """

    store: Store = field(default_factory=Store)
    script: deque[Fault] = field(default_factory=deque)
    script_for: Callable[[Asked], bool] = lambda asked: True
    asked: list[Asked] = field(default_factory=list)
    token: str = ""
    secret: str = "stand-in secret"
    port: int = 0

    def __enter__(self) -> "StandIn":
        stand_in = self

        class Handler(_Handler):
            owner = stand_in

        self.port = self.port or free_port()
        self._server = _Server(("127.0.0.1", self.port), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        self.store.next_base = self.base_url + "/"
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

    @property
    def base_url(self) -> str:
        """Address of the FHIR endpoint."""
        return f"http://127.0.0.1:{self.port}/fhir"

    def then(self, *faults: Fault) -> "StandIn":
        """Answer the next requests with these."""
        self.script.extend(faults)
        return self

    def paths(self, method: str) -> list[str]:
        """The paths asked for with ``method``, in order."""
        return [asked.path for asked in self.asked if asked.method == method]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is part of the game; nothing is printed."""


class _Handler(BaseHTTPRequestHandler):
    owner: StandIn
    protocol_version = "HTTP/1.1"
    timeout = 30
    # Head and body in one packet; else the caller's delayed acknowledgement costs 40 ms each.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Requests are kept in ``asked``, not printed."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, self.rfile.read(length))
        self.owner.asked.append(asked)
        with self.owner.store.lock:
            use = self.owner.script and self.owner.script_for(asked)
            fault = self.owner.script.popleft() if use else None
        if fault:
            self._misbehave(asked, fault)
        else:
            done, headers = self._honest(asked)
            self._send(done.status, headers, _json(done.body))

    def _misbehave(self, asked: Asked, fault: Fault) -> None:
        if fault.takes:
            self._honest(asked)
        if fault.silence_s:
            time.sleep(fault.silence_s)
        if fault.status:
            self._send(fault.status, fault.headers, fault.body, declared=fault.declared)
        if fault.cut:
            self.close_connection = True
            self.connection.close()

    def _honest(self, asked: Asked) -> tuple[Outcome, dict[str, str]]:
        base, _, rest = asked.path.partition("/fhir")
        if base:
            return self._token(asked), {"Content-Type": "application/json"}
        try:
            done = self._guarded(asked, rest.lstrip("/"))
        except Refused as refusal:
            done = Outcome(refusal.status, outcome(refusal.words))
        headers = {"Content-Type": "application/fhir+json", "ETag": done.etag}
        headers["Location"] = f"{self.owner.base_url}/{done.location}" if done.location else ""
        return done, {name: value for name, value in headers.items() if value}

    def _guarded(self, asked: Asked, path: str) -> Outcome:
        if path == ".well-known/smart-configuration":
            where = f"http://127.0.0.1:{self.owner.port}/token"
            return Outcome(200, {"token_endpoint": where, "capabilities": ["client-confidential"]})
        signed = asked.headers.get("authorization") == f"Bearer {self.owner.token}"
        if self.owner.token and not signed and path != "metadata":
            raise Refused(401, "A token is needed")
        body = json.loads(asked.body, parse_float=Decimal) if asked.body else None
        return self.owner.store.handle(asked.method, path, body, asked.headers)

    def _token(self, asked: Asked) -> Outcome:
        kind, _, given = asked.headers.get("authorization", "").partition(" ")
        if kind != "Basic" or b64decode(given).decode().split(":")[1] != self.owner.secret:
            return Outcome(401, {"error": "invalid_client", "error_description": "Wrong secret"})
        body = {"access_token": self.owner.token, "token_type": "bearer", "expires_in": 300}
        return Outcome(200, body)

    def _send(
        self, status: int, headers: dict[str, str], body: bytes, *, declared: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if declared is None else declared))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def _json(body: Any) -> bytes:
    if body is None:
        return b""
    return json.dumps(body, default=float).encode()
