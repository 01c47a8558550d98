"""``manage.py import_recording FILE… --patient MRN``: one recording from its files into a chart."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from fhir.errors import Refusal
from fhir.principal import SYSTEM
from patients.models import Patient
from vitals.acts.importing import Imported, Order, import_recording, refusal
from vitals.errors import IdentityDiffers
from vitals.files.layout import Layout
from vitals.files.refusals import Unreadable
from vitals.models import Pairing
from vitals.storage.incoming import gathered

PIECE = 2**20


class Command(BaseCommand):
    help = "Import one recording (EDF+, WFDB, DICOM, HL7 aECG, CSV) into a patient's chart."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, help="all files of one recording")
        parser.add_argument("--patient", required=True, metavar="MRN", help="their number here")
        parser.add_argument("--start", help="when it began, if the file does not say: ISO 8601")
        parser.add_argument(
            "--layout", default="{}", help='what a table does not say, as JSON: {"unit": "mV", …}'
        )
        parser.add_argument("--pacemaker", choices=Pairing.Pacemaker.values, default="unknown")
        parser.add_argument(
            "--confirm", default="", help="the code that an import with another identity printed"
        )

    def handle(self, *_: Any, files: list[Path], patient: str, **said: Any) -> None:
        who = _patient(patient)
        try:
            with gathered((path.name, _pieces(path)) for path in files) as copies:
                order = Order(
                    files=copies,
                    layout=_layout(said["layout"]),
                    start=_moment(said["start"]),
                    pacemaker=said["pacemaker"],
                    confirmed=said["confirm"],
                )
                self.tell(import_recording(by=SYSTEM, patient=who, order=order))
        except IdentityDiffers as no:
            raise CommandError(_compared(no)) from no
        except Refusal as no:
            raise CommandError(no.message) from no
        except OSError as no:
            raise CommandError(f"{no.filename}: {no.strerror}") from no

    def tell(self, done: Imported) -> None:
        """What is in the chart now."""
        if not done.new:
            self.stdout.write("This file is in the chart already.")
        for each in done.recordings:
            self.stdout.write(
                f"{each.kind} {each.pk}: {', '.join(each.channels)}, "
                f"{each.sampling_rate_hz:g} Hz, {each.closed_sample_count} samples"
            )
        for note in done.imported.said["notes"]:
            self.stdout.write(note["text"] % note["given"])


def _patient(number: str) -> Patient:
    found = list(Patient.objects.numbered(number)[:2])
    if len(found) != 1:
        raise CommandError(
            f"{'No' if not found else 'More than one'} patient has the number {number}."
        )
    return found[0]


def _pieces(path: Path) -> Any:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(PIECE), b"")


def _layout(text: str) -> Layout:
    try:
        return Layout.from_json(json.loads(text))
    except Unreadable as no:
        raise refusal(no) from no
    except (ValueError, TypeError, AttributeError) as error:
        raise CommandError("--layout is not a JSON object.") from error


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        said = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError("--start is a time such as 2026-03-01T10:00:00+01:00.") from error
    return said if said.tzinfo else timezone.make_aware(said)


def _compared(no: IdentityDiffers) -> str:
    lines = [f"  {each.label}: {each.file_says} / {each.chart_says}" for each in no.details]
    asked = f"It is the same person? --confirm {no.confirm}"
    return "\n".join([no.message, "File / chart:", *lines, asked])
