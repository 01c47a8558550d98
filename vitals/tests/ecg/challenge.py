"""Twelve-lead ECGs of the PhysioNet/CinC Challenge 2020, where they stand beside the checkout."""

from pathlib import Path

import numpy as np
from scipy.io import loadmat

from vitals.ecg.leads import STANDARD
from vitals.ecg.signal import Ecg


def twelve_leads(signals: Path, name: str) -> Ecg:
    """One of them; its header and samples are WFDB with a Matlab file."""
    path = signals / "ecg12" / name
    first, *lines = path.with_suffix(".hea").read_text().splitlines()
    described = [line.split() for line in lines[: len(STANDARD)]]
    assert tuple(words[-1] for words in described) == STANDARD
    steps_per_mv = np.array([float(words[2].split("/")[0]) for words in described])
    microvolts = 1000 * (loadmat(path.with_suffix(".mat"))["val"].T / steps_per_mv)
    return Ecg(
        microvolts, np.zeros(microvolts.shape, dtype=bool), float(first.split()[2]), STANDARD
    )
