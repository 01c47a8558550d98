"""Filing documents: scans, letters, photographs, and files of any other kind."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import CHART_WRITE
from fhir.errors import Invalid
from fhir.principal import Principal
from fhir.times import moment_text
from patients.acts.charting import author, create
from patients.acts.notes import current_encounter
from patients.attachments import BINARY, sha1_base64, sniffed
from patients.models import Binary, DocumentReference, Patient
from patients.terminology.coded import Coded

LARGEST_FILE = 20 * 2**20  # bytes
LONGEST_NAME = 150


@dataclass(frozen=True)
class File:
    """What somebody uploads: its name there, and its bytes."""

    name: str
    data: bytes


class FileTooLarge(Invalid):
    """The file is larger than one document may be."""

    code = "file-too-large"


@transaction.atomic
def file_document(
    *,
    by: Principal,
    patient: Patient,
    file: File,
    kind: Coded,
    title: str = "",
    dated: datetime | None = None,
) -> DocumentReference:
    """Put a file into ``patient``'s chart. Its first bytes say what it is, not its name.

    Args:
        by: Who files it.
        patient: Whom it is about.
        file: Name and bytes.
        kind: What sort of document it is.
        title: What to call it; the file's name where empty.
        dated: When the document itself was made, if that is known.

    Raises:
        FileTooLarge, Invalid: it is too large, or empty.
        NotAllowed, NotFound: ``by`` may not write in this chart.
    """
    check_size(len(file.data))
    binary = create(
        Binary(
            patient=patient,
            content_type=sniffed(file.data),
            data=file.data,
            security_context=patient.reference,
        ),
        by=by,
        scope=CHART_WRITE,
        action="store-file",
    )
    encounter = current_encounter(by, patient)
    document = DocumentReference(
        patient=patient,
        status="current",
        date_at=timezone.now(),
        authors=[author(by)],
        description=title,
        content=[{"attachment": _attachment(binary, file, title, dated)}],
        context={"encounter": [{"reference": encounter.reference}]} if encounter else {},
        **kind.columns("type"),
    )
    return create(document, by=by, scope=CHART_WRITE, action="file-document")


def check_size(size: int) -> None:
    """Refuse an empty file, and one that is too large.

    Raises:
        FileTooLarge, Invalid: says how large it is and may be.
    """
    if size == 0:
        raise Invalid(_("File: it is empty. Choose the file again."))
    if size > LARGEST_FILE:
        raise FileTooLarge(
            _(
                "File: it has %(size)s MB; one document holds at most %(most)s MB. "
                "Scan it at a lower resolution, or file it in parts."
            )
            % {"size": f"{size / 2**20:.1f}", "most": LARGEST_FILE // 2**20}
        )


def _attachment(binary: Binary, file: File, title: str, dated: datetime | None) -> dict[str, Any]:
    found = {
        "contentType": binary.content_type,
        "url": f"{BINARY}{binary.fhir_id}",
        "size": len(file.data),
        "hash": sha1_base64(file.data),
        "title": title or plain_name(file.name),
    }
    return found | ({"creation": moment_text(dated)} if dated else {})


def plain_name(name: str) -> str:
    """The file's own name without folders and signs that end a header or a line."""
    last = PurePath(name.replace("\\", "/")).name
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '"\\/')
    return kept[:LONGEST_NAME] or _("file")
