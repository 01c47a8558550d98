"""Recordings of motion with a truth beside them, where they stand beside the checkout.

Oxford step counter data set (CC BY 4.0); HAPT, "Smartphone-Based Recognition of Human Activities
and Postural Transitions" (Reyes-Ortiz et al. 2016, UCI); mobgap example data (Mobilise-D); SisFall
(Sucerquia et al. 2017) is read by vitals/imu/falls/sisfall.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.io import loadmat

from vitals.ecg.arrays import FloatArray, Span
from vitals.imu.motion import STANDARD_GRAVITY, Motion

ACTIVITIES: Final = {
    1: "walking",
    2: "walking upstairs",
    3: "walking downstairs",
    4: "sitting",
    5: "standing",
    6: "lying",
}
HAR_RATE_HZ: Final = 50.0


@dataclass(frozen=True)
class Walk:
    """A walk with the steps that a device on the foot counted."""

    name: str
    motion: Motion
    steps: int


@dataclass(frozen=True)
class Labelled:
    """A recording at the waist with what was done when; positions are samples."""

    name: str
    motion: Motion
    spans: tuple[tuple[str, Span], ...]


@dataclass(frozen=True)
class Gait:
    """A trial in a laboratory with the initial contacts that pressure insoles saw.

    ``walked``: spans of walking, in samples, with the number of contacts in each.
    """

    name: str
    motion: Motion
    walked: tuple[tuple[Span, int], ...]


def _motion(acceleration_g: FloatArray, rate_hz: float) -> Motion:
    nothing = np.zeros(len(acceleration_g), dtype=bool)
    return Motion(np.ascontiguousarray(acceleration_g), nothing, rate_hz)


def walks(signals: Path) -> Iterator[Walk]:
    """The walks that are there, at 100 Hz."""
    for file in sorted((signals / "steps").glob("*.csv*")):
        table = np.loadtxt(file, delimiter=",")
        seconds = (table[:, 0] - table[0, 0]) / 1e9
        even = np.arange(0, seconds[-1], 0.01)
        axes = [np.interp(even, seconds, column) for column in table[:, 1:4].T]
        name = file.name.split(".")[0].rpartition("_")[0]
        acceleration = np.stack(axes, axis=1) / STANDARD_GRAVITY
        yield Walk(name, _motion(acceleration, 100.0), int(table[-1, 5]))


def labelled(signals: Path) -> Iterator[Labelled]:
    """The experiments that are there, each with its labelled activities; transitions left out."""
    folder = signals / "har"
    labels = np.loadtxt(folder / "labels.txt", dtype=np.int64)
    for file in sorted(folder.glob("acc_exp*_user*.txt*")):
        name = file.name.split(".")[0].removeprefix("acc_")
        experiment, user = (int(part[-2:]) for part in name.split("_"))
        own = labels[(labels[:, 0] == experiment) & (labels[:, 1] == user)]
        spans = tuple(
            (ACTIVITIES[what], Span(start, end))
            for _, _, what, start, end in own.tolist()
            if what in ACTIVITIES
        )
        yield Labelled(name, _motion(np.loadtxt(file), HAR_RATE_HZ), spans)


def gaits(signals: Path) -> Iterator[Gait]:
    """The trials that are there, sensor at the lower back."""
    for file in sorted((signals / "gait").rglob("data.mat")):
        trials = json.loads((file.parent / "test_list.json").read_text())["data"]
        whole = loadmat(file, squeeze_me=True, struct_as_record=False)["data"]
        for trial in trials:
            found: Any = whole
            for key in trial["key"]:
                found = getattr(found, key)
            yield _gait("/".join([file.parent.name, *trial["key"][1:]]), found)


def _gait(name: str, trial: Any) -> Gait:
    sensor = trial.SU.LowerBack
    rate = float(sensor.Fs.Acc)
    walked = [
        (
            Span(round(float(each.Start) * rate), round(float(each.End) * rate)),
            int(np.isfinite(np.atleast_1d(each.InitialContact_Event).astype(float)).sum()),
        )
        for each in np.atleast_1d(trial.Standards.INDIP.ContinuousWalkingPeriod)
    ]
    return Gait(name, _motion(np.asarray(sensor.Acc, dtype=np.float64), rate), tuple(walked))
