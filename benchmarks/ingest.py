"""What it costs to take in a chunk, beside inserting the same bytes with nothing around it.

Run: ``python benchmarks/ingest.py [--quick] [--json]``.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg

from benchmarks.figures import Figure, Report, Table, main
from benchmarks.house import ROOT, House, open_doors, scratch_house
from benchmarks.uploading import samples

LEAST_SHARE: Final = 0.25
WEARABLES: Final = 1000
BATCH: Final = 100
LANES: Final = 8
PROTOCOL: Final = (
    "One chunk: 10 s of one ECG lead at 250 Hz, 5,000 bytes. Every chunk is committed to disk",
    "(fsync on) before it is acknowledged. CPU is that of the web and PostgreSQL processes, from",
    "/proc; that of the wearables is not counted. Raw: psycopg, prepared, one row (or 100) with a",
    "unique key in each transaction, CPU of client and PostgreSQL.",
)


@dataclass(frozen=True)
class Cost:
    """Chunks, the CPU and wall seconds they took, and what the wearables saw."""

    name: str
    chunks: int
    cpu_s: float
    wall_s: float
    p95_ms: float | None = None

    @property
    def per_cpu_s(self) -> float:
        return self.chunks / self.cpu_s


def measure(quick: bool) -> Report:  # noqa: FBT001 - the shape that every benchmark has
    """Chunks per CPU second, single and in batches, and 1,000 wearables at their real rate."""
    single, batches = (640, 12) if quick else (6000, 100)
    with scratch_house() as house:
        wearables = worn_devices(WEARABLES)
        raw = [_raw(house, single, 1), _raw(house, batches * BATCH, BATCH)]
        with open_doors(house):
            upload(house, wearables[:8], rounds=20, lanes=LANES)  # warm
            ours = [
                _cost(house, "API, single", wearables[8:16], single // 8, 1),
                _cost(house, "API, batches of 100", wearables[16:24], batches // 4, BATCH),
            ]
            crowd = _crowd(house, wearables[24:], seconds=10 if quick else 60)
        lost = crowd["sent"] - _stored(wearables[24:])
    return _report(raw, ours, crowd, lost)


def _report(raw: list[Cost], ours: list[Cost], crowd: dict[str, Any], lost: int) -> Report:
    rows = [
        (
            cost.name,
            str(cost.chunks),
            f"{cost.per_cpu_s:,.0f}",
            f"{1000 * cost.cpu_s / cost.chunks:.3f}",
            f"{cost.chunks / cost.wall_s:,.0f}",
            "" if cost.p95_ms is None else f"{cost.p95_ms:.0f}",
        )
        for cost in (raw[0], ours[0], raw[1], ours[1])
    ]
    header = ("", "n", "chunks/CPU-s", "CPU ms/chunk", "chunks/s", "p95 ms")
    shares = [mine.per_cpu_s / bare.per_cpu_s for mine, bare in zip(ours, raw, strict=True)]
    crowd_rows = [(
        f"{crowd['wearables']} wearables", str(crowd["sent"]), str(crowd["acknowledged"]),
        str(lost), f"{crowd['p95_ms']:.0f}", f"{crowd['late_s']:.1f}", f"{crowd['cpu_share']:.2f}",
    )]  # fmt: skip
    crowd_header = ("", "sent", "acknowledged", "lost", "p95 ms", "latest s", "cores used")
    return Report(
        PROTOCOL,
        (
            Table("Taking in chunks", header, rows),
            Table("At their real rate, one chunk each 10 s", crowd_header, crowd_rows),
        ),
        (
            Figure(
                "share_single", shares[0], "of raw", f">= {LEAST_SHARE}", shares[0] >= LEAST_SHARE
            ),
            Figure(
                "share_batch", shares[1], "of raw", f">= {LEAST_SHARE}", shares[1] >= LEAST_SHARE
            ),
            Figure("lost", lost, "chunks", "0", lost == 0),
            Figure("late", crowd["late_s"], "s", "< 10", crowd["late_s"] < 10),
        ),
    )


def worn_devices(count: int) -> list[dict[str, str]]:
    """Registered devices with keys, each worn and with an open recording."""
    from django.utils import timezone

    from accounts.models import Organization
    from fhir import changes
    from fhir.principal import SYSTEM
    from patients.models import Patient
    from vitals.acts.registering import digest, prefix_of
    from vitals.models import Device, DeviceKey, Pairing, Recording

    ward = changes.create(Organization(name="Benchmark"), by=SYSTEM)
    people = [Patient(names=[{"family": f"P{n}"}]) for n in range(count)]
    devices = [Device(serial=f"B-{n}", facility=ward, registered=True) for n in range(count)]
    changes.bulk_create(people, by=SYSTEM)
    changes.bulk_create(devices, by=SYSTEM)
    day_ago = timezone.now() - timedelta(days=1)
    pairings = [
        Pairing(device=device, patient=person, start=day_ago)
        for device, person in zip(devices, people, strict=True)
    ]
    Pairing.objects.bulk_create(pairings)
    recordings = [
        Recording(
            device=device, client_id="b", kind="ecg", sampling_rate_hz=250, channels=["I"],
            unit="uV", units_per_step=1, started_at=day_ago,
        )
        for device in devices
    ]  # fmt: skip
    Recording.objects.bulk_create(recordings)
    keys = [f"cw_{n:08x}_{secrets.token_urlsafe(32)}" for n in range(count)]
    a_year = timezone.now() + timedelta(days=365)
    DeviceKey.objects.bulk_create(
        DeviceKey(device=device, prefix=prefix_of(key), sha256=digest(key), expires_at=a_year)
        for device, key in zip(devices, keys, strict=True)
    )
    return [
        {"key": key, "recording": str(recording.pk)}
        for key, recording in zip(keys, recordings, strict=True)
    ]


def _raw(house: House, chunks: int, batch: int) -> Cost:
    """The same bytes with nothing around them."""
    data = [samples(seed) for seed in range(97)]
    with psycopg.connect(house.cluster.urls.owner_url) as connection:
        connection.execute(f"CREATE TABLE raw_{batch} (seq int PRIMARY KEY, payload bytea)")
        connection.execute(f"ALTER TABLE raw_{batch} ALTER payload SET STORAGE EXTERNAL")
        connection.commit()
        insert = f"INSERT INTO raw_{batch} VALUES (%s, %s) ON CONFLICT DO NOTHING"
        cpu, began, own = house.cpu_s(), time.monotonic(), time.process_time()
        for first in range(0, chunks, batch):
            rows = [(seq, data[seq % 97]) for seq in range(first, first + batch)]
            with connection.cursor() as cursor:
                cursor.executemany(insert, rows) if batch > 1 else cursor.execute(insert, rows[0])
            connection.commit()
        wall = time.monotonic() - began
        used = house.cpu_s() - cpu + time.process_time() - own
    name = "raw inserts, single" if batch == 1 else f"raw inserts, batches of {batch}"
    return Cost(name, chunks, used, wall)


def _cost(house: House, name: str, wearables: list[Any], rounds: int, batch: int) -> Cost:
    cpu, began = house.cpu_s(), time.monotonic()
    lanes = len(wearables) if batch == 1 else 4
    told = upload(house, wearables[:lanes], rounds=rounds, lanes=lanes, batch=batch)
    used, wall = house.cpu_s() - cpu, time.monotonic() - began
    if told["n_refused"]:
        raise SystemExit(f"refused: {told['refused']}")
    return Cost(name, told["acknowledged"], used, wall, told["p95_ms"])


def _crowd(house: House, wearables: list[Any], seconds: int) -> dict[str, Any]:
    rounds, cpu, began = seconds // 10, house.cpu_s(), time.monotonic()
    told = upload(house, wearables, rounds=rounds, lanes=LANES, every_s=10.0)
    share = (house.cpu_s() - cpu) / (time.monotonic() - began)
    sent = rounds * len(wearables)
    return told | {"sent": sent, "wearables": len(wearables), "cpu_share": share}


def upload(
    house: House, wearables: list[Any], *, rounds: int, lanes: int, batch: int = 1,
    every_s: float = 0.0,
) -> dict[str, Any]:  # fmt: skip
    from django.utils import timezone

    plan = {
        "address": f"127.0.0.1:{house.port}", "wearables": wearables, "rounds": rounds,
        "lanes": lanes, "batch": batch, "every_s": every_s,
        "zero": (timezone.now() - timedelta(hours=23)).isoformat(),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.uploading"],
        cwd=ROOT, input=json.dumps(plan), text=True, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _stored(wearables: list[Any]) -> int:
    from vitals.models import ChunkReceipt

    return ChunkReceipt.objects.filter(
        recording__in=[wearable["recording"] for wearable in wearables]
    ).count()


if __name__ == "__main__":
    raise SystemExit(main(measure))
