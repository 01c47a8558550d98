"""Many wearables that upload over HTTP, in a process of their own (python -m, plan on stdin).

It reads a plan from standard input and prints what happened, both as JSON. Standard library only,
so that its own cost is small beside the server's.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
import numpy as np

RATE_HZ = 250
CHUNK_S = 10


def samples(seed: int) -> bytes:
    """Ten seconds of something like an ECG: 5,000 bytes."""
    at = np.arange(RATE_HZ * CHUNK_S)
    noise = np.random.default_rng(seed % 97).normal(0, 20, at.size)
    return (1000 * np.exp(-(((at % 208) - 100) ** 2) / 40) + noise).astype("<i2").tobytes()


@dataclass
class Told:
    """What one lane of wearables saw."""

    acknowledged: int = 0
    refused: list[str] = field(default_factory=list)
    latencies_ms: list[float] = field(default_factory=list)
    latest_s: float = 0.0


def lane(plan: dict[str, Any], mine: list[dict[str, str]], told: Told, begin: float) -> None:
    """Send every chunk of these wearables over one connection."""
    door = http.client.HTTPConnection(plan["address"], timeout=60)
    zero = datetime.fromisoformat(plan["zero"])
    for number in range(plan["rounds"]):
        for place, wearable in enumerate(mine):
            due = begin + plan["every_s"] * (number + place / len(mine))
            wait_s = due - time.monotonic()
            if plan["every_s"] and wait_s > 0:
                time.sleep(wait_s)
            started = time.monotonic()
            send = _batch if plan["batch"] > 1 else _single
            send(door, wearable, number, zero, plan["batch"], told)
            told.latencies_ms.append(1000 * (time.monotonic() - started))
            told.latest_s = max(told.latest_s, time.monotonic() - due if plan["every_s"] else 0.0)


def _single(
    door: http.client.HTTPConnection, wearable: dict[str, str], number: int, zero: datetime,
    _batch: int, told: Told,
) -> None:  # fmt: skip
    data = samples(number)
    first = number * RATE_HZ * CHUNK_S
    headers = _headers(wearable) | {
        "Content-Type": "application/octet-stream",
        "Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:",
        "Chunk-First-Sample": str(first),
        "Chunk-Device-Time": _at(zero, first),
    }
    door.request(
        "PUT", f"/api/v1/recordings/{wearable['recording']}/chunks/{number}", data, headers
    )
    answer = door.getresponse()
    body = answer.read()
    if answer.status in (200, 201):
        told.acknowledged += 1
    else:
        told.refused.append(body.decode()[:200])


def _batch(
    door: http.client.HTTPConnection, wearable: dict[str, str], number: int, zero: datetime,
    size: int, told: Told,
) -> None:  # fmt: skip
    items = []
    for seq in range(number * size, (number + 1) * size):
        data, first = samples(seq), seq * RATE_HZ * CHUNK_S
        items.append({
            "seq": seq, "first_sample": first, "device_time": _at(zero, first),
            "sha256": hashlib.sha256(data).digest(), "data": data,
        })  # fmt: skip
    headers = _headers(wearable) | {"Content-Type": "application/cbor"}
    path = f"/api/v1/recordings/{wearable['recording']}/chunks"
    door.request("POST", path, cbor2.dumps(items), headers)
    answer = door.getresponse()
    body = answer.read()
    if answer.status != http.HTTPStatus.OK:
        told.refused.append(body.decode()[:200])
        return
    statuses = [each["status"] for each in json.loads(body)]
    told.acknowledged += sum(status in (200, 201) for status in statuses)


def _headers(wearable: dict[str, str]) -> dict[str, str]:
    now = datetime.now(UTC).isoformat()  # noqa: TID251 -- a device has its own clock
    return {
        "Host": "localhost",
        "Authorization": f"Bearer {wearable['key']}",
        "Device-Clock": now,
    }


def _at(zero: datetime, first: int) -> str:
    return (zero + timedelta(seconds=first / RATE_HZ)).isoformat()


def main() -> None:
    """Carry out the plan on standard input."""
    plan = json.load(sys.stdin)
    lanes = [plan["wearables"][number :: plan["lanes"]] for number in range(plan["lanes"])]
    told = [Told() for _ in lanes]
    begin = time.monotonic() + 0.2
    threads = [
        threading.Thread(target=lane, args=(plan, mine, result, begin))
        for mine, result in zip(lanes, told, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    latencies = sorted(ms for result in told for ms in result.latencies_ms)
    print(json.dumps({
        "acknowledged": sum(result.acknowledged for result in told),
        "refused": [words for result in told for words in result.refused][:5],
        "n_refused": sum(len(result.refused) for result in told),
        "p50_ms": latencies[len(latencies) // 2],
        "p95_ms": latencies[int(len(latencies) * 0.95)],
        "late_s": max(result.latest_s for result in told),
        "seconds": time.monotonic() - begin,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
