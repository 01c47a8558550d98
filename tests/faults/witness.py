"""The truth log: what the house promised to devices, written down between the two.

The witness stands before the house. What the house answered for in full goes into the log before
the device hears of it. So the log knows every promise, also one whose answer was lost after it.
"""

import hashlib
import json
import re
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.faults.relay import Answer, Asked, NoAnswer, Relay

CHUNK = re.compile(r"/api/v1/recordings/([0-9a-f-]{36})/chunks/(\d+)")
READINGS = "/api/v1/readings/"


@dataclass(frozen=True)
class ChunkPromise:
    """The house said that it has this chunk."""

    recording: str
    seq: int
    first: int
    sha256: str


@dataclass(frozen=True)
class ReadingPromise:
    """The house said that it has this reading."""

    id: str
    client_id: str
    value: str


class Witness(Relay):
    """Passes on what devices and house say to each other, and remembers the promises.

    Args:
        upstream: Address of the house.
        log: File to append to.
        lose_every: Keep back each answer of that number about a chunk: the device never hears
            that it was stored.
    """

    def __init__(self, upstream: str, log: Path, *, lose_every: int = 0) -> None:
        super().__init__(upstream)
        self.log = log
        self.lose_every = lose_every
        self.chunks: set[ChunkPromise] = set()
        self.readings: set[ReadingPromise] = set()
        self.answers_lost = 0
        self._news = threading.Condition()
        self._seen = 0

    @property
    def promises(self) -> int:
        """How many things the house has answered for, each counted once."""
        return len(self.chunks) + len(self.readings)

    def chunks_so_far(self) -> set[ChunkPromise]:
        """A copy, while devices go on."""
        with self._news:
            return set(self.chunks)

    def wait_for(self, promises: int, seconds: float) -> bool:
        """Until there are that many promises; whether they came in time."""
        with self._news:
            return self._news.wait_for(lambda: self.promises >= promises, seconds)

    def handle(self, asked: Asked) -> Answer:
        answer = self.passed_on(asked)
        words = answered(answer)
        if answer.status in {200, 201} and words is not None:
            self._heard(asked, words)
        return answer

    def _heard(self, asked: Asked, words: dict[str, Any]) -> None:
        chunk = CHUNK.fullmatch(asked.path)
        if asked.method == "PUT" and chunk and words.get("seq") == int(chunk[2]):
            self._note_chunk(asked, chunk)
        elif asked.path == READINGS and "id" in words:
            said = json.loads(asked.body, parse_float=str)
            promise = ReadingPromise(words["id"], said["client_id"], str(said["values"]["value"]))
            self._note(promise, self.readings)

    def _note_chunk(self, asked: Asked, chunk: re.Match[str]) -> None:
        first = int({n.lower(): v for n, v in asked.headers.items()}["chunk-first-sample"])
        digest = hashlib.sha256(asked.body).hexdigest()
        self._note(ChunkPromise(chunk[1], int(chunk[2]), first, digest), self.chunks)
        self._seen += 1
        if self.lose_every and self._seen % self.lose_every == 0:
            self.answers_lost += 1
            raise NoAnswer

    def _note(self, promise: Any, among: set[Any]) -> None:
        with self._news:
            if promise not in among:
                among.add(promise)
                with self.log.open("a") as log:
                    log.write(json.dumps({"promise": type(promise).__name__} | asdict(promise)))
                    log.write("\n")
            self._news.notify_all()


def answered(answer: Answer) -> dict[str, Any] | None:
    """The JSON object of an answer; None where it is something else."""
    try:
        words = json.loads(answer.body)
    except ValueError:
        return None
    return words if isinstance(words, dict) else None
