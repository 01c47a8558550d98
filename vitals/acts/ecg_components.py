"""What was read from an ECG, as the components of an Observation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vitals.acts.components import quantity, text


@dataclass(frozen=True)
class Number:
    """A value of the reading as a component.

    Attributes:
        path: Where it stands in the result.
        code: In our own code system.
        words: Its name.
        unit: As printed.
        ucum: The unit as a code.
        loinc: Code and display of LOINC, where one was verified.
        decimals: How exactly it is told.
    """

    path: tuple[str, ...]
    code: str
    words: str
    unit: str = ""
    ucum: str = "1"
    loinc: tuple[str, str] | None = None
    decimals: int | None = None


HEART_RATE = ("8867-4", "Heart rate")
PR = ("8625-6", "P-R Interval")
QRS = ("8633-0", "QRS duration")
QT = ("8634-8", "Q-T interval")
QTC = ("8636-3", "Q-T interval corrected")
NUMBERS = (
    Number(("rate_low",), "rate-low", "Lowest heart rate", "/min", "/min", HEART_RATE),
    Number(("rate_high",), "rate-high", "Highest heart rate", "/min", "/min", HEART_RATE),
    Number(
        ("rate_per_min", "mean"), "rate-mean", "Mean heart rate", "/min", "/min", HEART_RATE, 0
    ),
    Number(("n_pauses",), "pauses", "Pauses of 2 s or more"),
    Number(("longest_pause_s",), "longest-pause", "Longest pause", "s", "s"),
    Number(("intervals", "pr_ms"), "pr", "PR interval", "ms", "ms", PR, 0),
    Number(("intervals", "qrs_ms"), "qrs", "QRS duration", "ms", "ms", QRS, 0),
    Number(("intervals", "qt_ms"), "qt", "QT interval", "ms", "ms", QT, 0),
    Number(
        ("intervals", "qtc_fridericia_ms"), "qtc", "QTc interval (Fridericia)", "ms", "ms", QTC, 0
    ),
    Number(("ventricular", "beats"), "ventricular-beats", "Ventricular beats"),
    Number(("ventricular", "couplets"), "ventricular-couplets", "Ventricular couplets"),
    Number(("ventricular", "runs"), "ventricular-runs", "Ventricular runs"),
    Number(("af", "longest_s"), "possible-af-longest", "Longest possible atrial fibrillation",
           "s", "s", None, 0),
)  # fmt: skip
# Where the reading says why it withholds a value.
WITHHELD = (
    (("intervals", "withheld", "pr"), "PR"),
    (("intervals", "withheld", "qt"), "QT"),
    (("intervals", "withheld", "qtc"), "QTc"),
    (("ventricular", "withheld"), "Ventricular runs"),
    (("af", "withheld"), "Atrial fibrillation"),
)


def ecg_components(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The reading's numbers as Observation components; what was not read is not there."""
    algorithm = f"{result['algorithm']} {result['algorithm_version']}"
    made_by = text("algorithm", "Algorithm and version", algorithm)
    if result.get("not_analysable"):
        return [text("not-analysable", "Not analysable", result["not_analysable"]), made_by]
    share = Number((), "share-analysable", "Share that could be read", "%", "%", None, 0)
    burden = Number((), "possible-af", "Time with possible atrial fibrillation", "%", "%", None, 1)
    made = [_number(share, 100 * result["share_analysable"])]
    told = ((number, _at(result, number.path)) for number in NUMBERS)
    made += [_number(number, value) for number, value in told if value is not None]
    if (part := _at(result, ("af", "burden"))) is not None:
        made.append(_number(burden, 100 * part))
    made.append(text("regularity", "Regularity", result["regularity"]))
    reasons = [(words, reason) for path, words in WITHHELD if (reason := _at(result, path))]
    if reasons:
        said = "; ".join(f"{words}: {reason}" for words, reason in reasons)
        made.append(text("withheld", "Withheld", said))
    return [*made, made_by]


def _at(result: dict[str, Any], path: tuple[str, ...]) -> Any:
    """What stands there; None where it is missing."""
    found: Any = result
    for name in path:
        found = (found or {}).get(name)
    return found


def _number(number: Number, value: float) -> dict[str, Any]:
    said = str(value) if number.decimals is None else f"{value:.{number.decimals}f}"
    return quantity(number.code, number.words, said, number.unit, number.ucum, number.loinc)
