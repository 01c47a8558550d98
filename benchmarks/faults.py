"""SIGKILL at random moments everywhere in the house: what was acknowledged is there, once.

Run: ``python benchmarks/faults.py [--kills N] [--state FILE] [--quick] [--json]``. With ``--state``
each round is written down, and a run that was interrupted goes on after its last round.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import SEED, Figure, Report, Table
from tests.faults import controls
from tests.faults.checker import Verdict
from tests.faults.trial import Outcome, Trial, trial

USUAL_KILLS: Final = 100
QUICK_KILLS: Final = 4
ALL_KILLS: Final = 1000  # what the budget asks for
KILLS_A_ROUND: Final = 20
ROUNDS_A_HOUSE: Final = 5

PROTOCOL: Final = (
    "Two simulated wearables at 60 times real speed and a cuff send to the real house; a FHIR",
    "server receives. After a random amount of work a random part is killed with SIGKILL: a web",
    "worker, web, the worker, the postmaster, a database process, all of PostgreSQL, all of these",
    "at once, or a wearable. A witness between devices and house writes down what the house",
    "acknowledged. Afterwards every acknowledged chunk and reading is looked for here, every",
    "sample compared with the tape, and every resource with what stands at the FHIR server.",
)
CONTROLS: Final[dict[str, tuple[Callable[[Trial, int], Verdict], str]]] = {
    "commits answered before the disk, PostgreSQL killed": (controls.loss_here, "lost"),
    "a device that begins anew after a lost answer": (controls.doubling_here, "doubled"),
    "a gateway that throws resources away": (controls.loss_there, "lost"),
    "a gateway that sends resources twice": (controls.doubling_there, "doubled"),
}
QUICK_CONTROLS: Final = 2


@dataclass(frozen=True)
class Round:
    """One line of the state file."""

    seed: int
    kills: dict[str, int]
    acknowledged: int
    lost: int
    doubled: int
    changed: int
    resources: int
    lost_there: int
    doubled_there: int
    changed_there: int
    repeated: int
    settled: bool

    @classmethod
    def of(cls, seed: int, outcome: Outcome) -> Round:
        here, there = outcome.here, outcome.there
        return cls(
            seed,
            dict(Counter(kill.what for kill in outcome.kills)),
            outcome.acknowledged,
            len(here.lost),
            len(here.doubled),
            len(here.changed) + len(outcome.refused),
            there.promised,
            len(there.lost),
            len(there.doubled),
            len(there.changed),
            outcome.repeated,
            outcome.settled,
        )


@dataclass(frozen=True)
class Control:
    """What the checker found where something was wrong on purpose; a line of the state file too."""

    name: str
    wanted: str
    found: int


def main(argv: Sequence[str] | None = None) -> int:
    """Kill, look, report; 1 when something acknowledged was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, help=f"how many (else {USUAL_KILLS})")
    parser.add_argument("--state", type=Path, help="go on where this file ends")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_KILLS} kills")
    parser.add_argument("--json", action="store_true", help="print the figures only")
    asked = parser.parse_args(argv)
    kills = asked.kills or (QUICK_KILLS if asked.quick else USUAL_KILLS)
    report = measure(kills, asked.state, QUICK_CONTROLS if asked.quick else len(CONTROLS))
    if asked.json:
        print(json.dumps({"figures": [figure.to_json() for figure in report.figures]}))
    else:
        print("\n".join(report.lines()))
    return 1 if any(figure.ok is False for figure in report.figures) else 0


def measure(kills: int, state: Path | None, n_controls: int) -> Report:
    """``kills`` kills in rounds, with houses of their own, and the negative controls."""
    rounds, found = _so_far(state)
    while _killed(rounds) < kills or len(found) < n_controls:
        with ExitStack() as house:
            running = house.enter_context(trial())
            for _ in range(ROUNDS_A_HOUSE):
                if _killed(rounds) < kills:
                    rounds.append(_round(running, len(rounds), kills - _killed(rounds)))
                    _keep(state, rounds[-1])
            for name in list(CONTROLS)[len(found) : n_controls]:
                found.append(_control(running, name))
                _keep(state, found[-1])
    return Report(PROTOCOL, (_table(rounds), _control_table(found)), _figures(rounds, found))


def _so_far(state: Path | None) -> tuple[list[Round], list[Control]]:
    """What an earlier run has written down."""
    said = state.read_text().splitlines() if state and state.exists() else []
    lines = [json.loads(line) for line in said]
    return (
        [Round(**line) for line in lines if "seed" in line],
        [Control(**line) for line in lines if "wanted" in line],
    )


def _round(running: Trial, number: int, left: int) -> Round:
    began = time.monotonic()
    seed = SEED + number
    outcome = running.round(seed, min(KILLS_A_ROUND, left))
    done = Round.of(seed, outcome)
    _say(
        f"round {number + 1}: {sum(done.kills.values())} kills, {done.acknowledged} acknowledged, "
        f"{done.lost} lost, {done.doubled} doubled, {time.monotonic() - began:.0f} s"
    )
    for where, found in (("here", outcome.here), ("there", outcome.there)):
        if not found.clean:
            _say(f"{where}: {found}")
    return done


def _control(running: Trial, name: str) -> Control:
    _say(f"negative control: {name}")
    control, wanted = CONTROLS[name]
    return Control(name, wanted, len(getattr(control(running, SEED), wanted)))


def _killed(rounds: Sequence[Round]) -> int:
    return sum(sum(one.kills.values()) for one in rounds)


def _keep(state: Path | None, done: Round | Control) -> None:
    if state:
        with state.open("a") as file:
            file.write(json.dumps(asdict(done)) + "\n")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _table(rounds: Sequence[Round]) -> Table:
    kinds = sum((Counter(one.kills) for one in rounds), Counter[str]())
    rows = [(name, f"{count:,}") for name, count in kinds.most_common()]
    return Table("Killed", ("part", "times"), [*rows, ("all", f"{kinds.total():,}")])


def _control_table(found: Sequence[Control]) -> Table:
    rows = [(one.name, f"{one.found} {one.wanted}") for one in found]
    return Table("Negative controls: the checker must find something", ("what", "found"), rows)


def _figures(rounds: Sequence[Round], found: Sequence[Control]) -> list[Figure]:
    def total(name: str) -> int:
        return sum(getattr(one, name) for one in rounds)

    kills, acknowledged = _killed(rounds), total("acknowledged")
    none = (
        ("acknowledged_lost", "lost", f"of {acknowledged:,} acknowledged"),
        ("acknowledged_doubled", "doubled", f"of {acknowledged:,} acknowledged"),
        ("samples_changed", "changed", "recordings"),
        ("fhir_server_lost", "lost_there", "resources"),
        ("fhir_server_doubled", "doubled_there", "resources"),
        ("fhir_server_changed", "changed_there", "resources"),
    )
    # None of n seen: with 95 % confidence the share is below 3/n (rule of three).
    bound = 3e6 / acknowledged if acknowledged else None
    return [
        Figure("kills", kills, "kills", f"{ALL_KILLS:,}", True if kills >= ALL_KILLS else None),
        Figure("acknowledged", acknowledged, "chunks and readings", "none", None),
        *(Figure(name, total(field), unit, "0", total(field) == 0) for name, field, unit in none),
        Figure("lost_at_most_per_million", bound, "per million, 95 %", "none", None),
        Figure("sent_again_unchanged", total("repeated"), "resources", "none", None),
        Figure("rounds_settled", total("settled"), f"of {len(rounds)} rounds", "all",
               total("settled") == len(rounds)),
        Figure("negative_controls_found", sum(one.found > 0 for one in found),
               f"of {len(found)}", "all", all(one.found > 0 for one in found)),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
