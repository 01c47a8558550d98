"""``manage.py audit verify``: has anybody tampered with the audit trail?"""

from argparse import ArgumentParser
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.trail.heads import FOLDER
from accounts.trail.sealing import seal_all
from accounts.trail.verifying import Tally, compare, verify


class Command(BaseCommand):
    help = (
        "verify: compute every digest and head of the audit trail again, and name each row that "
        "was altered, deleted, inserted or put in another order (exit code 1). "
        "seal: put what was committed under seal now, as the worker does each second."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "seal"])
        parser.add_argument(
            "--heads",
            type=Path,
            help="file or folder of exported heads, best a copy from another machine "
            "(else those of the data folder, where there are any)",
        )

    def handle(self, *_: Any, what: str, heads: Path | None, **__: Any) -> None:
        if what == "seal":
            self.stdout.write(f"{seal_all()} rows came under seal.")
            return
        self.verify(heads)

    def verify(self, given: Path | None) -> None:
        own = settings.DATA_DIR / FOLDER
        place = given or (own if own.is_dir() else None)
        if given and not given.exists():
            raise CommandError(f"There are no heads at {given}.", returncode=2)
        tally, count = Tally(), 0
        for difference in chain(verify(tally), compare(place, tally) if place else ()):
            self.stdout.write(str(difference))
            count += 1
        heads = f"{tally.heads:,} exported heads" if place else "no exported heads"
        self.stdout.write(f"{tally.rows:,} rows under {tally.seals:,} seals, {heads}.")
        if tally.waiting:
            self.stdout.write(f"{tally.waiting:,} rows wait for the sealer: does the worker run?")
        if tally.lost and tally.lost == count:
            raise CommandError(
                f"{count:,} rows were written after the backup that was restored; they are lost. "
                "Nothing else differs. If you know of that restore, put these heads aside as the "
                "list of what is lost, and compare with those that the house writes from now on "
                "(docs/administration.md, The audit trail).",
                returncode=1,
            )
        if count:
            raise CommandError(
                f"{count:,} differences. Leave database and heads as they are; they are evidence.",
                returncode=1,
            )
        self.stdout.write("Nothing was tampered with.")
