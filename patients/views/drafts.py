"""Writing a note: starting, saving by hand or by itself, merging, signing, putting away."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.roles import CHART_READ, NOTE_SIGN
from fhir.errors import NotFound, Refusal, VersionConflict
from fhir.together import load
from patients.access import open_to
from patients.acts import notes as acts
from patients.chart.copying import copied_sections
from patients.chart.dot_phrases import PHRASES, expand, phrase, unreplaced
from patients.chart.notes import last_note, unsigned_drafts
from patients.chart.sections import banner
from patients.forms.notes import DraftForm, SignForm
from patients.models import NoteDraft, NoteTemplate, Patient
from patients.note_text import compose, differences, sha256, union
from patients.views.editing import same_patient
from patients.views.opening import looked, open_patient, remember


def open_draft(request: HttpRequest, draft_id: UUID) -> NoteDraft:
    """The draft, if its chart is open to who asks."""
    rows = NoteDraft.objects.visible_to(principal(request))
    draft = rows.select_related("patient", "author", "parent", "note").filter(pk=draft_id).first()
    if draft is None:
        raise NotFound
    remember(request, open_to(principal(request), draft.patient))
    return draft


@require_http_methods(["GET", "HEAD", "POST"])
@requires(NOTE_SIGN)
def note_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Choose what to write; a POST starts it."""
    patient = open_patient(request, patient_id)
    by = principal(request)
    templates = NoteTemplate.objects.offered_to(by)
    if request.method != "POST":
        looked(request, patient)
        context = {"templates": templates, "tab": "notes"}
        return render(request, "notes/new.html", banner(patient) | context)
    same_patient(request, patient)
    chosen = request.POST.get("template", "")
    template = templates.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    if template is None:
        raise NotFound(_("This template is not offered any more. Choose another."))
    sections = [each | {"text": expand(each["text"], patient)} for each in template.sections()]
    draft = acts.start_draft(by=by, patient=patient, template=template, sections=sections)
    return redirect("draft", draft.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_READ)
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Write: the page saves by itself every few seconds, and by its button."""
    found = open_draft(request, draft_id)
    if found.note_id is not None:
        return redirect("note", found.note_id)
    if not found.is_of(principal(request)) or not found.is_open:
        looked(request, found.patient)
        return write_page(request, found, DraftForm.of(found, ""))
    if request.method == "POST":
        return _save(request, found)
    looked(request, found.patient)
    return write_page(request, found, DraftForm.of(found, uuid4().hex).with_cursor())


def _save(request: HttpRequest, found: NoteDraft) -> HttpResponse:
    same_patient(request, found.patient)
    form = DraftForm(request.POST, draft=found)
    by_itself = request.headers.get("X-Autosave") == "1"
    if not form.is_valid():
        return _not_saved(request, found, form, by_itself=by_itself)
    said = form.cleaned_data
    texts = form.texts if by_itself else [expand(text, found.patient) for text in form.texts]
    try:
        kept = acts.save_draft(
            by=principal(request),
            draft=found,
            title=said["title"],
            texts=texts,
            expected=said["revision"],
            editor=said["editor"],
            sequence=said["sequence"] or 0,
        )
    except VersionConflict:
        return _conflict(request, found, form, by_itself=by_itself)
    if by_itself:
        return JsonResponse({"revision": kept.revision, "saved": clock(kept)})
    return _go_on(request, kept)


def clock(kept: NoteDraft) -> str:
    """When it was saved, in the facility's zone: ``12:03:05``."""
    return f"{timezone.localtime(kept.updated_at):%H:%M:%S}"


def _go_on(request: HttpRequest, kept: NoteDraft) -> HttpResponse:
    """What the button asked for after saving."""
    wish = request.POST.get("next", "")
    if wish == "sign":
        return redirect("draft-sign", kept.pk)
    if wish == "copy":
        return _copy_last(request, kept)
    messages.success(request, _("Draft saved %(at)s.") % {"at": clock(kept)})
    return redirect("draft", kept.pk)


def _copy_last(request: HttpRequest, kept: NoteDraft) -> HttpResponse:
    """Put the last note's words under the draft's sections, marked with date and author."""
    sections = copied_sections(kept)
    if sections is None:
        messages.info(request, _("No note of this patient to copy from."))
        return redirect("draft", kept.pk)
    acts.save_draft(
        by=principal(request),
        draft=kept,
        title=kept.title,
        texts=[section["text"] for section in sections],
        expected=kept.revision,
    )
    messages.warning(request, _("Copied text is marked. Check that each line is still true."))
    return redirect("draft", kept.pk)


def _not_saved(
    request: HttpRequest, found: NoteDraft, form: DraftForm, *, by_itself: bool
) -> HttpResponse:
    if by_itself:
        reason = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"error": reason}, status=422)
    return write_page(request, found, form, status=422)


def _conflict(
    request: HttpRequest, found: NoteDraft, form: DraftForm, *, by_itself: bool
) -> HttpResponse:
    """Another tab was faster: this text is parked at once, and shown beside the other."""
    said = form.cleaned_data
    by = principal(request)
    acts.park_text(by=by, draft=found, editor=said["editor"], texts=form.texts)
    if by_itself:
        words = _("This draft was saved in another tab or on another device. Compare both.")
        return JsonResponse({"conflict": words}, status=409)
    newest = open_draft(request, found.pk)
    return merge(request, newest, form.texts, said["editor"], status=409)


def merge(
    request: HttpRequest, newest: NoteDraft, texts: list[str], editor: str, status: int = 200
) -> HttpResponse:
    """Both texts, and a form that holds every line of either."""
    names = [section["name"] for section in newest.sections]
    yours = [{"name": n, "text": t} for n, t in zip(names, texts, strict=True)]
    pairs = zip(newest.sections, yours, strict=True)
    both = [theirs | {"text": union(theirs["text"], mine["text"])} for theirs, mine in pairs]
    context = banner(newest.patient) | {
        "draft": newest,
        "form": DraftForm.of(newest, editor or uuid4().hex, both),
        "different": differences(yours, newest.sections),
        "tab": "notes",
    }
    return render(request, "notes/merge.html", context, status=status)


def write_page(
    request: HttpRequest, found: NoteDraft, form: DraftForm, status: int = 200
) -> HttpResponse:
    """The page to write on; somebody else's draft, or a discarded one, can only be read."""
    mine = found.is_of(principal(request)) and found.is_open
    context = banner(found.patient) | {
        "draft": found,
        "form": form,
        "mine": mine,
        "text": "" if mine else compose(found.sections),
        "last": load(last_note(found.patient)) if mine else None,
        "parked": found.parked_texts() if mine else [],
        "phrases": [f".{name}" for name in PHRASES],
        "tab": "notes",
    }
    return render(request, "notes/write.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(NOTE_SIGN)
def draft_sign(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The whole text, for whom it is, and the button that makes it part of the record."""
    found = open_draft(request, draft_id)
    if found.note_id is not None:
        return redirect("note", found.note_id)
    form = SignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        same_patient(request, found.patient)
        note = acts.sign(
            by=principal(request),
            draft=found,
            expected=form.cleaned_data["revision"],
            shown_sha256=form.cleaned_data["shown"],
        )
        messages.success(request, _("Signed: %(title)s.") % {"title": note.title})
        return redirect("note", note.pk)
    return sign_page(request, found, status=422 if form.errors else 200)


def sign_page(request: HttpRequest, found: NoteDraft, status: int = 200) -> HttpResponse:
    """What will be signed."""
    text = compose(found.sections)
    shown: dict[str, Any] = {"revision": found.revision, "shown": sha256(text)}
    context = banner(found.patient) | {
        "draft": found,
        "text": text,
        "form": SignForm(initial=shown),
        "mine": found.is_of(principal(request)),
        "parked": found.parked_texts(),
        "unreplaced": unreplaced(text),
        "tab": "notes",
    }
    return render(request, "notes/sign.html", context, status=status)


@require_POST
@requires(NOTE_SIGN)
def draft_discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Put a draft away; it can be brought back from the page of one's drafts."""
    found = open_draft(request, draft_id)
    same_patient(request, found.patient)
    acts.discard_draft(by=principal(request), draft=found)
    messages.info(request, _("The draft is put away. You can bring it back from My drafts."))
    return redirect("notes", found.patient_id)


@require_POST
@requires(NOTE_SIGN)
def draft_restore(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Bring a discarded draft back."""
    found = open_draft(request, draft_id)
    same_patient(request, found.patient)
    acts.restore_draft(by=principal(request), draft=found)
    return redirect("draft", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(NOTE_SIGN)
def draft_parked(request: HttpRequest, draft_id: UUID, editor: str) -> HttpResponse:
    """The text of another tab that waits: merge it, or say that it is not wanted."""
    found = open_draft(request, draft_id)
    waiting = (found.parked or {}).get(editor) if found.is_of(principal(request)) else None
    if waiting is None:
        raise NotFound
    if request.method != "POST":
        texts = [section["text"] for section in waiting["sections"]]
        return merge(request, found, texts, editor)
    same_patient(request, found.patient)
    acts.drop_parked(by=principal(request), draft=found, editor=editor)
    return redirect("draft", found.pk)


@require_safe
@requires(NOTE_SIGN)
def drafts(request: HttpRequest) -> HttpResponse:
    """My unsigned notes, in every chart that is open to me."""
    by = principal(request)
    away = NoteDraft.objects.of_author(by).visible_to(by).filter(discarded_at__isnull=False)
    mine = list(unsigned_drafts(by))
    discarded = list(away.select_related("patient").order_by("-discarded_at")[:20])
    people = [each.patient.reference for each in (*mine, *discarded)]
    audit.record_access(by=by, action="drafts", entities=dict.fromkeys(people))
    context = {
        "drafts": mine,
        "discarded": discarded,
        "closed": NoteDraft.objects.open().of_author(by).count(),
    }
    return render(request, "notes/drafts.html", context)


@require_POST
@requires(NOTE_SIGN)
def note_phrase(request: HttpRequest, patient_id: UUID) -> JsonResponse:
    """One dot phrase as text, for a page that expands it while somebody types."""
    patient: Patient = open_patient(request, patient_id)
    name = request.POST.get("phrase", "").removeprefix(".")
    if name not in PHRASES:
        raise Refusal(_("No such phrase. Known: %s.") % ", ".join(f".{each}" for each in PHRASES))
    looked(request, patient)
    return JsonResponse({"text": phrase(name, patient)})
