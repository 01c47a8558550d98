"""What the page of an imported recording says about the files it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from vitals.models import FileImport, OriginalFile, Recording

FORMATS = {"edf": "EDF", "wfdb": "WFDB", "dicom": "DICOM", "aecg": "HL7 aECG", "csv": "CSV"}
WHAT = {
    "name": gettext_lazy("name"),
    "number": gettext_lazy("number"),
    "birth-date": gettext_lazy("birth date"),
    "sex": gettext_lazy("gender"),
    "age": gettext_lazy("age"),
}


@dataclass(frozen=True)
class Source:
    """Where an imported recording came from.

    Attributes:
        format: Name of the format.
        at: When it was imported.
        by: Who did it, in words.
        files: The originals, in order.
        notes: What was left out or rounded, in words.
        differed: What the file said otherwise than the chart, confirmed by a person.
        start_entered: Whether a person said when it began.
        siblings: Other recordings of the same files.
    """

    format: str
    at: datetime
    by: str
    files: list[OriginalFile]
    notes: list[str]
    differed: list[str]
    start_entered: bool
    siblings: list[Recording]


def source_of(recording: Recording) -> Source | None:
    """The files of a recording; None when it came in chunks."""
    imported = recording.imported
    if imported is None:
        return None
    said: dict[str, Any] = imported.said
    others = imported.recordings.exclude(pk=recording.pk).order_by("client_id")
    return Source(
        format=FORMATS.get(imported.format, imported.format),
        at=imported.imported_at,
        by=_person(imported),
        files=list(imported.files.order_by("number")),
        notes=[_(note["text"]) % note["given"] for note in said.get("notes", ())],
        differed=[str(WHAT.get(each, each)) for each in said.get("identity_differs", ())],
        start_entered=bool(said.get("start_entered")),
        siblings=list(others),
    )


def _person(imported: FileImport) -> str:
    kind, _colon, key = imported.imported_by.partition(":")
    if kind == "device":
        return _("the device itself")
    user = User.objects.filter(pk=key).first() if kind == "user" else None
    return str(user) if user else _("an operator of this house")
