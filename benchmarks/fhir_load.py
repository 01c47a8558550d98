"""Asking a FHIR server many things at once, and what that costs it."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

CLIENTS: Final = 4
WARM_UP: Final = 20  # each process of the server has had some of them
FHIR_JSON: Final = "application/fhir+json"


@dataclass(frozen=True)
class Ask:
    """One request; ``weight`` is for how many resources it counts."""

    method: str
    path: str
    body: bytes = b""
    weight: int = 1
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Server:
    """A server under test.

    Attributes:
        name: As the table calls it.
        address: Host and port.
        token: Bearer token, empty for none.
        cpu_s: CPU seconds that it, and its database, used so far.
    """

    name: str
    address: str
    token: str
    cpu_s: Callable[[], float]


@dataclass(frozen=True)
class Rate:
    """What one kind of request came to."""

    what: str
    server: str
    n: int
    per_s: float
    per_cpu_s: float
    ms: np.ndarray
    failed: int

    @property
    def p95(self) -> float:
        return float(np.percentile(self.ms, 95))


def rate(
    server: Server, what: str, asks: Sequence[Ask], within_s: float, clients: int = CLIENTS
) -> Rate:
    """Ask all, or as many as get done ``within_s``; the first few only warm the server up."""
    waiting = iter(asks)
    if len(asks) > WARM_UP:
        _all(server, islice(waiting, WARM_UP), clients, within_s / 4)
    cpu, began = server.cpu_s(), time.perf_counter()
    took, done, failed = _all(server, waiting, clients, within_s)
    wall, used = time.perf_counter() - began, max(server.cpu_s() - cpu, 0.01)
    return Rate(what, server.name, done, done / wall, done / used, np.array(took), failed)


def _all(
    server: Server, waiting: Iterator[Ask], clients: int, within_s: float
) -> tuple[list[float], int, int]:
    """Milliseconds of each request, how many resources they were, how many failed."""
    lock = threading.Lock()
    took: list[float] = []
    done, failed = [0], [0]
    began = time.perf_counter()

    def client() -> None:
        with _door(server) as door:
            while True:
                with lock:
                    ask = next(waiting, None)
                start = time.perf_counter()
                if ask is None or start - began > within_s:
                    return
                bad = _status(door, server, ask) >= http.HTTPStatus.BAD_REQUEST
                with lock:
                    took.append(1000 * (time.perf_counter() - start))
                    done[0] += ask.weight
                    failed[0] += bad

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, done[0], failed[0]


@contextlib.contextmanager
def _door(server: Server) -> Iterator[http.client.HTTPConnection]:
    door = http.client.HTTPConnection(server.address, timeout=120)
    try:
        yield door
    finally:
        door.close()


def _asked(server: Server, ask: Ask) -> int:
    with _door(server) as door:
        return _status(door, server, ask)


def _status(door: http.client.HTTPConnection, server: Server, ask: Ask) -> int:
    """The status of the answer; a server that hung up meanwhile is asked again."""
    try:
        return _sent(door, server, ask)
    except (OSError, http.client.HTTPException):
        door.close()
        return _sent(door, server, ask)


def _sent(door: http.client.HTTPConnection, server: Server, ask: Ask) -> int:
    headers = {"Accept": FHIR_JSON, "Host": "localhost"} | dict(ask.headers)
    if server.token:
        headers["Authorization"] = f"Bearer {server.token}"
    if ask.body:
        headers["Content-Type"] = FHIR_JSON
    door.request(ask.method, ask.path, ask.body or None, headers)
    answer = door.getresponse()
    answer.read()
    return answer.status


def asked(server: Server, ask: Ask) -> None:
    """Ask once, for a server that must be able to.

    Raises:
        SystemExit: it refused.
    """
    status = _asked(server, ask)
    if status >= http.HTTPStatus.BAD_REQUEST:
        raise SystemExit(f"{server.name} answered {status} to {ask.method} {ask.path}")
