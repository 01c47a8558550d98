"""A patch that does what a test tells it: one connection, one clock, one chunk at a time."""

import base64
import hashlib
import http.client
import json
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from clients.wearable import rfc3339
from tests.faults import tapes
from tests.faults.checker import Part, Played
from tests.faults.relay import Answer

PATIENCE_S = 300.0
KEPT_S = (
    1.0  # the server closes a connection that is idle for 2 s, and a request may just meet that
)
PAUSE_S = 0.1
GIVE_UP_S = 900.0
TOGETHER_WITHIN_S = 1200.0  # until the last of many has come to where all begin
DAY_S = 86_400.0
NO_ANSWER = Answer(0, {}, b"")
TAKEN = {200, 201}
NO_ROOM = 503
CHUNK_SAMPLES = tapes.RATE_HZ


class Caller:
    """One connection to a server on this machine, opened again whenever it broke."""

    def __init__(self, server: str, headers: dict[str, str] | None = None) -> None:
        parts = urlsplit(server)
        self.http = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=PATIENCE_S)
        self.used = 0.0
        self.over = False
        self.headers = {"Host": f"localhost:{parts.port}"} | (headers or {})

    def __call__(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """The whole answer; status 0 where there was none.

        Raises:
            TimeoutError: nobody is to ask any more.
        """
        if self.over:
            raise TimeoutError("Given up")
        if time.monotonic() - self.used > KEPT_S:
            self.http.close()
        try:
            self.http.request(method, path, body, self.headers | (headers or {}))
            answer = self.http.getresponse()
            told = {name: ", ".join(answer.headers.get_all(name) or ()) for name in answer.headers}
            whole = Answer(answer.status, told, answer.read())
        except (OSError, http.client.HTTPException):
            self.http.close()
            return NO_ANSWER
        self.used = time.monotonic()
        return whole

    def close(self) -> None:
        self.http.close()


class Patch:
    """A device that opens recordings and sends chunks when it is told to.

    Attributes:
        clock: What it takes for the time, in seconds since 1970.
        says: What it tells the house that its clock shows.
    """

    def __init__(
        self, device: dict[str, str], server: str, clock: Callable[[], float] = time.time
    ) -> None:
        self.device, self.clock, self.says = device, clock, clock
        self.ask = Caller(server, {"Authorization": f"Bearer {device['key']}"})

    def open(self, client_id: str = "", began: float | None = None) -> Answer:
        body = {
            "client_id": client_id or os.urandom(8).hex(), "kind": "ecg", "channels": ["I"],
            "unit": "uV", "sampling_rate_hz": tapes.RATE_HZ, "scale": tapes.MICROVOLT_PER_STEP,
            "started_at": rfc3339(self.clock() if began is None else began),
        }  # fmt: skip
        headers = {"Content-Type": "application/json", "Device-Clock": rfc3339(self.says())}
        return self.ask("POST", "/api/v1/recordings/", json.dumps(body).encode(), headers)

    def opened(self, client_id: str = "", began: float | None = None) -> str:
        """Id of the recording, once the house has answered for it."""
        answer = answered(lambda: self.open(client_id, began))
        return str(json.loads(answer.body)["id"])

    def put(
        self, recording: str, seq: int, first: int, samples: np.ndarray, at: float | None = None
    ) -> Answer:
        """Send one chunk; ``at`` is its first sample's time by the device's clock."""
        data = samples.astype("<i2").tobytes()
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Digest": f"sha-256=:{digest}:",
            "Chunk-First-Sample": str(first),
            "Chunk-Device-Time": rfc3339(self.clock() if at is None else at),
            "Device-Clock": rfc3339(self.says()),
        }
        return self.ask("PUT", f"/api/v1/recordings/{recording}/chunks/{seq}", data, headers)

    def close(self) -> None:
        self.ask.close()


def answered(ask: Callable[[], Answer]) -> Answer:
    """Ask again and again until it is taken: nothing else can be waited for."""
    deadline = time.monotonic() + GIVE_UP_S
    while (answer := ask()).status not in TAKEN:
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not taken for {GIVE_UP_S:.0f} s: {answer}")
        time.sleep(PAUSE_S)
    return answer


def let_in(ask: Callable[[], Answer]) -> Answer:
    """The answer once there was room for the question: with a 503 nothing of it was done."""
    deadline = time.monotonic() + GIVE_UP_S
    while (answer := ask()).status == NO_ROOM and time.monotonic() < deadline:
        time.sleep(PAUSE_S)
    return answer


class Steady(threading.Thread):
    """Sends chunk after chunk, the next one once the house has answered for the last.

    Its tape does not end, however long a fault takes and however fast the house is, and grows as it
    is played.
    """

    def __init__(self, patch: Patch, seed: int) -> None:
        super().__init__(daemon=True)
        self.patch = patch
        self.stretches = tapes.stretches(seed)
        self.tape = next(self.stretches)
        self.last = threading.Event()
        self.parts: list[Part] = []
        self.sent = 0
        self.trouble: Exception | None = None
        self.seen: list[Answer] = []  # what was not taken, as it came

    def run(self) -> None:
        try:
            while not self.last.is_set():
                self.send(1)
        except TimeoutError as late:
            self.trouble = late

    def send(self, chunks: int) -> None:
        """The next ``chunks`` of the tape, the first of which was measured a day ago."""
        if not self.parts:
            self.parts.append(Part(self.patch.opened(began=self.patch.clock() - DAY_S), 0))
        recording = self.parts[0].recording
        for _ in range(chunks):
            if self.sent == len(self.tape):
                self.tape = np.concatenate([self.tape, next(self.stretches)])
            first, seq = self.sent, self.sent // CHUNK_SAMPLES
            chunk = self.tape[first : first + CHUNK_SAMPLES]
            at = self.patch.clock() - DAY_S + first / tapes.RATE_HZ
            answered(partial(self._put, recording, seq, first, chunk, at))
            self.sent = first + len(chunk)

    def _put(self, *chunk: Any) -> Answer:
        answer = self.patch.put(*chunk)
        if answer.status not in TAKEN:
            self.seen.append(answer)
        return answer

    @property
    def played(self) -> Played:
        """What it has sent."""
        return Played(self.patch.device["id"], self.tape[: self.sent], self.parts)


class Forgetful:
    """A device that nobody should build: without an answer it opens a new recording and goes on.

    It is the negative control for doubling: the chunk whose answer was lost is stored twice.
    """

    def __init__(self, device: dict[str, str], server: str) -> None:
        self.patch = Patch(device, server)

    def play(self, tape: np.ndarray, n_chunks: int) -> Played:
        size = len(tape) // n_chunks
        parts = [Part(self.patch.opened(), 0)]
        for number in range(n_chunks):
            chunk, first = tape[number * size : (number + 1) * size], number * size
            while not self._put(parts[-1], first, chunk):
                parts.append(Part(self.patch.opened(), first))
        return Played(self.patch.device["id"], tape[: n_chunks * size], parts)

    def _put(self, part: Part, first: int, chunk: np.ndarray) -> bool:
        begun = first - part.begins
        return self.patch.put(part.recording, begun // len(chunk), begun, chunk).status in TAKEN

    def close(self) -> None:
        self.patch.close()
