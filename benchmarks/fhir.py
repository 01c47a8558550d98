"""What the FHIR server does in a second, beside a bare Django view and another R4 server.

Run: ``python benchmarks/fhir.py [--quick] [--json]``.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import psycopg

from benchmarks.fhir_corpus import (
    PEOPLE,
    READS_FOR,
    bundles,
    interactions,
    known,
    packed,
    questions,
)
from benchmarks.fhir_load import WARM_UP, Ask, Rate, Server, asked, rate
from benchmarks.fhir_scale import fill
from benchmarks.figures import Figure, Report, Table, main
from benchmarks.house import open_doors, process_cpu_s, scratch_house

NODE: Final = Path(__file__).resolve().parent.parent / "tests" / "fhir_server"
OURS, BARE, OTHER = "this server", "bare Django view", "npm R4 server"
LEAST_PER_S, READ_SHARE, RATIO, FIRST_PAGE_MS = 1500.0, 0.5, 1.5, 100.0
IMPORT: Final = "transaction import (resources)"
SMALL: Final = 10_000
HEADER: Final = ("request", "server", "n", "per second", "per CPU-second", "p95 ms", "failed")
PROTOCOL: Final = (
    "HTTP from the same machine, 4 clients at a time (imports: 2); tokens, visibility, validation,",
    "history and audit are on. CPU seconds are those of the server and its database. The bare view",
    "does one query and one audit insert without any middleware; the npm server",
    "(@medplum/fhir-router) keeps everything in its memory and audits nothing. Imports are",
    "transactions of synthetic patients. For the large house, people and readings are copied in",
    "SQL with all that they are found by; the questions are the same.",
)


def measure(quick: bool) -> Report:  # noqa: FBT001 - the shape that every benchmark has
    """Everything a client does, then search in a small and in a large house."""
    n, big, first = (100, 30_000, 40_000) if quick else (1000, 1_000_000, 1_500_000)
    most_s = 0.8 if quick else 8.0
    with scratch_house() as house, psycopg.connect(house.owner_url, autocommit=True) as owner:
        with open_doors(house) as address:
            ours = Server(OURS, address, issued(), house.cpu_s)
            rates = tried(ours, n, most_s)
            fill(owner, SMALL)
            small = searched(ours, n // 2)
            fill(owner, big)
            large = searched(ours, n // 2)
            fill(owner, first)
            page = first_page(ours)
        with open_doors(house, application="benchmarks.bare:application") as address:
            rates.append(bare(Server(BARE, address, "", house.cpu_s), n))
    with other() as server:
        rates += tried(server, n, most_s) if server else []
    return report(rates, small, large, big, page, first)


def issued() -> str:
    """A token for everything."""
    from django.core.management import call_command

    out = StringIO()
    said = {"client": "benchmark", "scope": "system/*.cruds"}
    call_command("fhir_token", stdout=out, **said)
    return out.getvalue().strip()


def tried(server: Server, n: int, most_s: float) -> list[Rate]:
    """Every kind of interaction among the known, then transactions."""
    asked(server, Ask("POST", "/fhir", packed(known())))
    sent = [Ask("POST", "/fhir", packed(each), len(each["entry"])) for each in bundles()] * 5
    rates = [
        rate(server, what, asks, most_s * (READS_FOR if what == "read" else 1))
        for what, asks in interactions(n + WARM_UP)
    ]
    return [*rates, rate(server, IMPORT, sent, 6 * most_s, clients=2)]


def bare(server: Server, n: int) -> Rate:
    """The measure of a read."""
    return rate(
        server,
        "read",
        [Ask("GET", f"/Patient/bench-{i % PEOPLE}") for i in range(READS_FOR * n + WARM_UP)],
        30,
    )


def searched(server: Server, n: int) -> dict[str, Rate]:
    """Each kind of search, one after the other."""
    numbers = range(n + WARM_UP)
    return {
        what: rate(server, what, [Ask("GET", f"/fhir/{ask(i)}") for i in numbers], 60, clients=1)
        for what, ask in questions().items()
    }


def first_page(server: Server) -> float:
    """Milliseconds to the first page of all observations, the median of many."""
    asks = [Ask("GET", "/fhir/Observation?_count=50")] * 2 * WARM_UP
    return float(np.median(rate(server, "first page", asks, 60, clients=1).ms))


@contextlib.contextmanager
def other() -> Iterator[Server | None]:
    """The R4 server of the tests, where Node is there."""
    if shutil.which("node") is None or not (NODE / "node_modules").is_dir():
        yield None
        return
    node = subprocess.Popen(
        ["node", str(NODE / "server.mjs"), "--leash", "--validate", "--port", "0"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=NODE,
    )  # fmt: skip
    try:
        assert node.stdout is not None
        port = node.stdout.readline().rpartition(" ")[2].strip()
        yield Server(OTHER, f"127.0.0.1:{port}", "", lambda: process_cpu_s(node.pid))
    finally:
        node.terminate()
        node.communicate(timeout=10)


def report(
    rates: list[Rate],
    small: dict[str, Rate],
    large: dict[str, Rate],
    big: int,
    page: float,
    first: int,
) -> Report:
    """Tables and figures."""
    by = {(rate.server, rate.what): rate for rate in rates}
    taken = by[OURS, IMPORT].per_s
    share = by[OURS, "read"].per_cpu_s / by[BARE, "read"].per_cpu_s
    ratio = _pooled(large) / _pooled(small)
    tables = (
        Table("Requests", HEADER, [_row(rate) for rate in _beside(rates)]),
        Table(
            f"Search among {SMALL:,} and {big:,} observations",
            ("search", "n", "small: p95 ms", "large: p95 ms"),
            [
                (what, str(len(found.ms)), f"{small[what].p95:.1f}", f"{found.p95:.1f}")
                for what, found in large.items()
            ],
        ),
    )
    figures = (
        Figure("transaction import", taken, "resources/s", f">= {LEAST_PER_S:g}",
               taken >= LEAST_PER_S),
        Figure("read, per CPU of the bare view", share, "", f">= {READ_SHARE}",
               share >= READ_SHARE),
        Figure(f"search p95, {big:,} : {SMALL:,}", ratio, "", f"<= {RATIO}", ratio <= RATIO),
        Figure(f"first page of {first:,}", page, "ms", f"<= {FIRST_PAGE_MS:g}",
               page <= FIRST_PAGE_MS),
        Figure("requests that failed here", _failed(rates, large), "", "0",
               _failed(rates, large) == 0),
    )  # fmt: skip
    skipped = () if any(rate.server == OTHER for rate in rates) else ("Node is missing: skipped.",)
    return Report((*PROTOCOL, *skipped), tables, figures)


def _beside(rates: list[Rate]) -> list[Rate]:
    """Kind by kind, so that servers stand below each other."""
    kinds = list(dict.fromkeys(rate.what for rate in rates))
    return sorted(rates, key=lambda rate: kinds.index(rate.what))


def _row(found: Rate) -> tuple[str, ...]:
    rates = f"{found.per_s:,.0f}", f"{found.per_cpu_s:,.0f}", f"{found.p95:.1f}"
    return found.what, found.server, f"{found.n:,}", *rates, str(found.failed or "–")


def _pooled(found: dict[str, Rate]) -> float:
    return float(np.percentile(np.concatenate([each.ms for each in found.values()]), 95))


def _failed(rates: list[Rate], large: dict[str, Rate]) -> int:
    return sum(rate.failed for rate in (*rates, *large.values()) if rate.server != OTHER)


if __name__ == "__main__":
    raise SystemExit(main(measure))
