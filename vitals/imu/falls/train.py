"""Train the model of falls: ``python -m vitals.imu.falls.train FOLDER_OF_SISFALL``.

Writes ``model.json`` and ``scores.json`` beside this file, the same bytes each time. Scores leave
one subject out: the model that is scored on a person has not seen that person.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray
from vitals.imu.falls import events, sisfall
from vitals.imu.falls.candidates import features, impacts, limited, size
from vitals.imu.falls.model import FILE, LEAF, Trees
from vitals.imu.falls.sisfall import Trial
from vitals.imu.resampling import RATE_HZ

SEED: Final = 20_170_120
SETTINGS: Final[dict[str, Any]] = {
    "max_iter": 200,
    "learning_rate": 0.05,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 10,
    "l2_regularization": 1.0,
    "max_features": 0.3,
    "random_state": SEED,
}
SAME_IMPACT_S: Final = 0.5
DIGITS: Final = 6


@dataclass(frozen=True)
class Examples:
    """Impacts to learn from: features (m, f), whether it was the fall (m,), whose (m,)."""

    told: FloatArray
    is_fall: BoolArray
    subject: np.ndarray

    def of(self, chosen: BoolArray) -> Examples:
        """Some of them."""
        return Examples(self.told[chosen], self.is_fall[chosen], self.subject[chosen])


def examples(trials: Sequence[Trial]) -> Examples:
    """The hardest impact of each fall, and all impacts of what was none.

    What else hit before or after a fall is neither and is left out.
    """
    rows, falls, subjects = [], [], []
    for trial in trials:
        within = limited(trial.acceleration_g)
        length = size(within)
        hardest = int(np.argmax(length))
        for at in impacts(length, np.ones(len(length), dtype=bool)).tolist():
            if trial.is_fall and abs(at - hardest) > SAME_IMPACT_S * RATE_HZ:
                continue
            rows.append(features(within, length, at))
            falls.append(trial.is_fall)
            subjects.append(trial.subject)
    return Examples(np.stack(rows), np.array(falls, dtype=bool), np.array(subjects))


def fit(learnt: Examples) -> Trees:
    """Boosted trees (Friedman 2001), by scikit-learn's histogram method, in our own form."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    fitted = HistGradientBoostingClassifier(**SETTINGS).fit(learnt.told, learnt.is_fall)
    grown = [step[0].nodes for step in fitted._predictors]
    start = round(float(np.ravel(fitted._baseline_prediction)[0]), DIGITS)
    return Trees.of(start, [[_node(node) for node in nodes] for nodes in grown])


def _node(node: Any) -> list[float]:
    if node["is_leaf"]:
        return [LEAF, 0.0, 0, 0, round(float(node["value"]), DIGITS)]
    threshold = round(float(node["num_threshold"]), DIGITS)
    return [int(node["feature_idx"]), threshold, int(node["left"]), int(node["right"]), 0.0]


@dataclass(frozen=True)
class Outcome:
    """What the model said of one trial."""

    trial: str
    subject: str
    is_fall: bool
    falls: int
    hours: float


def left_out(trials: Sequence[Trial]) -> list[Outcome]:
    """Each trial judged by a model that was trained without its subject."""
    learnt = examples(trials)
    outcomes = []
    for subject in sorted({trial.subject for trial in trials}):
        trees = fit(learnt.of(learnt.subject != subject))
        outcomes += [judged(trial, trees) for trial in trials if trial.subject == subject]
    return outcomes


def judged(trial: Trial, trees: Trees | None = None) -> Outcome:
    """What a model says of one trial; None is the one that comes with the product."""
    sound = np.ones(len(trial.acceleration_g), dtype=bool)
    found = events.find(trial.acceleration_g, sound, trees)
    return Outcome(trial.name, trial.subject, trial.is_fall, len(found), trial.hours)


def scores(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Sensitivity, specificity and F1 by trial in per cent, and false falls in an hour."""
    falls = [outcome for outcome in outcomes if outcome.is_fall]
    others = [outcome for outcome in outcomes if not outcome.is_fall]
    hit = sum(outcome.falls > 0 for outcome in falls)
    wrong = sum(outcome.falls > 0 for outcome in others)
    hours = sum(outcome.hours for outcome in others)
    return {
        "falls": len(falls),
        "activities": len(others),
        "sensitivity": round(100 * hit / len(falls), 2) if falls else float("nan"),
        "specificity": round(100 * (1 - wrong / len(others)), 2) if others else float("nan"),
        "f1": round(200 * hit / (len(falls) + hit + wrong), 2) if falls else float("nan"),
        "false_falls": sum(outcome.falls for outcome in others),
        "hours_without_falls": round(hours, 3),
    }


def main(folder: Path) -> None:
    """Train, score, write."""
    trials = list(sisfall.trials(folder))
    outcomes = left_out(trials)
    trees = fit(examples(trials))
    FILE.write_text(json.dumps(trees.to_json(), separators=(",", ":")) + "\n")
    subjects = sorted({trial.subject for trial in trials})
    wrong = [o.trial for o in outcomes if (o.falls > 0) != o.is_fall]
    told = {
        "trained_on": {"data": "SisFall", "subjects": subjects, "trials": len(trials)},
        "seed": SEED,
        "settings": SETTINGS,
        "leaving_one_subject_out": scores(outcomes),
        "by_subject": {s: scores([o for o in outcomes if o.subject == s]) for s in subjects},
        "wrong": wrong,
    }
    path = FILE.with_name("scores.json")
    path.write_text(json.dumps(told, indent=1).replace("NaN", "null") + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
