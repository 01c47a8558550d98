"""Which processes belong to a database, and how they end in bounded time."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PROC = Path("/proc")


def can_look() -> bool:
    """Whether this system shows each process's folder (Linux does)."""
    return (PROC / "self" / "cwd").exists()


def processes_in(cluster: Path) -> list[int]:
    """Live PostgreSQL processes at work in ``cluster``; a zombie has no folder and is not one."""
    found = []
    for entry in PROC.glob("[0-9]*") if can_look() else ():
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() == cluster and _is_postgres(entry):
                found.append(int(entry.name))
    return sorted(found)


def _is_postgres(entry: Path) -> bool:
    return (entry / "comm").read_text().startswith("postgres")


def end_all(cluster: Path, postmaster: int | None) -> None:
    """End what an earlier, killed launcher left running in ``cluster``."""
    if postmaster in processes_in(cluster):
        send(postmaster, signal.SIGINT)
        until(lambda: not processes_in(cluster), 20)
    for which in (signal.SIGQUIT, signal.SIGKILL):
        for pid in processes_in(cluster):
            send(pid, which)
        if until(lambda: not processes_in(cluster), 10):
            return


def end(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """End a child by ever harder signals, each with its patience in seconds."""
    for which, patience in steps:
        if process.poll() is not None:
            return
        process.send_signal(which)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def send(pid: int | None, which: signal.Signals) -> None:
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, which)


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for ``condition``; whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return met
