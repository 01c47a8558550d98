"""The trained trees, read from a plain file and evaluated in numpy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from vitals.ecg.arrays import FloatArray, IntArray
from vitals.imu.falls.candidates import FEATURES

FILE: Final = Path(__file__).with_name("model.json")
LEAF: Final = -1


@dataclass(frozen=True)
class Trees:
    """Boosted trees of the same number of nodes t (shorter ones are filled up), each (k, t).

    A node asks whether feature ``feature`` is at most ``threshold`` and goes to ``left`` or
    ``right``; a leaf (feature -1) adds ``value``. ``start`` is the log-odds before the first tree.
    """

    start: float
    feature: IntArray
    threshold: FloatArray
    left: IntArray
    right: IntArray
    value: FloatArray

    def probability(self, rows: FloatArray) -> FloatArray:
        """How much each row looks like a fall.

        Args:
            rows: Features, shape (m, number of features).

        Returns:
            0 to 1, shape (m,).
        """
        trees = np.arange(len(self.feature))
        node = np.zeros((len(rows), len(trees)), dtype=np.int64)
        while True:
            feature = self.feature[trees, node]
            open_ = feature != LEAF
            if not open_.any():
                break
            asked = np.take_along_axis(rows, np.maximum(feature, 0), axis=1)
            low = asked <= self.threshold[trees, node]
            following = np.where(low, self.left[trees, node], self.right[trees, node])
            node = np.where(open_, following, node)
        odds = self.start + self.value[trees, node].sum(axis=1)
        return np.asarray(1 / (1 + np.exp(-odds)))

    def to_json(self) -> dict[str, Any]:
        """As kept: each tree as a list of nodes."""
        columns = (self.feature, self.threshold, self.left, self.right, self.value)
        trees = [[list(node) for node in zip(*tree, strict=True)] for tree in _listed(columns)]
        return {"features": list(FEATURES), "start": self.start, "trees": trees}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Trees:
        """Back from ``to_json``.

        Raises:
            ValueError: The file was trained on other features.
        """
        if tuple(kept["features"]) != FEATURES:
            raise ValueError("The model of falls was trained on other features: train it again.")
        return cls.of(kept["start"], kept["trees"])

    @classmethod
    def of(cls, start: float, trees: Sequence[Sequence[Sequence[float]]]) -> Trees:
        """From lists of nodes (feature, threshold, left, right, value)."""
        longest = max(map(len, trees))
        end = [LEAF, 0.0, 0, 0, 0.0]
        filled = [[*tree, *[end] * (longest - len(tree))] for tree in trees]
        nodes = np.array(filled, dtype=np.float64)
        whole = nodes[:, :, [0, 2, 3]].astype(np.int64)
        return cls(
            start, whole[:, :, 0], nodes[:, :, 1], whole[:, :, 1], whole[:, :, 2], nodes[:, :, 4]
        )


def _listed(columns: Sequence[Any]) -> Any:
    return zip(*(column.tolist() for column in columns), strict=True)


@cache
def trained() -> Trees:
    """The model that comes with the product."""
    return Trees.from_json(json.loads(FILE.read_text()))
