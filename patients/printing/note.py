"""Notes on paper: signed ones with their hash and addenda, drafts as what they are."""

from django.utils.translation import gettext as _

from accounts.models import Organization
from fhir.principal import Principal
from patients.chart.notes import FullNote, addenda, full_note, of_visit
from patients.models import DocumentReference, NoteDraft, Patient
from patients.note_text import compose
from patients.printing.blocks import Block, Fields, Heading, Notice, Rule, Struck, Text
from patients.printing.parts import document
from patients.printing.pdf import Document
from patients.printing.words import moment


def printed_note(row: DocumentReference, patient: Patient, by: Principal) -> Document:
    """A note as it was signed, and after it everything that was added."""
    note = full_note(row)
    blocks: list[Block] = [Fields(_about(note, of_visit(row))), *note_blocks(note)]
    for added in addenda(row):
        blocks += [Heading(_("Addendum of %s") % moment(added.document.at)), *note_blocks(added)]
    return document(_("Clinical note"), patient, blocks, by=by, mark=_mark(note))


def _mark(note: FullNote) -> str:
    if note.document.in_error:
        return _("ENTERED IN ERROR – it counts for nothing")
    if note.document.replaced:
        return _("REPLACED by a newer note")
    if note.sha256 and not note.intact:
        return _("NOT THE TEXT THAT WAS SIGNED")
    if note.document.doc_status == "preliminary":
        return _("PRELIMINARY – not final")
    return ""


def _about(note: FullNote, visit: str) -> list[tuple[str, str]]:
    each = note.document
    rows = [
        (_("Note"), each.title),
        (_("Date"), moment(each.at)),
        (_("Author"), each.author),
        (_("Visit"), visit),
        (_("Attention"), "" if each.understood else _("Contains information not understood here")),
        (_("Confidentiality"), _("restricted") if each.restricted else ""),
    ]
    return [(label, said) for label, said in rows if said]


def note_blocks(note: FullNote) -> list[Block]:
    """The text and who stands for it; struck through where it counts for nothing."""
    each = note.document
    remarks = [
        Notice(" – ".join(filter(None, (said.text, said.who, moment(said.at)))))
        for said in each.remarks
    ]
    if each.in_error:
        error = Notice(_("Entered in error: the struck text counts for nothing."))
        return [error, *remarks, Struck(note.text), Rule(), Text(signature_words(note))]
    return [*remarks, Text(note.text), Rule(), Text(signature_words(note))]


def signature_words(note: FullNote) -> str:
    """Who signed what, and whether the text is still that."""
    if not note.sha256:
        return _("Not signed in this system.")
    said = {"who": note.signed_by, "at": moment(note.signed_at), "hash": note.sha256}
    words = _("Signed electronically by %(who)s, %(at)s.\nSHA-256 of the text: %(hash)s") % said
    if note.intact:
        return words
    return words + "\n" + _("The text is NOT the one that was signed. Tell your administrator.")


def printed_draft(draft: NoteDraft, by: Principal) -> Document:
    """An unsigned note: no part of the record, and said so on every page."""
    rows = [
        (_("Note"), draft.title),
        (_("Written by"), draft.author.full_name or draft.author.username),
        (_("Last saved"), moment(draft.updated_at)),
    ]
    if draft.discarded_at:
        rows.append((_("Put away"), moment(draft.discarded_at)))
    facility: Organization | None = draft.encounter.organization if draft.encounter else None
    blocks: list[Block] = [Fields(rows), Text(compose(draft.sections) or _("Nothing written yet."))]
    mark = _("DRAFT – unsigned")
    return document(
        _("Draft of a note"), draft.patient, blocks, by=by, facility=facility, mark=mark
    )
