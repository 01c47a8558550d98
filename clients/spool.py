"""What a wearable remembers through a power cut: its state and the chunks not yet sent."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Recording:
    """One recording at the server: the chunks from ``first_serial`` on, until the next one."""

    client_id: str
    first_serial: int
    from_sample: int
    id: str = ""
    end_serial: int = -1
    end_sample: int = -1
    given_up: list[int] = field(default_factory=list)
    closed: bool = False


@dataclass
class State:
    """Where the device stands. ``started_at`` is the device time of sample 0."""

    tape: str
    speed: float
    started_at: float
    played_from: float
    position: int = 0
    next_serial: int = 0
    settled_to: int = 0
    recordings: list[Recording] = field(default_factory=list)
    finished: bool = False


@dataclass(frozen=True)
class Chunk:
    """Samples ``first`` … ``first + n - 1`` of the tape, as they go over the wire."""

    serial: int
    first: int
    n: int
    device_time: float
    data: bytes


def write_durably(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` whole or not at all, also when the power goes."""
    part = path.with_suffix(path.suffix + ".part")
    with part.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Spool:
    """A folder with the state, the chunks still to send, and the refused ones."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.refused = folder, folder / "refused"
        self.refused.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"Another wearable is using {folder}. Give this one its own --spool folder.")

    def load(self) -> State | None:
        """The state of the last run; None for a new device."""
        path = self.folder / "state.json"
        if not path.exists():
            return None
        known = json.loads(path.read_bytes())
        known["recordings"] = [Recording(**each) for each in known["recordings"]]
        state = State(**known)
        for number in self.serials():  # a kill between chunk and state: the chunk counts
            chunk = self.chunk(number)
            state.position = max(state.position, chunk.first + chunk.n)
            state.next_serial = max(state.next_serial, chunk.serial + 1)
        return state

    def save(self, state: State) -> None:
        write_durably(self.folder / "state.json", json.dumps(asdict(state), indent=1).encode())

    def add(self, chunk: Chunk) -> None:
        about = {"first": chunk.first, "n": chunk.n, "device_time": chunk.device_time}
        write_durably(self._path(chunk.serial), json.dumps(about).encode() + b"\n" + chunk.data)

    def serials(self) -> list[int]:
        """Numbers of the chunks still to send, oldest first."""
        return sorted(int(path.stem) for path in self.folder.glob("*.chunk"))

    def chunk(self, serial: int) -> Chunk:
        about, data = self._path(serial).read_bytes().split(b"\n", 1)
        return Chunk(serial=serial, data=data, **json.loads(about))

    def sent(self, serial: int) -> None:
        self._path(serial).unlink()

    def refuse(self, serial: int, words: dict[str, Any]) -> None:
        """Keep a chunk that the server will never take, with what the server said."""
        write_durably(self.refused / f"{serial:09d}.json", json.dumps(words, indent=1).encode())
        self._path(serial).replace(self.refused / f"{serial:09d}.chunk")

    def _path(self, serial: int) -> Path:
        return self.folder / f"{serial:09d}.chunk"
