"""Kills parts of a running house at seeded random moments."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ehr_project.database.processes import until
from tests.house import House

# Work done between two kills, in things the house answered for; then a moment more, so that a
# kill falls anywhere in the next request, not just behind an answer.
LEAST_WORK, MOST_WORK = 5, 60
LONGEST_MOMENT_S = 0.25
WORK_WITHIN_S = 1200.0
THERE_WITHIN_S = 1200.0


@dataclass(frozen=True)
class Kill:
    """One SIGKILL, or several at once."""

    at: float
    what: str
    pids: tuple[int, ...]
    promises: int


Victims = Callable[[House, random.Random], list[int]]


def one_web_worker(house: House, rng: random.Random) -> list[int]:
    workers = house.web_workers
    return [rng.choice(workers)] if workers else []


def web(house: House, _: random.Random) -> list[int]:
    return [house.web] if house.web else []


def worker(house: House, _: random.Random) -> list[int]:
    return [house.worker] if house.worker else []


def postmaster(house: House, _: random.Random) -> list[int]:
    return [house.postmaster] if house.postmaster else []


def one_backend(house: House, rng: random.Random) -> list[int]:
    """One server process of PostgreSQL: all others then start anew from the log."""
    backends = [pid for pid in house.postgres if pid != house.postmaster]
    return [rng.choice(backends)] if backends else []


def all_of_postgres(house: House, _: random.Random) -> list[int]:
    return house.postgres


def everything(house: House, rng: random.Random) -> list[int]:
    parts = (web(house, rng), house.web_workers, worker(house, rng), house.postgres)
    return [pid for part in parts for pid in part] if all(parts) else []


VICTIMS: dict[str, Victims] = {
    "a web worker": one_web_worker,
    "web": web,
    "the worker": worker,
    "the postmaster": postmaster,
    "a database process": one_backend,
    "all of PostgreSQL": all_of_postgres,
    "web, worker and PostgreSQL": everything,
}


def plan(count: int, rng: random.Random, names: Sequence[str]) -> Iterator[str]:
    """``count`` names in random order, each about as often as the others."""
    for begun in range(0, count, len(names)):
        yield from rng.sample(names, min(len(names), count - begun))


class Killer:
    """Kills one part after another, each after a random amount of work since the last."""

    def __init__(
        self,
        house: House,
        rng: random.Random,
        promises: Callable[[], int],
        wait_for: Callable[[int, float], bool],
    ) -> None:
        self.house, self.rng = house, rng
        # Of its own: how often the other is asked depends on when the victims are there.
        self.work = random.Random(rng.random())
        self.promises, self.wait_for = promises, wait_for
        self.victims = dict(VICTIMS)
        self.done: list[Kill] = []

    def run(self, count: int) -> None:
        for what in plan(count, self.rng, list(self.victims)):
            self.kill(what)

    def kill(self, what: str) -> Kill:
        """Wait for work and for the victim to live, then kill it."""
        wanted = self.promises() + self.work.randint(LEAST_WORK, MOST_WORK)
        came = self.wait_for(wanted, WORK_WITHIN_S)
        assert came, f"no work got done before killing {what}; the house said:\n{self.house.said}"
        time.sleep(self.work.uniform(0, LONGEST_MOMENT_S))
        killed: list[int] = []
        until(lambda: bool(killed.extend(self._strike(what)) or killed), THERE_WITHIN_S)
        assert killed, f"{what} did not come back; the house said:\n{self.house.said}"
        self.done.append(Kill(time.time(), what, tuple(killed), self.promises()))
        return self.done[-1]

    def _strike(self, what: str) -> list[int]:
        """The processes that were alive and got the signal."""
        killed = []
        for pid in self.victims[what](self.house, self.rng):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
        return killed
