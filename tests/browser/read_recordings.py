"""Two recordings with a reading, written straight into the database of a running house.

Run: ``python -m tests.browser.read_recordings`` beside the house; it prints their ids as JSON.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import Any

import numpy as np

RATE_HZ = 250
BEAT_SAMPLES = 200  # 75 a minute
FIRST_BEAT = 100
TWELVE = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
THREE = ("I", "II", "III")
PAUSE_S, RUN_S = 60, 120


def episodes(recording: str) -> list[dict[str, Any]]:
    """What the long recording lists: a pause and a run."""
    if recording != "three":
        return []
    return [
        {"kind": "pause", "start_sample": PAUSE_S * RATE_HZ, "seconds": 2.4,
         "end_sample": int((PAUSE_S + 2.4) * RATE_HZ)},
        {"kind": "ventricular-run", "start_sample": RUN_S * RATE_HZ, "beats": 5,
         "rate_per_min": 140.0, "end_sample": (RUN_S + 2) * RATE_HZ},
    ]  # fmt: skip


def result(recording: str, channels: tuple[str, ...], seconds: int) -> dict[str, Any]:
    """A reading as the worker keeps it."""
    return {
        "rate_low": 70, "rate_high": 76, "regular": True, "n_pauses": 1, "longest_pause_s": 2.4,
        "share_analysable": 1.0, "quality": [{"grade": "good", "from_s": 0, "to_s": seconds}],
        "rate_by_minute": [75.0] * (seconds // 60),
        "leads": [{"name": name, "analysable_share": 1.0, "problem": None} for name in channels],
        "intervals": {"qt_ms": 402.0, "qrs_ms": 92.0, "withheld": {"pr": "no clear P wave"}},
        "hourly": [{"hour": 0, "from_s": 0, "analysable_share": 1.0, "beats": seconds * 75 // 60,
                    "rate": {"low": 70, "mean": 75, "high": 76}, "ventricular": 5, "pauses": 1,
                    "possible_af_s": 0}],
        "episodes": episodes(recording),
    }  # fmt: skip


def trace(seconds: int, channels: int) -> np.ndarray:
    """Microvolts of narrow beats that do not hide each other."""
    at = np.arange(seconds * RATE_HZ) % BEAT_SAMPLES
    beat = 800 * np.exp(-(((at - FIRST_BEAT) / 5) ** 2))
    return (beat[:, None] * np.linspace(1.0, 0.4, channels)).astype(np.int16)


def keep(worn: Any, name: str, channels: tuple[str, ...], seconds: int) -> str:
    """One recording, ended and read; its id."""
    from django.utils import timezone

    from vitals.ecg.version import ALGORITHM, ALGORITHM_VERSION
    from vitals.models import Analysis, Recording, WaveformChunk
    from vitals.storage.codec import encode
    from vitals.storage.drawing import draw

    recording = Recording.objects.create(
        device=worn.device, pairing=worn, client_id=name, kind="ecg", sampling_rate_hz=RATE_HZ,
        channels=list(channels), unit="uV", units_per_step=1, started_at=worn.start,
        closed_at=timezone.now(),
    )  # fmt: skip
    n = seconds * RATE_HZ
    codec, payload = encode(trace(seconds, len(channels)))
    WaveformChunk.objects.create(
        recording=recording, pairing=worn, first_sample=0, n_samples=n, codec=codec,
        payload=payload, start_time=worn.start,
    )  # fmt: skip
    draw(recording.pk)
    beats = np.arange(FIRST_BEAT, n, BEAT_SAMPLES)
    classes = "".join("V" if number % 5 == 4 else "N" for number in range(len(beats)))
    piece = {"core": [0, n], "beats": np.diff(beats, prepend=0).tolist(), "rejected": []}
    # As of today's algorithm, so that the worker of the house has nothing to read anew.
    named = {
        "recording": recording, "algorithm_version": ALGORITHM_VERSION, "from_sample": 0,
        "to_sample": n, "final": True,
    }  # fmt: skip
    kept = {"/piece": piece | {"classes": classes}, "": result(name, channels, seconds)}
    for kind, found in kept.items():
        Analysis.objects.create(algorithm=ALGORITHM + kind, result=found, **named)
    return str(recording.pk)


def worn_device() -> Any:
    """A device on a patient of the facility where the demo's doctor works."""
    from django.utils import timezone

    from accounts.models import User
    from fhir import changes
    from fhir.principal import SYSTEM
    from patients.models import Encounter, Patient
    from vitals.models import Device, Pairing

    start = timezone.now() - timedelta(hours=2)
    facility = User.objects.get(username="doctor").memberships.current()[0].facility
    person = changes.create(Patient(names=[{"family": "Viewed", "given": ["Ada"]}]), by=SYSTEM)
    visit = {"patient": person, "organization": facility, "status": "in-progress", "start": start}
    changes.create(Encounter(class_code="AMB", **visit), by=SYSTEM)
    device = changes.create(
        Device(serial="VIEWED-1", facility=facility, registered=True), by=SYSTEM
    )
    return Pairing.objects.create(device=device, patient=person, start=start)


def main() -> None:
    """Write both, and print where they are."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ehr_project.settings")
    import django

    django.setup()
    from django.db import transaction

    with transaction.atomic():  # The worker sees them only together with their reading.
        worn = worn_device()
        made = {
            "three": keep(worn, "three", THREE, 300),
            "twelve": keep(worn, "twelve", TWELVE, 30),
        }
    print(json.dumps(made))  # noqa: T201


if __name__ == "__main__":
    main()
