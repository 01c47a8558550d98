"""How every benchmark reports: a table with n and interval for people, figures for programs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

RESAMPLES: Final = 2000
SEED: Final = 20_240_229
VERDICTS: Final = {True: "kept  ", False: "MISSED", None: "open  "}


@dataclass(frozen=True)
class Figure:
    """One number that a budget is about. ``ok`` is None where the data cannot decide."""

    name: str
    value: float | None
    unit: str
    budget: str
    ok: bool | None

    def to_json(self) -> dict[str, Any]:
        value = None if self.value is None else round(self.value, 4)
        return {
            "name": self.name,
            "value": value,
            "unit": self.unit,
            "budget": self.budget,
            "ok": self.ok,
        }


@dataclass(frozen=True)
class Table:
    """A captioned table; the first column is text, the others are numbers or text."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def lines(self) -> list[str]:
        columns = list(zip(self.header, *self.rows, strict=True))
        widths = [max(map(len, column)) for column in columns]
        rule = "  ".join("-" * width for width in widths)
        body = [_line(row, widths) for row in self.rows]
        return [self.caption, _line(self.header, widths), rule, *body]


@dataclass(frozen=True)
class Report:
    """What one benchmark found: how it was measured, the tables, and the figures."""

    protocol: Sequence[str]
    tables: Sequence[Table] = ()
    figures: Sequence[Figure] = field(default_factory=tuple)

    def lines(self) -> list[str]:
        lines = list(self.protocol)
        for table in self.tables:
            lines += ["", *table.lines()]
        lines.append("")
        for figure in self.figures:
            value = "not measured" if figure.value is None else f"{figure.value:.4g} {figure.unit}"
            lines.append(f"{VERDICTS[figure.ok]}  {figure.name}: {value} (budget {figure.budget})")
        return lines


def main(measure: Callable[[bool], Report], argv: Sequence[str] | None = None) -> int:
    """Run a benchmark as a command.

    Args:
        measure: Does the work; is given whether to be quick.
        argv: The command line, for tests.

    Returns:
        The exit status: 1 when a gate was missed.
    """
    parser = argparse.ArgumentParser(description=measure.__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller data, within 50 s")
    parser.add_argument("--json", action="store_true", help="print the figures only")
    asked = parser.parse_args(argv)
    report = measure(asked.quick)
    if asked.json:
        print(json.dumps({"figures": [figure.to_json() for figure in report.figures]}))
    else:
        print("\n".join(report.lines()))
    return 1 if any(figure.ok is False for figure in report.figures) else 0


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """95 % bootstrap interval of the mean, resampling ``values`` (records, patients …)."""
    drawn = np.random.default_rng(SEED).choice(np.asarray(values), (RESAMPLES, len(values)))
    low, high = np.percentile(drawn.mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def with_interval(values: Sequence[float], digits: int = 2) -> str:
    """The mean and its interval as printed: ``99.75 (99.61–99.87)``."""
    low, high = mean_interval(values)
    return f"{np.mean(values):.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])
