"""``manage.py load_terminology``: the tables of codes, once; a second time changes nothing."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from patients.terminology import icd
from patients.terminology.loading import load, load_tables


class Command(BaseCommand):
    help = "Load the tables of codes: ICD-10-CM and the product's own; unchanged ones are left."

    def handle(self, *_: Any, **__: Any) -> None:
        started = time.monotonic()
        loaded = load_tables()
        if (rows := load(icd.SOURCE, icd.fingerprint(), icd.rows)) is not None:
            loaded[icd.SOURCE] = rows
        for source, rows in loaded.items():
            self.stdout.write(f"  {source}: {rows} concepts")
        took = time.monotonic() - started
        self.stdout.write(
            f"Terminology is loaded ({took:.1f} s)." if loaded else "Terminology is loaded already."
        )
