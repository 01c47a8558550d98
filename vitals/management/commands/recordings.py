"""``manage.py recordings verify``: is every stored sample the one that was received?"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from vitals.models import Recording
from vitals.storage.verifying import (
    Difference,
    Tally,
    recordings_after,
    verify,
    verify_conflicts,
    verify_originals,
)

PLACE = "recordings-verified-to"


class Command(BaseCommand):
    help = (
        "Compute the hash of every received chunk again from what is stored, and of every original "
        "file. Names what differs; the exit code is 1 then."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify"])
        parser.add_argument("--recording", type=UUID, help="only this one")
        parser.add_argument(
            "--resume", action="store_true", help="go on where a run that was stopped had got to"
        )

    def handle(self, *_: Any, recording: UUID | None, resume: bool, **__: Any) -> None:
        tally = Tally()
        reached, found = _reached() if resume and recording is None else (None, 0)
        one = Recording.objects.filter(pk=recording) if recording else None
        for each in recordings_after(reached) if one is None else one:
            for difference in _differences(each, tally):
                found += 1
                self.stdout.write(str(difference))
            if recording is None:
                _keep(each.pk, found)
        if recording is None:
            _place().unlink(missing_ok=True)
        elif not tally.recordings:
            raise CommandError("There is no such recording.", returncode=2)
        self.stdout.write(
            f"Looked at {tally.recordings} recordings, {tally.chunks} chunks "
            f"({tally.samples} samples) and {tally.files} original files."
        )
        if found:
            raise CommandError(f"{found} differences: restore them from a backup.", returncode=1)


def _differences(recording: Recording, tally: Tally) -> Iterator[Difference]:
    yield from verify(recording, tally)
    yield from verify_conflicts(recording)
    yield from verify_originals(recording, tally)


def _place() -> Path:
    return Path(settings.DATA_DIR) / PLACE


def _keep(reached: UUID, found: int) -> None:
    """Remember how far it is, so that a run that is stopped need not begin again."""
    place = _place()
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_suffix(".new")
    fresh.write_text(f"{reached} {found}")
    fresh.replace(place)


def _reached() -> tuple[UUID | None, int]:
    """The recording that was looked at last, and how many differences there were up to it."""
    try:
        reached, found = _place().read_text().split()
        return UUID(reached), int(found)
    except FileNotFoundError:
        return None, 0
    except ValueError:
        raise CommandError(
            f"{_place()} cannot be read. Remove it and verify without --resume.", returncode=2
        ) from None
