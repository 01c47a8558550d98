"""A worker of the house as a benchmark sees it: started, watched, killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.house import process_cpu_s

ROOT: Final = Path(__file__).resolve().parent.parent
SAMPLED_S: Final = 0.25
WITHIN_S: Final = 1800.0


class Worker:
    """A worker of its own session, and what it uses."""

    def __enter__(self) -> Worker:
        from django.db import connection

        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], cwd=ROOT, start_new_session=True
        )
        before = _one("SELECT coalesce(max(id), 0) FROM procrastinate_workers")
        newer = f"SELECT count(*) FROM procrastinate_workers WHERE id > {before}"
        until(lambda: _one(newer) > 0)
        connection.close()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(60)

    def cpu_s(self) -> float:
        return process_cpu_s(self.process.pid)

    def kill(self) -> int:
        """SIGKILL; how many of its processes live on 5 s later."""
        session = self.process.pid
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        time.sleep(5)
        return len(_session(session))

    @contextmanager
    def watched(self) -> Iterator[list[float]]:
        """The largest memory of all its processes together, in the end."""
        peak, over = [0.0], threading.Event()

        def watch() -> None:
            while not over.wait(SAMPLED_S):
                peak[0] = max(peak[0], sum(map(_pss, _session(self.process.pid))))

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield peak
        finally:
            over.set()
            thread.join()


def until(done: Callable[[], bool], every_s: float = 0.1) -> None:
    """Wait until that holds, half an hour at most."""
    deadline = time.monotonic() + WITHIN_S
    while not done():
        if time.monotonic() > deadline:
            raise SystemExit("The worker did not come to its end.")
        time.sleep(every_s)


def _one(sql: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def _session(leader: int) -> list[int]:
    """Living processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def _pss(pid: int) -> float:
    """Bytes of a process, its share of what several share."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(1024.0 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
