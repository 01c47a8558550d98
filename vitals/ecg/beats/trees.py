"""Boosted decision trees as plain arrays: kept in a small file, evaluated by numpy alone."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vitals.ecg.arrays import FloatArray, IntArray


@dataclass(frozen=True)
class Trees:
    """All nodes of all trees in one row, and where each tree begins.

    ``feature``, ``threshold``, ``left``, ``right``, ``value``, ``unknown_left``: one entry per
    node, shape (k,); a leaf has itself on both sides. ``roots``: shape (t,). ``depth``: of the
    deepest tree. ``start``: the log-odds before the first tree. ``names``: of the features.
    """

    feature: npt.NDArray[np.uint8]
    threshold: FloatArray
    left: npt.NDArray[np.uint16]
    right: npt.NDArray[np.uint16]
    value: FloatArray
    unknown_left: npt.NDArray[np.bool_]
    roots: npt.NDArray[np.uint16]
    depth: npt.NDArray[np.uint8]
    start: FloatArray
    names: npt.NDArray[np.str_]

    def log_odds(self, features: FloatArray) -> FloatArray:
        """The sum of what all trees say.

        Args:
            features: Shape (m, len(names)); NaN where unknown.

        Returns:
            Natural logarithm of the odds, shape (m,).
        """
        rows = np.arange(len(features))[:, None]
        at: IntArray = np.repeat(self.roots[None].astype(np.int64), len(features), axis=0)
        for _ in range(int(self.depth)):
            seen = features[rows, self.feature[at]]
            to_left = np.where(np.isnan(seen), self.unknown_left[at], seen <= self.threshold[at])
            at = np.where(to_left, self.left[at], self.right[at]).astype(np.int64)
        return np.asarray(self.start + self.value[at].sum(axis=1), dtype=np.float64)

    def save(self, path: Path) -> None:
        """Write the arrays, the same bytes for the same trees."""
        np.savez_compressed(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Trees:
        """Read what ``save`` wrote; nothing in the file is executed."""
        with np.load(path, allow_pickle=False) as kept:
            return cls(**{f.name: kept[f.name] for f in fields(cls)})


def from_scikit_learn(fitted: Any, names: tuple[str, ...]) -> Trees:
    """The trees of a fitted binary ``HistGradientBoostingClassifier`` as arrays.

    Args:
        fitted: The classifier, trained on numbers only (no categories).
        names: Of its features, in order.
    """
    tables = [stage[0].nodes for stage in fitted._predictors]
    sizes = [len(table) for table in tables]
    roots = np.cumsum([0, *sizes[:-1]])
    nodes = np.concatenate(tables)
    itself = np.arange(len(nodes))
    root = np.repeat(roots, sizes)
    leaf = nodes["is_leaf"].astype(bool)
    return Trees(
        feature=np.where(leaf, 0, nodes["feature_idx"]).astype(np.uint8),
        threshold=np.where(leaf, 0.0, nodes["num_threshold"]),
        left=np.where(leaf, itself, root + nodes["left"]).astype(np.uint16),
        right=np.where(leaf, itself, root + nodes["right"]).astype(np.uint16),
        value=np.where(leaf, nodes["value"], 0.0),
        unknown_left=nodes["missing_go_to_left"].astype(bool),
        roots=roots.astype(np.uint16),
        depth=np.asarray(nodes["depth"].max(), dtype=np.uint8),
        start=np.asarray(fitted._baseline_prediction, dtype=np.float64).reshape(()),
        names=np.array(names),
    )
