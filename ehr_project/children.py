"""Processes the house keeps alive: each in its own group, brought back when it dies."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ehr_project.database.cluster import leash
from ehr_project.database.logs import open_log
from ehr_project.database.processes import until

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0  # after that long a life the next death is a new story
GOODBYE_S = 10.0


@dataclass
class Child:
    """One long-running program of ours."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    pause: float = FIRST_PAUSE_S
    process: subprocess.Popen[bytes] | None = None
    began: float = field(default=0.0)

    def start(self) -> None:
        """Begin, dying with the house whatever kills that."""
        self.end()  # what a killed leader left in its group still holds the port
        with open_log(self.log) as log:
            self.process = subprocess.Popen(
                [*leash(signal.SIGTERM), *self.command],
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.began = time.monotonic()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_end(self) -> None:
        self._signal(signal.SIGTERM)

    def end(self) -> None:
        """Nothing of it is left afterwards."""
        if self.process is not None:
            self._signal(signal.SIGKILL)
            self.process.wait(GOODBYE_S)

    def revive(self, say: Callable[[str], None]) -> None:
        """Start it again if it died, after a pause that grows while it keeps dying."""
        if self.alive:
            return
        lived = time.monotonic() - self.began
        self.pause = FIRST_PAUSE_S if lived > STEADY_S else self.pause
        if lived < self.pause:  # its start counts from the last one: no sleeping here
            return
        status = self.process.returncode if self.process else None
        say(f"{self.name} ended ({status}); starting it again. Its log: {self.log}")
        self.pause = min(self.pause * 2, LONGEST_PAUSE_S)
        self.start()

    def _signal(self, which: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, which)
        except (ProcessLookupError, PermissionError):
            return  # the whole group is gone


class Errand(Child):
    """A program that ends by itself when its work is done, and is tried again where it failed."""

    @property
    def done(self) -> bool:
        return self.process is not None and self.process.poll() == 0

    def revive(self, say: Callable[[str], None]) -> None:
        if not self.done:
            super().revive(say)


def end_all(children: Sequence[Child]) -> None:
    """Ask all at once, wait for a bounded time, then insist."""
    for child in children:
        child.ask_to_end()
    until(lambda: not any(child.alive for child in children), GOODBYE_S)
    for child in children:
        child.end()
