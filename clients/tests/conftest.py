"""A small device server whose moods the tests choose, and a wearable that runs as a process."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 120.0


@dataclass
class Clinic:
    """What a server knows after the uploads. ``mood`` answers first when it returns something."""

    recordings: dict[str, dict] = field(default_factory=dict)
    chunks: dict[tuple[str, int], tuple[int, bytes]] = field(default_factory=dict)
    puts: int = 0
    keys: list[str] = field(default_factory=list)
    mood: Callable[[str, str], tuple[int, dict | bytes, dict] | None] = lambda method, path: None
    address: str = ""

    def samples(self, recording_id: str, width: int = 1) -> np.ndarray:
        """All samples of a recording in order; missing where a gap is."""
        mine = {seq: held for (rec, seq), held in self.chunks.items() if rec == recording_id}
        end = max(first + len(data) // 2 // width for first, data in mine.values())
        out = np.full((end, width), -32768, "<i2")
        for first, data in mine.values():
            part = np.frombuffer(data, "<i2").reshape(-1, width)
            out[first : first + len(part)] = part
        return out


class Door(BaseHTTPRequestHandler):
    """The device API in a few lines."""

    clinic: Clinic
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self._body())
        if self.path.endswith("/close"):
            self.clinic.recordings[self.path.split("/")[4]]["closed"] = body
            return self._answer(200, {"closed": True})
        for known in self.clinic.recordings.values():
            if known["client_id"] == body["client_id"]:
                return self._answer(200, known)
        made = body | {"id": str(uuid.uuid4())}
        if self._mood():
            return None
        self.clinic.recordings[made["id"]] = made
        return self._answer(201, made)

    def do_PUT(self) -> None:
        data = self._body()
        if self._mood():
            return None
        self.clinic.puts += 1
        self.clinic.keys.append(self.headers["Authorization"])
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        assert self.headers["Content-Digest"] == f"sha-256=:{digest}:"
        _, recording, seq = re.match(r"(.*)/recordings/(.*)/chunks/(\d+)", self.path).groups()
        held = (int(self.headers["Chunk-First-Sample"]), data)
        before = self.clinic.chunks.setdefault((recording, int(seq)), held)
        assert before == held, "a number once given to a chunk must not change"
        return self._answer(201, {"seq": int(seq)})

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _mood(self) -> bool:
        answer = self.clinic.mood(self.command, self.path)
        if answer:
            self._answer(*answer)
        return bool(answer)

    def _answer(self, status: int, body: dict | bytes, headers: dict | None = None) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(raw)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    known = Clinic()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OpenDoor", (Door,), {"clinic": known}))
    known.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    """Forty seconds of noise at 250 Hz, one lead."""
    path = tmp_path / "tape.npy"
    noise = np.random.default_rng(1).integers(-30000, 30000, 10_000)
    np.save(path, noise.astype("<i2"))
    return path


@pytest.fixture
def play(clinic: Clinic, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start ``python -m clients.wearable`` with these words."""
    running: list[subprocess.Popen] = []

    def start(*words: object, key: str = "cw_00000000_test") -> subprocess.Popen:
        fixed = ["--server", clinic.address, "--spool", str(tmp_path / "spool")]
        process = subprocess.Popen(
            [sys.executable, "-m", "clients.wearable", *map(str, words), *fixed],
            cwd=ROOT, env=os.environ | {"CHARTWAVE_DEVICE_KEY": key}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def until(fact: Callable[[], bool], limit_s: float = WITHIN_S) -> None:
    """Wait for ``fact``; fail when it does not come true."""
    end = time.monotonic() + limit_s
    while not fact():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
