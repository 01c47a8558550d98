"""Pieces examined side by side, each process with nothing but the signal it was handed.

A process that dies, or that takes longer than any piece may, is replaced; what it held is examined
once more, and after that given up (``pieces.not_examined``): one bad piece stops nobody. When the
worker itself dies, however it dies, the pipes close and its processes end.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import queue
import threading
import traceback
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Final

from vitals.ecg import pieces
from vitals.ecg.findings import Findings
from vitals.ecg.pieces import Excerpt

logger = logging.getLogger(__name__)

LONGEST_S: Final = 180.0  # our choice: hundreds of times what a piece of three leads takes
NICENESS: Final = 5  # pages are answered before recordings are read
TRIES: Final = 2
LOADED_FIRST: Final = ["vitals.ecg.pieces", "neurokit2", "sleepecg", "wfdb.processing"]
URGENT, PATIENT = 0, 1


@dataclass(order=True)
class _Task:
    urgency: int
    number: int
    excerpt: Excerpt | None = field(compare=False, default=None)
    answer: Future[Findings] = field(compare=False, default_factory=Future)


class Examiners:
    """Some processes that examine pieces; those of live recordings come first."""

    def __init__(self, n_processes: int) -> None:
        self.n_processes = n_processes
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(LOADED_FIRST)
        self._waiting: queue.PriorityQueue[_Task] = queue.PriorityQueue()
        self._numbers = iter(range(2**62))
        self._threads = [
            threading.Thread(target=self._serve, name=f"examiner-{n}", daemon=True)
            for n in range(n_processes)
        ]
        for thread in self._threads:
            thread.start()

    def examine(self, excerpts: Iterable[Excerpt], *, urgent: bool = False) -> Iterator[Findings]:
        """Examine all, twice as many loaded at a time as there are processes; in their order."""
        pending: deque[Future[Findings]] = deque()
        for excerpt in excerpts:
            task = _Task(URGENT if urgent else PATIENT, next(self._numbers), excerpt)
            self._waiting.put(task)
            pending.append(task.answer)
            if len(pending) >= 2 * self.n_processes:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def close(self) -> None:
        """End the processes once what they were handed is done."""
        for _ in self._threads:
            self._waiting.put(_Task(PATIENT + 1, next(self._numbers)))
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        process = _Process(self._context)
        while (task := self._waiting.get()).excerpt is not None:
            task.answer.set_result(process.examine(task.excerpt))
        process.end()


class _Process:
    """One process and the pipe to it, replaced when it dies."""

    def __init__(self, context: multiprocessing.context.ForkServerContext) -> None:
        self._context = context
        self._pipe: Connection | None = None

    def examine(self, excerpt: Excerpt) -> Findings:
        for _ in range(TRIES):
            try:
                return self._asked(excerpt)
            except (OSError, EOFError, TimeoutError) as failure:
                logger.warning(
                    "A process that examined a piece is gone: %s", type(failure).__name__
                )
                self.end()
        return pieces.not_examined(excerpt)

    def _asked(self, excerpt: Excerpt) -> Findings:
        pipe = self._pipe = self._pipe or self._begun()
        pipe.send(excerpt)
        if not pipe.poll(LONGEST_S):
            raise TimeoutError
        found: Findings = pipe.recv()
        return found

    def _begun(self) -> Connection:
        ours, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        return ours

    def end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
            self._process.kill()
            self._process.join()


def _work(pipe: Connection) -> None:
    """What a process does until its pipe closes."""
    os.nice(NICENESS)
    with suppress(EOFError, OSError):  # the worker is gone
        while True:
            pipe.send(examined(pipe.recv()))


def examined(excerpt: Excerpt) -> Findings:
    """Examine one piece here; one that fails is given up, loudly."""
    try:
        return pieces.examine(excerpt)
    except Exception as failure:  # noqa: BLE001  one piece never stops the others
        # Where it happened; its words may quote the signal.
        where = "".join(traceback.format_tb(failure.__traceback__))
        logger.error("A piece could not be examined: %s\n%s", type(failure).__name__, where)
        return pieces.not_examined(excerpt)


_running: list[Examiners] = []


@contextmanager
def examiners(n_processes: int | None = None) -> Iterator[Examiners]:
    """Processes on all cores, used by ``examine`` until this ends."""
    # Each process has one core; libraries that divide their sums among threads would fight for it.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    crew = Examiners(n_processes or n_cores())
    _running.append(crew)
    try:
        yield crew
    finally:
        _running.remove(crew)
        crew.close()


def n_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def examine(excerpts: Iterable[Excerpt], *, urgent: bool = False) -> Iterator[Findings]:
    """Examine pieces side by side where processes run, else one after another; in their order."""
    if _running:
        return _running[-1].examine(excerpts, urgent=urgent)
    return map(examined, excerpts)
