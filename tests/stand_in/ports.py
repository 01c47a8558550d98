"""Free loopback ports for test servers."""

import random
import socket

# Below 32768, where Linux starts to hand out ports for outgoing connections by itself, and below
# 27017, which the sync never calls: it belongs to a database.
LOWEST, HIGHEST = 20_000, 27_000


def free_port() -> int:
    """A port nothing listens on just now."""
    for _ in range(200):
        port = random.randint(LOWEST, HIGHEST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"No free port between {LOWEST} and {HIGHEST}")
