"""Importing a recording from files: one act for the page, the device API and the command.

**How a recording without a wearable is held.** What a recording may be seen by, moved with and
synced as hangs on its device and its pairing. So an import makes both: a Device of kind "file",
which stands for the recorder (never registered: it has no key and cannot be attached), and a
Pairing of exactly the time of the recording. Then every rule about visibility, moving, summaries
and sync holds as it is, and no column has to be nullable. It is one device for each import, because
two imports of one clinic may cover the same hour of two patients, and pairings of a device never
overlap. A file that a registered device sends itself belongs to whoever wore it then, like its
chunks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from accounts.models import Organization
from accounts.roles import DEVICE_ATTACH
from fhir import changes
from fhir.codec import dumps
from patients.acts.charting import open_chart
from patients.models import Patient
from vitals.acts.ecg_study import file_study
from vitals.acts.file_identity import Difference, differences
from vitals.acts.file_start import began, ends
from vitals.acts.wearing import person
from vitals.clocks import Clock
from vitals.errors import (
    FileElsewhere,
    FileRefused,
    FilesBusy,
    IdentityDiffers,
    PairingChanged,
)
from vitals.files.killable import Busy, Opened, Stretch, opened
from vitals.files.layout import Layout
from vitals.files.leads import TWELVE
from vitals.files.refusals import Unreadable
from vitals.imported import FORMATS
from vitals.jobs import enqueue
from vitals.models import Device, FileImport, Pairing, Recording
from vitals.storage.originals import digest_of, keep_files, keep_samples

if TYPE_CHECKING:
    from fhir.principal import Principal


@dataclass(frozen=True)
class Order:
    """What is to be imported.

    Attributes:
        files: In one folder that holds nothing else.
        layout: What a person said about them.
        start: When it began, if the file does not say it, or says it wrongly.
        pacemaker: "yes", "no" or "unknown".
        confirmed: ``IdentityDiffers.confirm`` of an earlier attempt: somebody has read how
            the file and the chart differ, and that it is this patient all the same.
    """

    files: Sequence[Path]
    layout: Layout = field(default_factory=Layout)
    start: datetime | None = None
    pacemaker: str = Pairing.Pacemaker.UNKNOWN
    confirmed: str = ""

    def key(self, digests: Sequence[bytes]) -> bytes:
        """Names the files and all that was said about them."""
        said = [self.layout.to_json(), self.start.isoformat() if self.start else ""]
        return hashlib.sha256(b"".join(digests) + dumps(said)).digest()


@dataclass(frozen=True)
class Imported:
    """What came of it.

    Attributes:
        imported: The upload.
        recordings: Largest first.
        new: False when the same upload is here already.
    """

    imported: FileImport
    recordings: list[Recording]
    new: bool


def import_recording(*, by: Principal, patient: Patient, order: Order) -> Imported:
    """Read files into ``patient``'s chart and have them analysed; the files are kept as they are.

    Raises:
        NotAllowed: ``by`` does not attach devices.
        NotFound: ``by`` may not see the patient.
        FileRefused: a file, field and remedy; nothing was kept.
        IdentityDiffers: the file names somebody else, and nobody has confirmed that.
    """
    require(by, DEVICE_ATTACH)
    open_chart(by, patient)
    facility = _facility(by, patient)
    with _reading(order) as found, transaction.atomic():
        return _Desk(by, order, found, facility).into_chart(patient)


def import_from_device(*, by: Principal, device: Device, order: Order) -> Imported:
    """Read files that a registered device sends; they go to whoever wore it then, or wait.

    Raises:
        FileRefused, IdentityDiffers: as for ``import_recording``; a device cannot confirm.
        PairingChanged: the recording reaches from one wearer to another.
    """
    with _reading(order) as found, transaction.atomic():
        return _Desk(by, order, found, device.facility).of_device(device)


class _reading:  # noqa: N801 -- used as a context manager only
    """``opened`` in the words of this floor."""

    def __init__(self, order: Order) -> None:
        names = [path.name for path in order.files]
        folder = order.files[0].parent if order.files else Path()
        self.inner = opened(folder, names, order.layout)

    def __enter__(self) -> Opened:
        try:
            return self.inner.__enter__()
        except Unreadable as no:
            raise refusal(no) from no
        except Busy as busy:
            raise FilesBusy from busy

    def __exit__(self, *error: Any) -> None:
        self.inner.__exit__(*error)


def refusal(no: Unreadable) -> FileRefused:
    """The refusal of a file in the reader's language: file, field, what is wrong, remedy."""
    what, name = _(no.what) % no.given, _(no.field) % no.given
    message = _("%(file)s, %(field)s: %(what)s. %(remedy)s") % {
        "file": no.file or _("The upload"), "field": name, "what": what,
        "remedy": _(no.remedy) % no.given,
    }  # fmt: skip
    return FileRefused(message, field=name, code=f"file-{no.code}", file=no.file)


class _Desk:
    """Decides about one upload that was read, and writes it."""

    def __init__(
        self, by: Principal, order: Order, found: Opened, facility: Organization | None
    ) -> None:
        self.by, self.order, self.found, self.facility = by, order, found, facility
        self.now = timezone.now()
        self.digests = digest_of(order.files)
        self.key = order.key(self.digests)

    def into_chart(self, patient: Patient) -> Imported:
        start = self._began(patient)
        known = self._known()
        if known is not None:
            return self._again(known, patient)
        differing = differences(self.found.identity, patient, start)
        if differing and self.order.confirmed != self.key.hex():
            raise self._differs(differing)
        device = self._recorder()
        pairing = self._pairing(device, patient, start)
        return self._write(device, pairing, start, differing)

    def of_device(self, device: Device) -> Imported:
        start = Clock(None, self.now).corrected(self._began(None), field="start")
        Device.objects.select_for_update(no_key=True).get(pk=device.pk)  # attaching waits, or we do
        known = self._known()
        if known is not None:
            return self._again(known, None, device)
        pairing = self._worn(device, start)
        differing = differences(self.found.identity, pairing.patient, start) if pairing else []
        if differing:
            raise self._differs(differing)
        return self._write(device, pairing, start, differing)

    def _known(self) -> FileImport | None:
        """The same upload, if it came before; two at once wait for each other here."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"import:{self.key.hex()}"],
            )
        return FileImport.objects.filter(sha256=self.key).first()

    def _again(
        self, known: FileImport, patient: Patient | None, device: Device | None = None
    ) -> Imported:
        rows = Recording.objects.filter(imported=known).select_related("pairing")
        recordings = list(rows.order_by("client_id"))
        same = all(
            row.device_id == device.pk if device
            else patient is not None and row.pairing is not None
            and row.pairing.patient_id == patient.pk
            for row in recordings
        )  # fmt: skip
        if not same:
            raise FileElsewhere
        return Imported(known, recordings, new=False)

    def _began(self, patient: Patient | None) -> datetime:
        return began(self.found, self.order.start, self.facility, patient)

    def _differs(self, found: list[Difference]) -> IdentityDiffers:
        labels = ", ".join(each.label for each in found)
        message = _(
            "%(file)s, %(labels)s: the file names somebody else than the chart. Nothing was kept. "
            "Compare both; import it here only if it is the same person."
        ) % {"file": self.found.file, "labels": labels}
        return IdentityDiffers(
            message,
            details=found,
            confirm=self.key.hex(),
            file=self.found.file,
            differences=[each.what for each in found],
        )

    def _recorder(self) -> Device:
        said, name = self.found.device, FORMATS[self.found.format]
        device = Device(
            kind=Device.Kind.FILE,
            serial=said.get("serial", ""),
            manufacturer=said.get("manufacturer", ""),
            model_name=said.get("model") or _("%(format)s file") % {"format": name},
            facility=self.facility,
            registered=False,
        )
        return changes.create(device, by=self.by)

    def _pairing(self, device: Device, patient: Patient, start: datetime) -> Pairing:
        return Pairing.objects.create(
            device=device,
            patient=patient,
            start=start,
            end=ends(self.found, start) + timedelta(milliseconds=1),
            lead="12" if self._twelve() else "",
            pacemaker=self.order.pacemaker,
            attached_by_id=person(self.by),
            attached_at=self.now,
            detached_by_id=person(self.by),
            detached_at=self.now,
        )

    def _twelve(self) -> bool:
        return any(set(each.names) >= TWELVE for each in self.found.recordings)

    def _worn(self, device: Device, start: datetime) -> Pairing | None:
        """The one wearer of all that time."""
        end = ends(self.found, start)
        near = Pairing.objects.filter(device=device, start__lt=end).exclude(end__lte=start)
        found = list(near.select_related("patient")[:2])
        if not found:
            return None
        (first, *others) = found
        if others or first.start > start or (first.end is not None and first.end < end):
            raise PairingChanged(
                _("The device had one wearer for a part of the recording only. Send it in parts."),
                field="start",
            )
        return first

    def _write(
        self, device: Device, pairing: Pairing | None, start: datetime, differing: list[Difference]
    ) -> Imported:
        imported = FileImport.objects.create(
            sha256=self.key,
            format=self.found.format,
            imported_at=self.now,
            imported_by=self.by.label,
            said=self._said(differing),
        )
        keep_files(imported, self.order.files, self.digests)
        recordings = [
            self._recording(number, each, imported, device, pairing, start)
            for number, each in enumerate(self.found.recordings)
        ]
        patient = pairing.patient if pairing else None
        if patient is not None and (self._twelve() or self.found.format == "dicom"):
            file_study(by=self.by, patient=patient, found=self.found, recordings=recordings)
        audit.record(
            self.by,
            "import-recording",
            device,
            patient_id=patient.pk if patient else None,
            detail={
                "import": str(imported.pk),
                "format": self.found.format,
                "recordings": [str(each.pk) for each in recordings],
                "identity_confirmed": [each.what for each in differing],
            },
        )
        return Imported(imported, recordings, new=True)

    def _said(self, differing: list[Difference]) -> dict[str, Any]:
        """What the file states, what was left out, and what a person said otherwise."""
        found = self.found
        return {
            "start": found.start,
            "start_entered": self.order.start.isoformat() if self.order.start else "",
            "identity": found.identity,
            "identity_differs": [each.what for each in differing],
            "device": found.device,
            "study": found.study,
            "notes": found.notes,
            "layout": self.order.layout.to_json(),
        }

    def _recording(
        self, number: int, each: Stretch, imported: FileImport, device: Device,
        pairing: Pairing | None, start: datetime,
    ) -> Recording:  # fmt: skip
        low, high = each.band_hz
        recording = Recording.objects.create(
            device=device,
            pairing=pairing,
            imported=imported,
            session_id=str(imported.pk),
            client_id=f"{self.key.hex()[:48]}-{number:02d}",
            kind=each.kind,
            sampling_rate_hz=each.sampling_rate_hz,
            channels=list(each.names),
            unit=each.unit,
            units_per_step=each.units_per_step,
            bandwidth_low_hz=low,
            bandwidth_high_hz=high if low is None or high is None or high > low else None,
            started_at=start + timedelta(seconds=each.delay_s),
            closed_at=self.now,
            closed_sample_count=len(each.steps),
        )
        keep_samples(recording, each.steps, self.now)
        enqueue(recording.pk)
        return recording


def _facility(by: Principal, patient: Patient) -> Organization | None:
    """Where the import is done: a facility of ``by`` that knows the patient, if there is one."""
    known = patient.facility_links.values_list("facility_id", flat=True)
    mine: list[UUID] = by.facilities_with(DEVICE_ATTACH)
    here = [place for place in mine if place in set(known)] or mine or list(known)
    return Organization.objects.filter(pk__in=here[:1]).first()
