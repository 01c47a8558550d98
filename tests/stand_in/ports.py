"""Free loopback ports for test servers."""

import os
import re
import socket
from itertools import cycle

# Below 32768, where Linux starts to hand out ports for outgoing connections by itself, and below
# 27017, which the sync never calls: it belongs to a database.
LOWEST, HIGHEST = 20_000, 27_000
# Each process of a test run has a part of its own, and walks through it: a port that was handed out
# is bound only later.
PARTS = 8
PART = (HIGHEST - LOWEST) // PARTS


def part_of(worker: str, pid: int) -> list[int]:
    """The ports of a worker of a test run; another run on this machine begins elsewhere in them."""
    number = int((re.findall(r"\d+", worker) or ["0"])[-1])
    first = LOWEST + number % PARTS * PART
    return [first + (pid + step) % PART for step in range(PART)]


_own = part_of(os.environ.get("PYTEST_XDIST_WORKER", ""), os.getpid())
_next = cycle(_own)


def free_port() -> int:
    """A port nothing listens on just now, and that was not handed out for long."""
    for _ in _own:
        port = next(_next)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"No free port between {min(_own)} and {max(_own)}")
