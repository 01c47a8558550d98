"""Writing notes: drafts that nobody loses, signatures that nobody changes, addenda."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from accounts.models import Organization
from accounts.roles import NOTE_SIGN
from fhir.errors import Invalid, NotAllowed, NotFound, Refusal, VersionConflict
from fhir.principal import Principal
from fhir.times import moment_text
from patients.acts.charting import author, author_reference, create, is_in_error, open_chart
from patients.attachments import as_base64, sha1_base64
from patients.models import DocumentReference, Encounter, NoteDraft, NoteTemplate, Patient
from patients.note_text import LONGEST_NOTE, Section, cleaned, compose, sha256

LOINC = "http://loinc.org"
ADDENDUM = ("55107-7", "Addendum Document")
CLINICAL_NOTE = {
    "coding": [
        {
            "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
            "code": "clinical-note",
        }
    ]
}
MOST_PARKED = 8


class NotYourDraft(NotAllowed):
    """Only the author changes or signs a draft. Write a note of your own, or an addendum."""

    code = "not-your-draft"


class DraftClosed(Refusal):
    """This draft was signed or discarded, so it takes no more text."""

    status = 409
    code = "draft-closed"
    issue = "conflict"


class NotAsShown(Refusal):
    """The draft changed after it was shown for signing. Read it again, then sign."""

    status = 409
    code = "not-as-shown"
    issue = "conflict"


class TooLong(Invalid):
    """The note is longer than one note may be."""

    code = "note-too-long"


@transaction.atomic
def start_draft(
    *,
    by: Principal,
    patient: Patient,
    template: NoteTemplate | None = None,
    sections: list[Section] | None = None,
    parent: DocumentReference | None = None,
) -> NoteDraft:
    """Begin an unsigned note in ``patient``'s chart.

    Args:
        by: Its author.
        patient: Whom it is about.
        template: What its sections come from, unless ``sections`` are given.
        sections: Names and starting texts.
        parent: The note that it will be an addendum to.

    Raises:
        NotAllowed: ``by`` does not sign notes.
        NotFound: the chart is not open to ``by``.
    """
    _require_writer(by, patient)
    if parent is not None and is_in_error(parent):
        raise Invalid(_("The note was entered in error; an addendum would add to nothing."))
    given = sections or (template.sections() if template else [{"name": "", "text": ""}])
    draft = NoteDraft(
        author_id=by.id,
        patient=patient,
        encounter=current_encounter(by, patient),
        template=template,
        parent=parent,
        sections=given,
    )
    draft.title = _kind(draft)
    draft.save(force_insert=True)
    _note(by, "start-draft", draft)
    return draft


def current_encounter(by: Principal, patient: Patient) -> Encounter | None:
    """The patient's open visit at a facility of ``by``, the newest."""
    here = Encounter.objects.of(patient).open()
    return here.filter(organization__in=by.facilities_with(NOTE_SIGN)).order_by("-start").first()


@transaction.atomic
def save_draft(
    *,
    by: Principal,
    draft: NoteDraft,
    title: str,
    texts: list[str],
    expected: int,
    editor: str = "",
    sequence: int = 0,
) -> NoteDraft:
    """Keep what was written; also every few seconds while somebody writes.

    Autosaves are not audited one by one: a draft is no part of the record, and its signature
    names the number of saves.

    Args:
        by: The author.
        draft: What is written.
        title: Its title.
        texts: One text for each of its sections.
        expected: Revision that the text was written over.
        editor: Which page (tab) sends it; the page that saved last goes on although an answer
            with the new revision was lost on its way.
        sequence: Number of the page's save, so that a late older one does not pass for new.

    Raises:
        VersionConflict: another tab or device saved meanwhile; merge both texts.
        TooLong, DraftClosed, NotYourDraft, NotFound: nothing is saved.
    """
    kept = _locked(by, draft)
    same_page = bool(editor) and kept.editor == editor and sequence >= kept.sequence
    if kept.revision != expected and not same_page:
        raise VersionConflict(
            _("This draft was saved in another tab or on another device meanwhile.")
        )
    kept.sections = with_texts(kept, texts)
    kept.title = cleaned(title)[:200] or kept.title
    kept.revision += 1
    kept.editor, kept.sequence = editor, sequence
    kept.updated_at = timezone.now()
    kept.parked = {name: said for name, said in (kept.parked or {}).items() if name != editor}
    kept.save()
    return kept


def with_texts(draft: NoteDraft, texts: list[str]) -> list[Section]:
    """The draft's sections with these texts.

    Raises:
        TooLong: together they are longer than one note may be.
        Invalid: a section has no text, or a text no section.
    """
    if len(texts) != len(draft.sections):
        raise Invalid(_("The form does not fit the draft's sections. Reload the page."))
    length = sum(map(len, texts))
    if length > LONGEST_NOTE:
        raise TooLong(too_long(length))
    return [
        {"name": section["name"], "text": cleaned(text)}
        for section, text in zip(draft.sections, texts, strict=True)
    ]


def too_long(length: int) -> str:
    """Says how long a note is, how long it may be, and what to do."""
    return _(
        "Text: it has %(length)s characters; one note holds at most %(most)s. Shorten it, or "
        "attach the long part as a document. The draft as it was last saved is kept."
    ) % {"length": f"{length:,}", "most": f"{LONGEST_NOTE:,}"}


@transaction.atomic
def park_text(*, by: Principal, draft: NoteDraft, editor: str, texts: list[str]) -> None:
    """Keep the text of a tab that lost the race until somebody has merged it."""
    kept = _locked(by, draft)
    said = {"at": moment_text(timezone.now()), "sections": with_texts(kept, texts)}
    parked = (kept.parked or {}) | {editor or "-": said}
    if len(parked) <= MOST_PARKED:
        kept.parked = parked
        kept.save(update_fields=["parked"])


@transaction.atomic
def drop_parked(*, by: Principal, draft: NoteDraft, editor: str) -> None:
    """The author has merged, or does not want, the text of another tab."""
    kept = _locked(by, draft)
    kept.parked = {name: said for name, said in (kept.parked or {}).items() if name != editor}
    kept.save(update_fields=["parked"])
    _note(by, "drop-parked-text", kept)


@transaction.atomic
def discard_draft(*, by: Principal, draft: NoteDraft) -> None:
    """Put it away; the author can bring it back."""
    kept = _locked(by, draft)
    kept.discarded_at = timezone.now()
    kept.save(update_fields=["discarded_at"])
    _note(by, "discard-draft", kept)


@transaction.atomic
def restore_draft(*, by: Principal, draft: NoteDraft) -> None:
    """Bring a discarded draft back."""
    kept = NoteDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    _require_writer(by, kept.patient, kept)
    if kept.note_id is not None:
        raise DraftClosed
    kept.discarded_at = None
    kept.save(update_fields=["discarded_at"])
    _note(by, "restore-draft", kept)


@transaction.atomic
def sign(*, by: Principal, draft: NoteDraft, expected: int, shown_sha256: str) -> DocumentReference:
    """Make the draft a note of the record, exactly as it was shown; its text stays for ever.

    Args:
        by: The author.
        draft: What to sign.
        expected: Revision that was shown.
        shown_sha256: Hash of the text that was shown.

    Raises:
        NotAsShown: it changed since.
        Invalid: it has no text, or adds to a note that was entered in error.
        NotAllowed, NotYourDraft, DraftClosed, NotFound: nothing is signed.
    """
    kept = _locked(by, draft)
    text = compose(kept.sections)
    if not text:
        raise Invalid(_("Text: there is nothing to sign. Write the note first."))
    if kept.revision != expected or sha256(text) != shown_sha256:
        raise NotAsShown
    if kept.parent is not None and is_in_error(kept.parent):
        raise Invalid(_("The note it adds to was entered in error meanwhile."))
    note = create(_document(kept, text, by), by=by, scope=NOTE_SIGN, action="sign-note")
    kept.note = note
    kept.parked = {}
    kept.save(update_fields=["note", "parked"])
    _note(by, "close-draft", kept, saves=kept.revision)
    return note


def _document(draft: NoteDraft, text: str, by: Principal) -> DocumentReference:
    now = timezone.now()
    document = DocumentReference(
        patient=draft.patient,
        status="current",
        doc_status="final",
        categories=[CLINICAL_NOTE],
        date_at=now,
        authors=[author(by)],
        authenticator=author_reference(by),
        custodian=_custodian(draft, by),
        relates_to=_relations(draft),
        content=[{"attachment": attachment(draft.title, text, now)}],
        context=_context(draft),
        signed_at=now,
        signed_by=by.name,
        signed_sha256=sha256(text),
    )
    document.type_system, document.type_code, document.type_display = _type(draft)
    document.type_text = _kind(draft)
    return document


def _type(draft: NoteDraft) -> tuple[str, str, str]:
    """Code system, code and display of the document type."""
    if draft.parent_id is not None:
        return LOINC, *ADDENDUM
    template = draft.template
    if template is None:
        return "", "", ""
    return template.type_system, template.type_code, template.type_display


def _kind(draft: NoteDraft) -> str:
    """What sort of note it is, whatever its title."""
    if draft.parent_id is not None:
        return _("Addendum")
    return draft.template.name if draft.template is not None else _("Note")


def _relations(draft: NoteDraft) -> list[dict[str, Any]]:
    if draft.parent is None:
        return []
    return [{"code": "appends", "target": {"reference": draft.parent.reference}}]


def _custodian(draft: NoteDraft, by: Principal) -> str:
    """The facility of the visit, else the author's."""
    if draft.encounter is not None and draft.encounter.organization is not None:
        return draft.encounter.organization.reference
    own = Organization.objects.filter(pk__in=by.facilities_with(NOTE_SIGN)).first()
    return own.reference if own is not None else ""


def _context(draft: NoteDraft) -> dict[str, Any]:
    return {"encounter": [{"reference": draft.encounter.reference}]} if draft.encounter else {}


def _require_writer(by: Principal, patient: Patient, draft: NoteDraft | None = None) -> None:
    require(by, NOTE_SIGN)
    if by.kind != "user":
        raise NotAllowed(_("Only a person writes notes."))
    open_chart(by, patient)
    if draft is not None and not draft.is_of(by):
        raise NotYourDraft


def _locked(by: Principal, draft: NoteDraft) -> NoteDraft:
    """The draft as it stands, held until the end of the transaction, if ``by`` may write it."""
    related = ("patient", "parent", "template", "encounter__organization")
    rows = NoteDraft.objects.select_for_update(of=("self",)).select_related(*related)
    kept = rows.filter(pk=draft.pk).first()
    if kept is None:
        raise NotFound
    _require_writer(by, kept.patient, kept)
    if not kept.is_open:
        raise DraftClosed
    return kept


def _note(by: Principal, action: str, draft: NoteDraft, **detail: Any) -> None:
    audit.record(by, action, patient_id=draft.patient_id, detail={"draft": str(draft.pk)} | detail)


def attachment(title: str, text: str, at: datetime) -> dict[str, Any]:
    """The text as a FHIR Attachment that any client can read and that gives it back exactly."""
    data = text.encode()
    return {
        "contentType": "text/plain; charset=utf-8",
        "data": as_base64(data),
        "size": len(data),
        "hash": sha1_base64(data),
        "title": title,
        "creation": moment_text(at),
    }
