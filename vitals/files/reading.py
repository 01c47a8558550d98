"""Telling which format the files of an upload have, and reading them. Plain numpy."""

from __future__ import annotations

from pathlib import Path

from vitals.files import aecg, dicom, edf, table, wfdb_record
from vitals.files.bundle import Bundle, unpacked
from vitals.files.found import FileContent
from vitals.files.layout import Layout
from vitals.files.refusals import Unreadable, gettext_noop

KNOWN_ELSEWHERE = {
    b"\xffBIOSEMI": "BDF",
    b"\x1f\x8b": "gzip",
    b"<RestingECG": "MUSE XML",
    b"fLaC": "FLAC",
}


def content_of(bundle: Bundle, scratch: Path, layout: Layout) -> FileContent:
    """What the files of an upload hold.

    Args:
        bundle: The files.
        scratch: An empty folder, for what has to be unpacked.
        layout: What a person said about them.

    Raises:
        Unreadable: no format that is read here, or what its reader refuses.
    """
    opened = unpacked(bundle, scratch)
    for name in opened.names:
        if opened.size(name) == 0:
            raise Unreadable(
                "empty", name, gettext_noop("content"), gettext_noop("the file is empty"),
                gettext_noop("Choose the file again."),
            )  # fmt: skip
    try:
        if opened.ending(wfdb_record.HEADER):
            return wfdb_record.read(opened)
        return _of_one(opened, layout)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # the formats' libraries judge late, each in errors of its own
        raise Unreadable(
            "header", opened.names[0], gettext_noop("content"),
            gettext_noop("it is damaged in a place that no message knows"),
            gettext_noop("Export the recording again."),
        ) from error  # fmt: skip


def _of_one(bundle: Bundle, layout: Layout) -> FileContent:
    name, *others = bundle.names
    if others:
        raise Unreadable(
            "several-records", name, gettext_noop("number of files"),
            gettext_noop("%(count)s files came and none is a WFDB header (.hea) that joins them"),
            gettext_noop("Send one recording at a time."), count=len(others) + 1,
        )  # fmt: skip
    head = bundle.head(name, 4096)
    if edf.is_edf(head):
        return edf.read(bundle, name)
    if dicom.is_dicom(head):
        return dicom.read(bundle, name)
    if aecg.is_aecg(head):
        return aecg.read(bundle, name)
    if table.is_table(head) and not any(mark in head[:512] for mark in KNOWN_ELSEWHERE):
        return table.read(bundle, name, layout)
    known = next((word for mark, word in KNOWN_ELSEWHERE.items() if mark in head[:512]), "–")
    raise Unreadable(
        "format", name, gettext_noop("format"),
        gettext_noop("it is not one that is read here (%(known)s)"),
        gettext_noop("Export it as EDF+, WFDB (.hea with its files), DICOM, HL7 aECG or CSV."),
        known=known,
    )  # fmt: skip
