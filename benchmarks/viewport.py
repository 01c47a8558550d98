"""How long any view of a day of ECG takes, and how many bytes it is.

Run: ``python benchmarks/viewport.py [--quick] [--json]``.
"""

from __future__ import annotations

import http.client
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.figures import Figure, Report, Table, main
from benchmarks.house import House, open_doors, scratch_house
from benchmarks.sessions import session_cookie

RATE_HZ: Final = 250
CHANNELS: Final = ("I", "II", "III")
BLOCK_S: Final = 60
WIDTH_PX: Final = 1400
CHUNK_S: Final = 10
MOST_MS: Final = 30.0
MOST_BYTES: Final = 100_000
HEADER: Final = ("span", "n", "median ms", "p95 ms", "CPU ms", "largest kB")
GROWTH_HEADER: Final = ("", "n", "mean ms", "CPU ms", "samples kB", "WAL kB")
SPANS_S: Final = (10, 60, 600, 3600, 6 * 3600, 24 * 3600)
PROTOCOL: Final = (
    "Random views of one recording, 3 leads at 250 Hz, 1,400 pixels wide, over HTTP from the same",
    "machine with a signed-in session: permission, audit and all. One after the other, after a",
    "warm-up; n views of each span, of one lead and of all three in one answer. CPU: web and",
    "PostgreSQL processes, mean per view. Then chunks come one by one and the worker's function",
    "draws each into the pyramid: CPU of this process, WAL is all that PostgreSQL wrote for it.",
)


@dataclass(frozen=True)
class Views:
    """What the views of one span took."""

    span_s: int
    ms: np.ndarray
    size: int
    cpu_ms: float
    together: bool


@dataclass(frozen=True)
class Growth:
    """What one more chunk costs to draw into the pyramid: means."""

    chunks: int
    ms: float
    cpu_ms: float
    raw_bytes: float
    wal_bytes: float


def measure(quick: bool) -> Report:  # noqa: FBT001 - the shape that every benchmark has
    """Views of every span of a long recording."""
    hours, each = (3, 40) if quick else (24, 200)
    with scratch_house() as house:
        recording, cookie = long_recording(hours)
        with open_doors(house) as address:
            door = http.client.HTTPConnection(address, timeout=60)
            visit = Visit(house, door, cookie, recording, hours)
            visit.views(SPANS_S[0], 10)
            spans = [span for span in SPANS_S if span <= hours * 3600]
            found = [visit.views(span, each) for span in spans]
            found += [visit.views(span, each, together=True) for span in spans]
        grown = _grow(recording, hours, 60 if quick else 360)
    return _report(found, grown, hours)


def _report(found: list[Views], grown: Growth, hours: int) -> Report:
    rows = [
        (
            f"{views.span_s:,} s, {'all leads' if views.together else 'one lead'}",
            str(len(views.ms)),
            f"{np.median(views.ms):.1f}",
            f"{np.percentile(views.ms, 95):.1f}",
            f"{views.cpu_ms:.1f}",
            f"{views.size / 1000:.1f}",
        )
        for views in found
    ]
    p95 = float(np.percentile(np.concatenate([views.ms for views in found]), 95))
    largest = max(views.size for views in found)
    growth = (
        "10 s of 3 leads", str(grown.chunks), f"{grown.ms:.1f}", f"{grown.cpu_ms:.1f}",
        f"{grown.raw_bytes / 1000:.1f}", f"{grown.wal_bytes / 1000:.1f}",
    )  # fmt: skip
    return Report(
        PROTOCOL,
        (
            Table(f"Views of {hours} h", HEADER, rows),
            Table(f"Drawing the next chunk after {hours} h", GROWTH_HEADER, [growth]),
        ),
        (
            Figure("p95", p95, "ms", f"<= {MOST_MS:g}", p95 <= MOST_MS),
            Figure("largest", largest / 1000, "kB", "<= 100", largest <= MOST_BYTES),
            Figure("drawn", grown.ms, "ms per chunk", "none set", None),
        ),
    )


def long_recording(hours: int) -> tuple[str, str]:
    """A long recording, drawn into the pyramid, and the session of a doctor who may see it."""
    from django.utils import timezone

    from accounts.models import Membership, Organization, User
    from accounts.roles import Role
    from fhir import changes
    from fhir.principal import SYSTEM
    from patients.models import Encounter, Patient
    from vitals.models import Device, Pairing, Recording

    start = timezone.now() - timedelta(hours=hours + 1)
    ward = changes.create(Organization(name="Benchmark"), by=SYSTEM)
    person = changes.create(Patient(names=[{"family": "Day"}]), by=SYSTEM)
    visit = {"patient": person, "organization": ward, "status": "in-progress", "start": start}
    changes.create(Encounter(class_code="AMB", **visit), by=SYSTEM)
    device = changes.create(Device(serial="B-1", facility=ward, registered=True), by=SYSTEM)
    pairing = Pairing.objects.create(device=device, patient=person, start=start)
    recording = Recording.objects.create(
        device=device, pairing=pairing, client_id="day", kind="ecg", sampling_rate_hz=RATE_HZ,
        channels=list(CHANNELS), unit="uV", units_per_step=1, started_at=start,
    )  # fmt: skip
    _fill(recording, hours)
    doctor = User.objects.create(username="doctor", full_name="Dr Benchmark")
    Membership.objects.create(user=doctor, facility=ward, role=Role.DOCTOR, start=start)
    return str(recording.pk), session_cookie(doctor)


def _fill(recording: Any, hours: int) -> None:
    from vitals.models import WaveformChunk
    from vitals.storage.codec import encode
    from vitals.storage.drawing import draw

    size = BLOCK_S * RATE_HZ
    dice = np.random.default_rng(5)
    at = np.arange(size)
    beats = 1000 * np.exp(-(((at % 208) - 100) ** 2) / 40)
    for number in range(hours * 3600 // BLOCK_S):
        noise = dice.normal(0, 15, (size, len(CHANNELS)))
        codec, payload = encode((beats[:, None] * (1, 1.4, 0.5) + noise).astype(np.int16))
        WaveformChunk.objects.create(
            recording=recording, pairing=recording.pairing, first_sample=number * size,
            n_samples=size, codec=codec, payload=payload,
            start_time=recording.started_at + timedelta(seconds=number * BLOCK_S),
        )  # fmt: skip
    draw(recording.pk)


def _grow(key: str, hours: int, n: int) -> Growth:
    """Draw chunks that come after the end, one by one."""
    from vitals.models import Recording, WaveformChunk
    from vitals.models.chunks import RAW
    from vitals.statements import run
    from vitals.storage.drawing import draw

    recording = Recording.objects.get(pk=key)
    size, dice, first = CHUNK_S * RATE_HZ, np.random.default_rng(7), hours * 3600 * RATE_HZ
    wall_s = cpu_s = wal = 0.0
    for number in range(n):
        payload = dice.normal(0, 15, (size, len(CHANNELS))).astype("<i2").tobytes()
        WaveformChunk.objects.create(
            recording=recording, pairing=recording.pairing, first_sample=first + number * size,
            n_samples=size, codec=RAW, payload=payload,
            start_time=recording.started_at + timedelta(hours=hours, seconds=number * CHUNK_S),
        )  # fmt: skip
        written = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
        before = float(run(written, []).fetchone()[0]), time.perf_counter(), time.process_time()
        draw(recording.pk)
        wall_s += time.perf_counter() - before[1]
        cpu_s += time.process_time() - before[2]
        wal += float(run(written, []).fetchone()[0]) - before[0]
    return Growth(n, 1000 * wall_s / n, 1000 * cpu_s / n, len(payload), wal / n)


@dataclass(frozen=True)
class Visit:
    """A doctor who looks at one recording."""

    house: House
    door: http.client.HTTPConnection
    cookie: str
    recording: str
    hours: int

    def views(self, span_s: int, n: int, *, together: bool = False) -> Views:
        """Look ``n`` times at random places of the recording."""
        dice = np.random.default_rng(span_s)
        took, largest, cpu_s = [], 0, self.house.cpu_s()
        for _ in range(n):
            start = int(dice.integers(0, max(1, (self.hours * 3600 - span_s) * 1000)))
            one = int(dice.integers(0, len(CHANNELS)))
            wanted = "channels=0,1,2" if together else f"channel={one}"
            began = time.perf_counter()
            size = self._view(start, start + span_s * 1000, wanted)
            took.append(1000 * (time.perf_counter() - began))
            largest = max(largest, size)
        used_ms = 1000 * (self.house.cpu_s() - cpu_s) / n
        return Views(span_s, np.array(took), largest, used_ms, together)

    def _view(self, start_ms: int, end_ms: int, wanted: str) -> int:
        query = f"start_ms={start_ms}&end_ms={end_ms}&width={WIDTH_PX}&{wanted}"
        headers = {"Host": "localhost", "Cookie": self.cookie}
        self.door.request("GET", f"/recordings/{self.recording}/viewport?{query}", headers=headers)
        answer = self.door.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK or not body:
            raise SystemExit(f"A view was answered with {answer.status}, {len(body)} bytes.")
        return len(body)


if __name__ == "__main__":
    raise SystemExit(main(measure))
