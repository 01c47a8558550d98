"""Starting the process that opens files, waiting for it, and killing it when it takes too long."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitals.files.child import RESULT
from vitals.files.layout import Layout
from vitals.files.refusals import Unreadable, gettext_noop

ROOT = Path(__file__).resolve().parents[2]
WALL_S = 120.0
LARGEST_RESULT = 2**20
# One process holds the samples of an upload in memory; more than two at once could exhaust it.
AT_ONCE = threading.BoundedSemaphore(2)
# Nothing of ours goes along: no secret, no address of the database.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


class Busy(Exception):
    """Other files are being opened already."""


@dataclass(frozen=True)
class Stretch:
    """One recording of the upload.

    Attributes:
        kind: "ecg", "imu" or "ppg".
        sampling_rate_hz: Samples per second.
        unit: Of the samples.
        names: Channels.
        units_per_step: Scale.
        band_hz: Declared filters, low and high end.
        delay_s: Begin after the begin of the file.
        steps: int16, shape (n, channels), read from disk as needed.
    """

    kind: str
    sampling_rate_hz: float
    unit: str
    names: tuple[str, ...]
    units_per_step: float
    band_hz: tuple[float | None, float | None]
    delay_s: float
    steps: NDArray[np.int16]


@dataclass(frozen=True)
class Opened:
    """What the process found; the attributes are those of ``FileContent``."""

    format: str
    file: str
    start: str
    start_field: str
    identity: dict[str, Any]
    device: dict[str, str]
    study: dict[str, str]
    notes: list[dict[str, Any]]
    recordings: tuple[Stretch, ...]


@contextmanager
def opened(
    files: Path, names: Sequence[str], layout: Layout, *, wall_s: float = WALL_S
) -> Iterator[Opened]:
    """What the files of a folder hold, for as long as the samples are needed.

    Args:
        files: The folder.
        names: Which files of it, in order.
        layout: What a person said about them.
        wall_s: How long it may take.

    Raises:
        Unreadable: why not; also when the process took too long or too much memory.
        Busy: two are being opened already.
    """
    if not AT_ONCE.acquire(timeout=wall_s / 4):
        raise Busy
    try:
        with TemporaryDirectory(prefix="chartwave-file-") as out:
            order = {"names": list(names), "layout": layout.to_json()}
            _run(files, Path(out), json.dumps(order), names, wall_s)
            yield _result(Path(out), names)
    finally:
        AT_ONCE.release()


def _run(files: Path, out: Path, order: str, names: Sequence[str], wall_s: float) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "vitals.files.child", str(files), str(out), order],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # a traceback could quote the file
        start_new_session=True,
    )
    try:
        code = child.wait(wall_s)
    except subprocess.TimeoutExpired:
        code = None
    finally:
        _kill(child)
    if code != 0:
        raise _gave_up(names, out_of_time=code in (None, -signal.SIGXCPU, -signal.SIGKILL))


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Whatever is left of it and of what it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _result(out: Path, names: Sequence[str]) -> Opened:
    path = out / RESULT
    if not path.is_file() or path.stat().st_size > LARGEST_RESULT:
        raise _gave_up(names, out_of_time=False)
    body: Mapping[str, Any] = json.loads(path.read_text())
    if "refused" in body:
        raise Unreadable.from_json(body["refused"])
    stretches = tuple(
        _stretch(out / f"{number}.i16", each) for number, each in enumerate(body["recordings"])
    )
    return Opened(**{**body, "recordings": stretches})


def _stretch(path: Path, said: Mapping[str, Any]) -> Stretch:
    shape = (int(said["n_samples"]), len(said["names"]))
    steps = np.memmap(path, "<i2", "r", shape=shape)
    low, high = said["band_hz"]
    return Stretch(
        str(said["kind"]), float(said["sampling_rate_hz"]), str(said["unit"]),
        tuple(map(str, said["names"])), float(said["units_per_step"]), (low, high),
        float(said["delay_s"]), steps,
    )  # fmt: skip


def _gave_up(names: Sequence[str], *, out_of_time: bool) -> Unreadable:
    return Unreadable(
        "too-hard", names[0] if names else "", gettext_noop("content"),
        gettext_noop("reading it took too long") if out_of_time
        else gettext_noop("reading it took too much memory, or it is damaged"),
        gettext_noop("Export it again, in shorter parts."),
    )  # fmt: skip
