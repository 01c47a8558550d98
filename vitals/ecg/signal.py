"""What a recorder measured: some leads over the same time, and what is declared about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray, Span


@dataclass(frozen=True)
class Outline:
    """What is known of a recording as a whole, without its samples; see ``Ecg``."""

    n_samples: int
    sampling_rate_hz: float
    leads: tuple[str, ...] = ()
    paced: bool | None = None
    age_years: float | None = None


@dataclass(frozen=True)
class Ecg:
    """Some leads over the same time.

    ``microvolts``: shape (n, leads); what is missing holds 0. ``missing``: where there is no
    sample, shape (n, leads). ``leads``: names as recorded, one per column. ``bandwidth_hz``: low
    and high end as the recorder declares them, None when it does not. ``paced``: whether the
    patient has a pacemaker, None when unknown. ``age_years``: None when unknown.

    Raises:
        ValueError: The shapes do not fit each other.
    """

    microvolts: FloatArray
    missing: BoolArray
    sampling_rate_hz: float
    leads: tuple[str, ...]
    bandwidth_hz: tuple[float, float] | None = None
    paced: bool | None = None
    age_years: float | None = None

    def __post_init__(self) -> None:
        if self.microvolts.ndim != 2 or self.microvolts.shape != self.missing.shape:
            raise ValueError("Microvolts and what is missing are both of shape (n, leads).")
        if self.microvolts.shape[1] != len(self.leads) or not self.leads:
            raise ValueError("Every lead has one name, and there is at least one.")

    @classmethod
    def of_lead(cls, microvolts: FloatArray, sampling_rate_hz: float, *, name: str = "ECG") -> Ecg:
        """One lead, shape (n,), about which nothing else is known.

        NaN and infinities count as missing.
        """
        column = np.asarray(microvolts, dtype=np.float64)[:, np.newaxis]
        missing = ~np.isfinite(column)
        return cls(np.where(missing, 0.0, column), missing, sampling_rate_hz, (name,))

    @property
    def n_samples(self) -> int:
        """Samples per lead."""
        return len(self.microvolts)

    @property
    def outline(self) -> Outline:
        """What is known of it, without its samples."""
        return Outline(
            self.n_samples, self.sampling_rate_hz, self.leads, self.paced, self.age_years
        )

    def part(self, span: Span) -> Ecg:
        """The same leads over ``span`` only."""
        rows = slice(span.start, span.end)
        return replace(self, microvolts=self.microvolts[rows], missing=self.missing[rows])

    def lead(self, index: int) -> tuple[FloatArray, BoolArray]:
        """Microvolts and what is missing of one lead, each of shape (n,)."""
        return np.ascontiguousarray(self.microvolts[:, index]), self.missing[:, index].copy()
