"""Any number of requests that nobody should send: what came back, and every answer 5xx whole.

Run: ``python benchmarks/fuzz.py [--requests N] [--seed S] [--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import Figure, Report, Table, main
from benchmarks.house import scratch_house

QUICK, FULL, SEED = 1_000, 20_000, 1
MOST_GROWTH_MB = 96.0
SCOPE = "system/*.cruds"


def measure(quick: bool, requests: int = 0, seed: int = SEED) -> Report:  # noqa: FBT001
    """Send nonsense to the FHIR API of a scratch house and judge every answer."""
    asked = requests or (QUICK if quick else FULL)
    with scratch_house():
        from django.conf import settings

        from accounts.clients import registering, tokens
        from accounts.clients.registering import Registration
        from fhir.principal import SYSTEM
        from fhir.tests.fuzz.judging import asking, fuzz

        settings.ALLOWED_HOSTS = ["*"]
        as_said = Registration("Fuzz", SCOPE, all_facilities=True)
        client, _ = registering.register(by=SYSTEM, as_said=as_said)
        token = tokens.issue(by=SYSTEM, client=client, scope=SCOPE, life=timedelta(days=1))
        began = time.process_time()
        tally = fuzz(asking(token), seed=seed, requests=asked, give_up_after=20)
        cpu_s = time.process_time() - began
    if tally.wrong:
        print(tally.story(), file=sys.stderr)
    sent = sum(tally.statuses.values())
    return Report(
        protocol=[
            f"{sent:,} requests made from seed {seed}, one after another, in this process.",
            f"{cpu_s:.0f} s of CPU here, the making of requests included; PostgreSQL beside it.",
        ],
        tables=[
            Table(
                "Answers by status",
                ["status", "n"],
                [[str(status), str(n)] for status, n in sorted(tally.statuses.items())],
            )
        ],
        figures=[
            Figure("answers 5xx or malformed", len(tally.wrong), "", "0", not tally.wrong),
            Figure(
                "memory growth",
                tally.grown_mb,
                "MB",
                f"≤ {MOST_GROWTH_MB:.0f}",
                tally.grown_mb <= MOST_GROWTH_MB,
            ),
        ],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, add_help=False)
    parser.add_argument("--requests", type=int, default=0, help="how many")
    parser.add_argument("--seed", type=int, default=SEED, help="of the requests")
    wished, rest = parser.parse_known_args()
    sys.exit(main(lambda quick: measure(quick, wished.requests, wished.seed), rest))
