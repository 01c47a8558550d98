"""Which beats of a window are ventricular, as far as this window can tell.

The model knows adults without a pacemaker. Of others, and of beats that nothing can be compared
with, it says nothing: they are "not classified".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray, Span, Uint8Array
from vitals.ecg.beats import features
from vitals.ecg.beats.classes import NORMAL, PACED, UNCLASSIFIED, VENTRICULAR
from vitals.ecg.beats.features import Measured
from vitals.ecg.beats.shapes import Lead
from vitals.ecg.beats.trees import Trees
from vitals.ecg.fusion import Fused
from vitals.ecg.grid import SEGMENT_S
from vitals.ecg.leads import LEADS_FOR_R, canonical
from vitals.ecg.window import Window

MODEL: Final = Path(__file__).with_name("model.npz")

ADULT_YEARS: Final = 16.0  # the model learnt from patients of 23 to 89 years (Moody & Mark 2001)
FEWEST_BEATS: Final = 4  # with fewer no beat has three others to be compared with
# A paced QRS is wide; 97 - 3 % of its slope energy then take this long (MIT-BIH 102 and 104).
PACED_WIDTH_S: Final = 0.09

# The second lead looks from another side: V1 tells ventricular beats best (Drew et al. 2004).
SIDE_LEADS: Final = {"V1": 0, "V2": 1, "V3": 2, "III": 3, "aVF": 4, "V4": 5, "V5": 6}
UNNAMED: Final = 99
NEARLY_ALL: Final = 0.9  # of the time that the best lead can be read


@dataclass(frozen=True)
class MeasuredBeats:
    """The beats of one window as they are classified.

    ``measured``: on the chosen leads. ``seen``: whether a believed lead shows the beat, shape (m,).
    """

    measured: Measured
    seen: BoolArray

    def log_odds(self, trees: Trees) -> FloatArray:
        """How sure each beat is ventricular: by itself, and by those of the same shape.

        Beats of one shape come from one place, so that half of the word is theirs.
        """
        own = trees.log_odds(self.measured.values)
        alike = self.measured.is_alike
        theirs = np.where(alike, own[self.measured.companions], 0.0).sum(axis=1)
        count = alike.sum(axis=1)
        return np.where(count > 0, (own + theirs / np.maximum(count, 1)) / 2, own)


def classify(fused: Fused) -> Uint8Array:
    """The class of each beat of one window, shape (m,); see ``classes``."""
    n_beats = len(fused.beats)
    age = fused.ecg.age_years
    if n_beats < FEWEST_BEATS or (age is not None and age < ADULT_YEARS):
        return np.full(n_beats, UNCLASSIFIED, dtype=np.uint8)
    return told(measured(fused), model(), paced=bool(fused.ecg.paced))


def measured(fused: Fused) -> MeasuredBeats:
    """Measure the beats of a window on the leads that show them best."""
    leads = chosen_leads(fused)
    seen: BoolArray = np.logical_or.reduce([lead.readable[fused.beats] for lead in leads])
    rate = fused.ecg.sampling_rate_hz
    return MeasuredBeats(features.measure(leads, fused.beats, rate), seen)


def told(beats: MeasuredBeats, trees: Trees, *, paced: bool) -> Uint8Array:
    """The class of each beat by the given model, shape (m,)."""
    ventricular: BoolArray = beats.log_odds(trees) > 0
    if paced:
        classes = _of_paced(ventricular, beats.measured.values)
    else:
        classes = np.where(ventricular, VENTRICULAR, NORMAL).astype(np.uint8)
    classes[~beats.seen] = UNCLASSIFIED
    return classes


def chosen_leads(fused: Fused) -> list[Lead]:
    """The one or two leads that beats are told apart on, where each can be believed."""
    believed = [_believed(window) for window in fused.windows]
    share = np.array([mask.mean() for mask in believed])
    enough = [at for at in range(len(share)) if share[at] >= NEARLY_ALL * share.max()]
    order = in_order([fused.ecg.leads[at] for at in enough])
    return [Lead(fused.windows[enough[at]].level, believed[enough[at]]) for at in order]


def in_order(leads: Sequence[str]) -> list[int]:
    """Which of these leads comes first, the clearest; and which second, from another side.

    >>> in_order(["V5", "MLII"]), in_order(["V1", "V2", "II", "V5"]), in_order(["patch"])
    ([1, 0], [2, 0], [0])
    """
    names = [canonical(name) for name in leads]
    first = min(range(len(names)), key=lambda at: (LEADS_FOR_R.get(names[at], UNNAMED), at))
    others = [at for at in range(len(names)) if at != first]
    return [first, *sorted(others, key=lambda at: (SIDE_LEADS.get(names[at], UNNAMED), at))[:1]]


@cache
def model() -> Trees:
    """The trained model that comes with the product."""
    return Trees.load(MODEL)


def _believed(window: Window) -> BoolArray:
    """Where a lead can be read and is not noise."""
    size = round(SEGMENT_S * window.sampling_rate_hz)
    believed = window.readable.copy()
    for start in range(0, len(believed), size):
        end = min(start + size, len(believed))
        if not window.grade(Span(start, end)).grade.analysed:
            believed[start:end] = False
    return believed


def _of_paced(ventricular: BoolArray, values: FloatArray) -> Uint8Array:
    """With a pacemaker wide beats count as paced; one that looks ventricular is not told."""
    columns = [features.NAMES.index(f"lead_{lead}_outer_width_s") for lead in (1, 2)]
    wide = np.nan_to_num(values[:, columns]).max(axis=1) >= PACED_WIDTH_S
    classes = np.where(wide, PACED, NORMAL)
    return np.where(ventricular, UNCLASSIFIED, classes).astype(np.uint8)
