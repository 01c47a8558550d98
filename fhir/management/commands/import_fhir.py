"""``manage.py import_fhir PATH…``: take in Bundles and NDJSON files, as often as you like."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fhir.errors import Malformed
from fhir.files import batches
from fhir.importing import Outcome, Refused, take_in
from fhir.principal import SYSTEM

ENDINGS = (".json", ".ndjson", ".json.gz", ".ndjson.gz")


class Command(BaseCommand):
    help = (
        "Import FHIR R4 Bundles, resources or NDJSON, plain or gzip. A second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, help="files, or folders of them")
        parser.add_argument(
            "--origin", default="import", help="name of the source, for the history"
        )

    def handle(self, *_: Any, paths: list[Path], origin: str, **__: Any) -> None:
        files = list(files_of(paths))
        total = Outcome()
        for number, path in enumerate(files, 1):
            outcome = self.take_in_file(path, origin)
            for refused in outcome.refused:
                self.stdout.write(
                    f"refused: {path.name}, {refused.place}, {refused.element}: {refused.reason}"
                )
            total += outcome
            self.progress(number, len(files), path)
        self.stdout.write(
            f"{len(files)} files: {total.created} created, {total.updated} updated, "
            f"{total.unchanged} unchanged, {len(total.refused)} refused"
        )
        if total.refused:
            raise CommandError(f"{len(total.refused)} entries were refused; the others are in.")

    def take_in_file(self, path: Path, origin: str) -> Outcome:
        """All of one file; what cannot be read becomes one refusal."""
        outcome = Outcome()
        try:
            for entries in batches(path):
                outcome += take_in(entries, by=SYSTEM, origin=origin)
        except Malformed as refusal:
            outcome.refused.append(Refused("the file", path.name, refusal.message))
        return outcome

    def progress(self, done: int, total: int, path: Path) -> None:
        """A bar on a terminal, a line now and then elsewhere."""
        bar = "█" * (30 * done // total)
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            self.stderr.write(f"\r{bar:·<30} {done}/{total} {path.name[:30]:30}", ending=end)


def files_of(paths: list[Path]) -> list[Path]:
    """The files that ``paths`` name; a folder stands for the FHIR files in it, by name."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.iterdir() if p.name.endswith(ENDINGS))
        elif path.exists():
            found.append(path)
        else:
            raise CommandError(f"{path} does not exist.")
    if not found:
        raise CommandError(f"Nothing to import there; files end in {', '.join(ENDINGS)}.")
    return found
