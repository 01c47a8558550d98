"""Leads that cannot be what their names say: inverted, swapped arms, limb leads that disagree.

Looked at on the typical beat of some minutes. What is found is said; such a lead still serves to
find beats and to measure times, and no longer for axes, ST or anything with a size or a sign.

Sources: Einthoven 1913 (II = I + III) and Goldberger 1942 (augmented leads) for the limb leads; for
swapped arms the idea of Kors & van Herpen 2001, that lead I and V6 look the same way. Limits were
measured on 100 ECGs of LUDB and 14 of the PhysioNet Challenge 2020: none is called swapped or
inverted; turned by hand, 97 of 114 swapped arms and 111 of 114 inverted limb leads are found. (The
limb leads of LUDB do not fit each other in size: each has a gain of its own.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray
from vitals.ecg.fusion import Fused
from vitals.ecg.leads import AUGMENTED, CHEST, canonical

INVERTED: Final = "it looks inverted"
OPPOSED: Final = "it and the leads beside it look opposite ways"
SWAPPED: Final = "the electrodes of the arms look swapped, or the heart lies on the right"
OTHER_GAIN: Final = "its size does not fit the other limb leads"
CONTRADICTS: Final = "it contradicts the other limb leads"

BEFORE_R_S: Final = 0.25  # a P wave and some rest
AFTER_R_S: Final = 0.45
QRS_HALF_S: Final = 0.08
P_UNTIL_S: Final = 0.06  # before R
FEWEST_BEATS: Final = 4
MOST_BEATS: Final = 100
CLEAR_SHARE: Final = 0.15  # a lead smaller than this share of the largest has no sign to judge

RESIDUAL_SHARE: Final = 0.15  # what may be left over, of the largest: noise and rounding
GAIN_TOLERANCE: Final = 0.15
EXPLAINED: Final = 0.9  # of the variance: below this no gain or sign explains it
OPPOSITE: Final = -0.5  # correlation of I and V6; without a swap P stays above -0.16
OPPOSITE_NEIGHBOURS: Final = -0.8  # correlation with the chest leads beside; else above -0.74


def lead_problems(fused: Fused) -> dict[str, str]:
    """What is wrong with leads, by their names as recorded; empty when nothing is, or is known.

    Args:
        fused: One window, all leads.
    """
    names = [canonical(name) for name in fused.ecg.leads]
    recorded = dict(zip(names, fused.ecg.leads, strict=True))
    beat = _typical_beat(fused)
    if beat is None or len(recorded) < len(names):
        return {}
    at = round(BEFORE_R_S * fused.ecg.sampling_rate_hz)
    reach = round(QRS_HALF_S * fused.ecg.sampling_rate_hz)
    qrs = dict(zip(names, beat[at - reach : at + reach].T, strict=True))
    p_wave = beat[: at - round(P_UNTIL_S * fused.ecg.sampling_rate_hz)]
    p_waves = dict(zip(names, p_wave.T, strict=True))
    found = _chest(qrs) | (_limb(qrs) or _swapped(qrs, p_waves))
    return {recorded[name]: problem for name, problem in found.items()}


def _typical_beat(fused: Fused) -> FloatArray | None:
    """The median beat without its resting level, µV, shape (w, leads); None with too few beats."""
    rate = fused.ecg.sampling_rate_hz
    offsets = np.arange(-round(BEFORE_R_S * rate), round(AFTER_R_S * rate))
    inside = (fused.beats + offsets[0] >= 0) & (fused.beats + offsets[-1] < fused.ecg.n_samples)
    beats = fused.beats[inside]
    readable: BoolArray = np.all([window.readable[beats] for window in fused.windows], axis=0)
    beats = beats[readable][:MOST_BEATS]
    if len(beats) < FEWEST_BEATS:
        return None
    cut = fused.ecg.microvolts[beats[:, np.newaxis] + offsets]
    level = np.median(cut, axis=1, keepdims=True)
    return np.asarray(np.median(cut - level, axis=0), dtype=np.float64)


def _chest(qrs: Mapping[str, FloatArray]) -> dict[str, str]:
    """Inverted chest leads: each beside its neighbours."""
    found = {}
    for place, name in enumerate(CHEST):
        beside = [qrs[n] for n in CHEST[max(0, place - 1) : place + 2] if n != name and n in qrs]
        if name not in qrs or not beside:
            continue
        alone = len(beside) == 1 and 0 < place < len(CHEST) - 1
        if not alone and _alike(qrs[name], np.mean(beside, axis=0)) < OPPOSITE_NEIGHBOURS:
            found[name] = INVERTED
    # The lead at the end has one neighbour only: when both are found, it is the neighbour.
    for end, beside_end in (("V1", "V2"), ("V6", "V5")):
        if beside_end in found:
            found.pop(end, None)
    return found if len(found) <= 1 else dict.fromkeys(found, OPPOSED)


def _swapped(qrs: Mapping[str, FloatArray], p_waves: Mapping[str, FloatArray]) -> dict[str, str]:
    """Lead I against V6, QRS and P: an unusual axis turns one of them, swapped arms both."""
    if "I" not in qrs or "V6" not in qrs:
        return {}
    if _alike(qrs["V6"], qrs.get("V5", qrs["V6"])) < 0:
        return {}  # then V6 is the one that is turned
    turned = [_alike(waves["I"], waves["V6"]) < OPPOSITE for waves in (qrs, p_waves)]
    return dict.fromkeys(("I", "II", "III", "aVR", "aVL"), SWAPPED) if all(turned) else {}


def _limb(qrs: Mapping[str, FloatArray]) -> dict[str, str]:
    """Limb leads that do not follow from each other."""
    if not {"I", "II"} <= qrs.keys():
        return {}
    found = _einthoven(qrs)
    if found:
        return found
    expected = {name: of_one * qrs["I"] + of_two * qrs["II"] for name, of_one, of_two in AUGMENTED}
    judged = {name: _judged(qrs[name], wave) for name, wave in expected.items() if name in qrs}
    return {name: problem for name, problem in judged.items() if problem}


def _einthoven(qrs: Mapping[str, FloatArray]) -> dict[str, str]:
    if "III" not in qrs:
        return {}
    one, two, three = (qrs[name] - qrs[name].mean() for name in ("I", "II", "III"))
    if _size(two - one - three) < RESIDUAL_SHARE * max(_size(one), _size(two), _size(three)):
        return {}
    both = np.stack([one, three], axis=1)
    share, _, rank, _ = np.linalg.lstsq(both, two)
    explained = 1 - _size(two - both @ share) ** 2 / max(_size(two) ** 2, 1e-9)
    if rank < both.shape[1] or explained < EXPLAINED:
        return dict.fromkeys(("I", "II", "III"), CONTRADICTS)
    if np.abs(share - 1).max() <= GAIN_TOLERANCE:
        return {}
    turned = {(True, False): "I", (False, True): "III", (True, True): "II"}
    inverted = turned.get((bool(share[0] < 0), bool(share[1] < 0)))
    return {inverted: INVERTED} if inverted else dict.fromkeys(("I", "II", "III"), OTHER_GAIN)


def _judged(wave: FloatArray, expected: FloatArray) -> str | None:
    """What is wrong with an augmented lead, by what it must be."""
    wave, expected = wave - wave.mean(), expected - expected.mean()
    largest = max(_size(wave), _size(expected))
    if _size(wave - expected) < RESIDUAL_SHARE * largest or _size(expected) < CLEAR_SHARE * largest:
        return None
    share = float(wave @ expected) / max(float(expected @ expected), 1e-9)
    if _alike(wave, expected) ** 2 < EXPLAINED:
        return CONTRADICTS
    if share < 0:
        return INVERTED
    return OTHER_GAIN if abs(share - 1) > GAIN_TOLERANCE else None


def _alike(first: FloatArray, second: FloatArray) -> float:
    """Their correlation, -1 to 1; 0 when one is flat."""
    first, second = first - first.mean(), second - second.mean()
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / size if size > 0 else 0.0


def _size(wave: FloatArray) -> float:
    return float(np.sqrt(np.mean(wave**2)))
