"""What trust costs: the same requests with and without audit, authorization and idempotency.

Run: ``python benchmarks/trust.py [--quick] [--json]``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.fhir_corpus import PEOPLE, observation, packed, patient, valued
from benchmarks.fhir_load import WARM_UP, Ask, Server, rate
from benchmarks.figures import Figure, Report, Table, main
from benchmarks.house import House, open_doors, scratch_house
from benchmarks.ingest import LANES, upload, worn_devices

PARTS: Final = ("audit", "authorization", "idempotency")
WITH: Final = "with all of it"
WITHOUT: Final = "without all of it"
# What is taken out of the application, by the name of the row.
VARIANTS: Final[dict[str, tuple[str, ...]]] = {
    WITH: (),
    **{f"without {part}": (part,) for part in PARTS},
    WITHOUT: PARTS,
}
QUICK: Final = (WITH, WITHOUT)
READS, CHUNKS, WRITES = "FHIR reads", "chunk uploads", "FHIR writes"
SCOPE: Final = "system/*.cruds"
MRN: Final = "urn:bench:mrn"
PROTOCOL: Final = (
    "HTTP from the same machine to gunicorn with 2 processes; CPU seconds are those of the web and",
    "database processes. Reads: one Patient by a client of one facility. Writes: one Observation,",
    "validated, with history; with idempotency it is created with If-None-Exist. Chunks: 10 s of",
    "one ECG lead, each committed to disk. Without audit nothing is noted; without authorization",
    "there is no token, key, visibility or limit; without idempotency there is no receipt, no",
    "search for what is here already, no If-None-Exist. Each variant runs in every turn, in",
    "another order each time and warmed up; the share is the median of the turns.",
)


@dataclass(frozen=True)
class Cost:
    """How many of one kind got done, in what time and for how much CPU."""

    n: int
    per_s: float
    per_cpu_s: float
    failed: int


Turn = dict[tuple[str, str], Cost]  # (variant, kind of request) → its cost


def measure(quick: bool) -> Report:  # noqa: FBT001 - the shape that every benchmark has
    """Each variant in turn, on one database."""
    n, turns = (120, 2) if quick else (500, 3)
    names = list(QUICK if quick else VARIANTS)
    with scratch_house() as house:
        token = _clinic()
        devices = iter(worn_devices(2 * LANES * len(names) * turns))
        numbers = count()
        measured = [
            _turn(house, token, n, _rotated(names, turn), devices, numbers) for turn in range(turns)
        ]
    return _report(names, measured)


def _rotated(names: Sequence[str], turn: int) -> list[str]:
    """Another variant begins each turn, and every other turn goes backwards."""
    first = turn % len(names)
    turned = [*names[first:], *names[:first]]
    return turned[::-1] if turn % 2 else turned


def _turn(
    house: House,
    token: str,
    n: int,
    names: Sequence[str],
    devices: Iterator[dict[str, str]],
    numbers: Iterator[int],
) -> Turn:
    found: Turn = {}
    for name in names:
        left_out = VARIANTS[name]
        os.environ["BENCHMARK_WITHOUT"] = ",".join(left_out)
        application = "benchmarks.trusting:application" if left_out else "ehr_project.wsgi"
        with open_doors(house, application=application) as address:
            server = Server(name, address, token, house.cpu_s)
            once = "idempotency" not in left_out
            for size in (n // 4, n):  # what the first of them cost only warms the server up
                found[name, READS] = _asked(server, _reads(4 * size))
                found[name, WRITES] = _asked(server, _writes(size, numbers, once=once))
                worn = [next(devices) for _ in range(LANES)]
                found[name, CHUNKS] = _sent(house, worn, size // LANES)
    return found


def _asked(server: Server, asks: list[Ask]) -> Cost:
    done = rate(server, "", asks, 60)
    return Cost(done.n, done.per_s, done.per_cpu_s, done.failed)


def _reads(n: int) -> list[Ask]:
    return [Ask("GET", f"/fhir/Patient/bench-{i % PEOPLE}") for i in range(n + WARM_UP)]


def _writes(n: int, numbers: Iterator[int], *, once: bool) -> list[Ask]:
    """Each another reading; ``once`` asks that it be created only where it is not here."""
    asks = []
    for i in range(n + WARM_UP):
        number = next(numbers)
        body = observation(i, f"Patient/bench-{i % PEOPLE}", 0) | valued(i)
        del body["id"]
        body["identifier"] = [{"system": "urn:bench:reading", "value": str(number)}]
        condition = (("If-None-Exist", f"identifier=urn:bench:reading|{number}"),) if once else ()
        asks.append(Ask("POST", "/fhir/Observation", packed(body), headers=condition))
    return asks


def _sent(house: House, devices: list[dict[str, str]], rounds: int) -> Cost:
    cpu = house.cpu_s()
    told = upload(house, devices, rounds=rounds, lanes=LANES)
    used, wall, n = house.cpu_s() - cpu, told["seconds"], told["acknowledged"]
    return Cost(n, n / wall, n / used, told["n_refused"])


def _clinic() -> str:
    """A facility with patients; the token of a client that is registered for it alone."""
    from accounts.clients import tokens
    from accounts.clients.registering import Registration, register
    from accounts.models import Organization
    from fhir import changes
    from fhir.principal import SYSTEM
    from patients.models import FacilityLink, Patient

    place = changes.create(Organization(name="Bench", fhir_id="bench"), by=SYSTEM)
    for number in range(PEOPLE):
        said = patient(number)
        names, identifiers = said["name"], said["identifier"]
        found = Patient(
            fhir_id=said["id"],
            names=names,
            identifiers=identifiers,
            gender=said["gender"],
            managing_organization=place,
        )
        changes.create(found, by=SYSTEM)
    assert FacilityLink.objects.filter(facility=place).count() == PEOPLE
    as_said = Registration("bench", SCOPE, facilities=[place])
    client, _ = register(by=SYSTEM, as_said=as_said)
    return tokens.issue(by=SYSTEM, client=client, scope=SCOPE, life=timedelta(hours=1))


def _report(names: Sequence[str], turns: Sequence[Turn]) -> Report:
    kinds = (READS, CHUNKS, WRITES)
    tables = [
        Table(
            kind,
            ("", "n", "per second", "per CPU-second", "CPU ms each", f"share of {WITHOUT}"),
            [_row(name, kind, turns) for name in names],
        )
        for kind in kinds
    ]
    failed = sum(cost.failed for turn in turns for cost in turn.values())
    figures = [
        Figure(f"{kind}, {unit}: with / without", share, "", "none", None)
        for kind in kinds
        for unit, share in (
            ("per second", _share(turns, WITH, kind, "per_s")),
            ("per CPU-second", _share(turns, WITH, kind, "per_cpu_s")),
        )
    ]
    figures.append(Figure("requests that failed", failed, "", "0", failed == 0))
    return Report(PROTOCOL, tables, figures)


def _row(name: str, kind: str, turns: Sequence[Turn]) -> tuple[str, ...]:
    costs = [turn[name, kind] for turn in turns]
    per_s = float(np.median([cost.per_s for cost in costs]))
    per_cpu_s = float(np.median([cost.per_cpu_s for cost in costs]))
    shares = f"{_share(turns, name, kind, 'per_cpu_s'):.2f}"
    n = sum(cost.n for cost in costs)
    return name, f"{n:,}", f"{per_s:,.0f}", f"{per_cpu_s:,.0f}", f"{1000 / per_cpu_s:.2f}", shares


def _share(turns: Sequence[Turn], name: str, kind: str, unit: str) -> float:
    """Of what gets done without all of it, in the same turn; the median of the turns."""
    shares: list[Any] = [
        getattr(turn[name, kind], unit) / getattr(turn[WITHOUT, kind], unit) for turn in turns
    ]
    return float(np.median(shares))


if __name__ == "__main__":
    raise SystemExit(main(measure))
