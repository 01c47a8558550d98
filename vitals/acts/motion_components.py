"""What was read from motion, as the components of an Observation."""

from __future__ import annotations

from typing import Any, Final

from vitals.acts.components import quantity, text

STEPS: Final = ("55423-8", "Number of steps")
# Where the reading says why it withholds a value.
WITHHELD: Final = (("falls", "Possible falls"), ("activity", "Activity"), ("posture", "Posture"))


def motion_components(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Steps, possible falls, minutes of activity and posture; what was not read is not there."""
    algorithm = f"{result['algorithm']} {result['algorithm_version']}"
    made_by = text("algorithm", "Algorithm and version", algorithm)
    if result["not_analysable"]:
        return [text("not-analysable", "Not analysable", result["not_analysable"]), made_by]
    share = round(100 * result["measured_share"])
    made = [
        quantity("share-measured", "Share that was measured", str(share), "%", "%"),
        quantity("steps", "Steps", str(result["steps"]["total"]), loinc=STEPS),
    ]
    if not result["falls"]["withheld"]:
        falls = len(result["falls"]["events"])
        made.append(quantity("possible-falls", "Possible falls", str(falls)))
    for part in ("activity", "posture"):
        for name, minutes in (result[part]["minutes"] or {}).items():
            made.append(quantity(f"{part}-{name}", f"Time {name}", str(minutes), "min", "min"))
    withheld = [
        text(f"{part}-withheld", f"{words} withheld", result[part]["withheld"])
        for part, words in WITHHELD
        if result[part]["withheld"]
    ]
    return [*made, *withheld, made_by]
