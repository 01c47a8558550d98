"""``manage.py import_fhir PATH…``: take in Bundles and NDJSON files, as often as you like."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from fhir.errors import Refusal
from fhir.importing import Outcome, Refused, take_in
from fhir.principal import SYSTEM
from fhir.waves import Part, waves

ENDINGS = (".json", ".ndjson", ".json.gz", ".ndjson.gz")
WAITING = 2  # parts that wait for each process: enough to keep it busy, few enough to hold
EACH_S = 1.0

# Starts taking in a part, perhaps elsewhere.
Start: TypeAlias = "Callable[[Part], Future[Outcome]]"


class Command(BaseCommand):
    help = (
        "Import FHIR R4 Bundles, resources or NDJSON, plain or gzip. A second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, help="files, or folders of them")
        parser.add_argument(
            "--origin", default="import", help="name of the source, for the history"
        )
        parser.add_argument("--processes", type=int, default=1, help="how many work at once")

    def handle(
        self, *_: Any, paths: list[Path], origin: str, processes: int = 1, **__: Any
    ) -> None:
        files = files_of(paths)
        self.total, self.refused = Outcome(), 0
        self.began = self.told_at = time.monotonic()
        with workers(processes, origin) as start:
            for wave in waves(files):
                self.take_in_wave(wave, start, processes * WAITING)
        self.tell(last=True)
        total = self.total
        self.stdout.write(
            f"{len(files)} files: {total.created} created, {total.updated} updated, "
            f"{total.unchanged} unchanged, {self.refused} refused"
        )
        if self.refused:
            raise CommandError(f"{self.refused} entries were refused; the others are in.")

    def take_in_wave(self, wave: Iterator[Part], start: Start, most: int) -> None:
        """All parts of a wave; never more than ``most`` of them are in memory."""
        running: dict[Future[Outcome], Part] = {}
        while True:
            part = next(wave, None) if len(running) < most else None
            if part is not None:
                running[start(part)] = part
            elif running:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    self.note(running.pop(future), future.result())
            else:
                return

    def note(self, part: Part, outcome: Outcome) -> None:
        """Print what was refused, count the rest; nothing is kept."""
        for each in outcome.refused:
            self.stdout.write(
                f"refused: {part.path.name}, {each.place}, {each.element}: {each.reason}"
            )
        self.refused += len(outcome.refused)
        outcome.refused.clear()
        self.total += outcome
        self.tell()

    def tell(self, *, last: bool = False) -> None:
        """How far it is, now and then."""
        now = time.monotonic()
        if now - self.told_at < EACH_S and not last:
            return
        self.told_at = now
        done = self.total.created + self.total.updated + self.total.unchanged
        rate = done / max(now - self.began, 0.001)
        line = f"{done:,} resources, {self.refused:,} refused, {rate:,.0f} a second"
        if sys.stderr.isatty():
            self.stderr.write(f"\r{line:70}", ending="\n" if last else "")
        else:
            self.stderr.write(line)


@contextmanager
def workers(processes: int, origin: str) -> Iterator[Start]:
    """What takes parts in: this process, or several others."""
    if processes < 2:
        yield lambda part: _now(part, origin)
        return
    connections.close_all()  # a connection cannot be shared by two processes
    with ProcessPoolExecutor(processes, get_context("fork")) as pool:
        yield lambda part: pool.submit(take_in_part, part, origin)


def _now(part: Part, origin: str) -> "Future[Outcome]":
    future: Future[Outcome] = Future()
    future.set_result(take_in_part(part, origin))
    return future


def take_in_part(part: Part, origin: str) -> Outcome:
    """Take in one part; what cannot be read becomes one refusal."""
    try:
        return take_in(part.items(), by=SYSTEM, origin=origin)
    except Refusal as refusal:
        element = refusal.expression or part.path.name
        return Outcome(refused=[Refused("the file", element, refusal.message)])


def files_of(paths: list[Path]) -> list[Path]:
    """The files that ``paths`` name; a folder stands for the FHIR files in it, by name."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.iterdir() if p.name.endswith(ENDINGS))
        elif path.exists():
            found.append(path)
        else:
            raise CommandError(f"{path} does not exist.")
    if not found:
        raise CommandError(f"Nothing to import there; files end in {', '.join(ENDINGS)}.")
    return found
