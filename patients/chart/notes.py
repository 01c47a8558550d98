"""Notes and documents as a clinician reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from textwrap import shorten
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from fhir.principal import Principal
from fhir.times import moment_range
from fhir.together import Loading
from patients import attachments
from patients.chart.concepts import all_words, name_of, understood
from patients.chart.people import names, names_of, practitioners
from patients.models import Binary, DocumentReference, NoteDraft, Patient
from patients.models.base import ENTERED_IN_ERROR
from patients.models.labels import is_sensitive
from patients.note_text import assessment, sha256

FIRST_WORDS = 240
RESTRICTED = frozenset({"R", "V"})  # v3-Confidentiality: restricted, very restricted


@dataclass(frozen=True)
class LastNote:
    """The newest standing note, for the summary."""

    id: UUID
    title: str
    author: str
    at: datetime
    assessment: str


@dataclass(frozen=True)
class File:
    """One attachment of a document, as shown.

    Attributes:
        part: Its place in ``content``.
        title: Its name.
        kind: "image" or "pdf" where a page shows it, else "download"; "absent" where its bytes
            are not here.
        content_type: As its sender calls it.
        where: Address of the bytes elsewhere, when they are.
        understood: Whether the record of its bytes holds no unknown modifier.
    """

    part: int
    title: str
    kind: str
    content_type: str
    where: str = ""
    understood: bool = True


@dataclass(frozen=True)
class Remark:
    """What this house says of a document: moved, entered in error, why, by whom, when."""

    text: str
    who: str
    at: datetime | None


@dataclass(frozen=True)
class Document:
    """A note or document in words."""

    id: UUID
    version: int
    title: str
    kind: str
    at: datetime
    author: str
    status: str
    doc_status: str
    in_error: bool
    replaced: bool
    restricted: bool
    understood: bool
    first_words: str
    content_type: str
    is_note: bool
    remarks: list[Remark]
    addenda: list[Document] = field(default_factory=list)


@dataclass(frozen=True)
class FullNote:
    """A note with its whole text and its signature."""

    document: Document
    text: str
    signed_by: str
    signed_at: datetime | None
    sha256: str
    intact: bool


def documents(rows: Iterable[DocumentReference]) -> list[Document]:
    """Rows in words; authors without a name of their own are looked up together."""
    found = list(rows)
    names = practitioner_names(found)
    return [document(row, names) for row in found]


def with_addenda(rows: Iterable[DocumentReference], patient: Patient) -> list[Document]:
    """Notes in words, each with what was added to it, oldest first: one query for all."""
    notes = list(rows)
    references = [row.reference for row in notes]
    added = DocumentReference.objects.of(patient).filter(parent_reference__in=references)
    added = added.without_content()
    under: dict[str, list[DocumentReference]] = defaultdict(list)
    for row in added.order_by("listed_at", "id"):
        under[row.parent_reference].append(row)
    return [
        replace(shown, addenda=documents(under[row.reference]))
        for shown, row in zip(documents(notes), notes, strict=True)
    ]


def document(row: DocumentReference, names: dict[str, str]) -> Document:
    """One row in words."""
    labels = [c.get("code") for label in row.security_labels or [] for c in label.get("coding", [])]
    return Document(
        id=row.id,
        version=row.version,
        title=str(row),
        kind=name_of(row, "type") if row.type_code or row.type_text else "",
        at=row.listed_at,
        author=author_words(row.authors, names),
        status=row.status,
        doc_status=row.doc_status,
        in_error=ENTERED_IN_ERROR in (row.status, row.doc_status),
        replaced=row.status == "superseded",
        restricted=not RESTRICTED.isdisjoint(labels) or is_sensitive(row.security),
        understood=not row.modified_inside and understood(row),
        first_words=shorten(row.note_text[: 2 * FIRST_WORDS], FIRST_WORDS, placeholder=" …"),
        content_type=row.content_type,
        is_note=row.is_note,
        remarks=[remark(each) for each in row.notes or []],
    )


def remark(annotation: dict[str, Any]) -> Remark:
    """A FHIR Annotation in words."""
    at = moment_range(str(annotation.get("time") or ""))[0]
    return Remark(str(annotation.get("text")), str(annotation.get("authorString") or ""), at)


def practitioner_names(rows: Iterable[DocumentReference]) -> dict[str, str]:
    """Names behind the references of authors that bring none, by reference: one query."""
    return names_of(_silent(rows))


def _silent(rows: Iterable[DocumentReference]) -> list[str]:
    """References of authors that bring no name."""
    authors = [author for row in rows for author in row.authors or []]
    return [str(author.get("reference")) for author in authors if not author.get("display")]


def author_words(authors: Any, names: dict[str, str]) -> str:
    """Who wrote it; said when nobody is named."""
    words = [
        str(author.get("display") or names.get(str(author.get("reference")), ""))
        for author in authors or []
    ]
    return ", ".join(filter(None, words)) or _("author not recorded")


def full_note(row: DocumentReference) -> FullNote:
    """A note to read; its text comes from what was signed, and the hash is computed anew."""
    text = attachments.text_of(row.content)
    return FullNote(
        document=documents([row])[0],
        text=text,
        signed_by=row.signed_by,
        signed_at=row.signed_at,
        sha256=row.signed_sha256,
        intact=sha256(text) == row.signed_sha256,
    )


def addenda(row: DocumentReference) -> list[FullNote]:
    """What was added to a note, oldest first; those entered in error stand among them."""
    added = DocumentReference.objects.beside(row).filter(parent_reference=row.reference)
    return [full_note(each) for each in added.order_by("listed_at", "id")]


def files(row: DocumentReference) -> list[File]:
    """The attachments of a document and how each can be shown."""
    named = attachments.binary_ids(row.content)
    stored = Binary.objects.filter(fhir_id__in=named).defer("data") if named else ()
    odd = {each.fhir_id for each in stored if not understood(each)}
    found = enumerate(attachments.of_content(row.content))
    return [_file(part, each, clear=attachments.binary_id(each) not in odd) for part, each in found]


def _file(part: int, attachment: dict[str, Any], *, clear: bool) -> File:
    title = str(attachment.get("title") or _("File %s") % (part + 1))
    said = str(attachment.get("contentType") or _("type not recorded"))
    inside = attachments.inline_bytes(attachment)
    if inside is None and not attachments.binary_id(attachment):
        return File(part, title, "absent", said, where=str(attachment.get("url") or ""))
    kind = attachments.media_type(attachment)[0] if inside is None else attachments.sniffed(inside)
    shown = "image" if kind in attachments.IMAGES else "pdf" if kind == attachments.PDF else ""
    return File(part, title, shown or "download", said, understood=clear)


def of_visit(row: DocumentReference) -> str:
    """What was done: event and practice setting, in words."""
    context = row.context or {}
    return all_words([*(context.get("event") or []), context.get("practiceSetting")])


def last_note(patient: Patient) -> Loading[LastNote | None]:
    """The newest standing note that is not an addendum; None where none is recorded."""
    notes = DocumentReference.objects.of(patient).standing().notes_only().newest_first()
    newest = notes.filter(parent_reference="").without_content()[:1]
    rows = (yield {"note": newest})["note"]
    known = yield {"people": practitioners(_silent(rows))}
    for row in rows:
        author = author_words(row.authors, names(known["people"]))
        return LastNote(row.id, str(row), author, row.listed_at, assessment(row.note_text))
    return None


def unsigned_drafts(principal: Principal) -> list[NoteDraft]:
    """The principal's own open drafts in charts that are open to them, newest first."""
    mine = NoteDraft.objects.open().of_author(principal).visible_to(principal)
    return list(mine.select_related("patient").order_by("-updated_at"))


def drafts_in(patient: Patient, principal: Principal) -> list[NoteDraft]:
    """Open drafts in one chart, whoever writes them, one's own first."""
    rows = NoteDraft.objects.open().filter(patient=patient).select_related("author")
    newest = rows.order_by("-updated_at")
    return sorted(newest, key=lambda draft: str(draft.author_id) != principal.id)


def matching(text: str) -> Q:
    """Notes that hold ``text`` in title or words."""
    return Q(note_text__icontains=text) | Q(title__icontains=text) | Q(type_text__icontains=text)
