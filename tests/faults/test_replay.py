"""A 30-minute record through the front door at 60 times its speed: every sample arrives."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from clients.tapes import demo_tape
from tests.faults import stored
from tests.faults.set_up import make
from tests.faults.stage import Stage
from tests.house import ROOT, outside
from tests.shared_data import DATA

RECORD = DATA / "signals" / "mitdb" / "203.flac"
MINUTES = 30
SPEED = 60
# The client's own bound is far below; a crowded machine needs more.
WITHIN_S = 3000


@pytest.fixture(scope="module")
def record(tmp_path_factory) -> Path:
    """Two leads of MIT-BIH record 203 where it is at hand, else the package's ECG over and over."""
    if RECORD.exists():
        return RECORD
    once = np.frombuffer(demo_tape(1).data, "<i2").astype(np.int16)
    rng = np.random.default_rng(203)
    drift = np.cumsum(rng.integers(-2, 3, MINUTES * 60 * 360)) % 500  # no two minutes are alike
    looped = (np.resize(once, drift.shape) + drift).astype(np.int16)
    path = tmp_path_factory.mktemp("record") / "record.npy"
    np.save(path, np.stack([looped, looped[::-1]], axis=1))
    return path


@pytest.fixture(scope="module")
def tape(record: Path) -> np.ndarray:
    """What the file holds, int16 (n, 2)."""
    if record.suffix == ".npy":
        return np.load(record)
    import soundfile

    return soundfile.read(record, dtype="int16")[0]


@pytest.fixture(scope="module")
def device(calm: Stage) -> dict[str, str]:
    (person,) = make(calm, ("wearer", {"given": "Replay"}))
    return person["devices"][0]


@pytest.fixture(scope="module")
def replayed(calm: Stage, device, record: Path, tmp_path_factory) -> str:
    """Plays the record to its end; what the wearable printed."""
    words = [
        *(sys.executable, "-m", "clients.wearable", str(record), "--server", calm.base_url),
        *("--spool", str(tmp_path_factory.mktemp("spool")), "--speed", str(SPEED)),
        *("--channels", "MLII,V1", "--scale", "5", "--sampling-rate-hz", "360"),
    ]
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=outside() | {"CHARTWAVE_DEVICE_KEY": device["key"], "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def recording(calm: Stage, device, replayed) -> stored.Stored:
    with calm.connect() as connection:
        found = stored.of_devices(connection, [device["id"]])
    assert len(found) == 1
    return next(iter(found.values()))


def test_the_record_is_half_an_hour_long(tape):
    assert len(tape) >= MINUTES * 60 * 360


def test_stored_samples_equal_the_files_sample_by_sample(recording, tape):
    blocks = sorted(recording.blocks, key=lambda block: block.first)
    assert [block.first for block in blocks] == list(
        np.cumsum([0, *(len(block.samples) for block in blocks[:-1])])
    )
    np.testing.assert_array_equal(np.concatenate([block.samples for block in blocks]), tape)


def test_the_house_reads_the_same_samples_back(calm, recording, tape):
    (read,) = make(calm, ("digest", {"recording": recording.id}))
    assert read["sha256"] == hashlib.sha256(tape.astype("<i2").tobytes()).hexdigest()


def test_every_sample_is_in_the_wearers_chart(recording):
    assert all(block.charted for block in recording.blocks)


def test_each_chunk_has_one_receipt(recording):
    assert [receipt.seq for receipt in sorted(recording.receipts, key=lambda r: r.seq)] == list(
        range(len(recording.receipts))
    )
