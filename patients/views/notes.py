"""Notes of a chart: the list, and reading one with its addenda and versions."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import principal, requires
from accounts.roles import CHART_READ, CHART_WRITE, NOTE_SIGN
from patients.acts.charting import is_in_error
from patients.acts.notes import start_draft
from patients.chart.copying import source_words
from patients.chart.notes import addenda, drafts_in, full_note, matching, of_visit, with_addenda
from patients.chart.sections import banner
from patients.chart.versions import versions
from patients.models import DocumentReference, Patient
from patients.models.documents import DocumentReferenceQuerySet
from patients.views.editing import same_patient
from patients.views.opening import looked, open_patient, open_record

ONE_PAGE = 25


def page_after(
    rows: DocumentReferenceQuerySet, after: str
) -> tuple[list[DocumentReference], UUID | None]:
    """One page of ``rows``, newest first, and the id that the next one comes after.

    Args:
        rows: Documents of one chart.
        after: Id of the last row of the page before; anything else means the first page.
    """
    try:
        last = rows.filter(pk=UUID(after)).first() if after else None
    except ValueError:
        last = None
    if last is not None:
        same_moment = Q(listed_at=last.listed_at, id__lt=last.id)
        rows = rows.filter(Q(listed_at__lt=last.listed_at) | same_moment)
    found = list(rows.newest_first()[: ONE_PAGE + 1])
    more = found[ONE_PAGE - 1].id if len(found) > ONE_PAGE else None
    return found[:ONE_PAGE], more


def types_of(patient: Patient, *, notes: bool) -> list[str]:
    """The kinds of note, or of document, that one chart holds."""
    rows = DocumentReference.objects.of(patient).filter(is_note=notes).exclude(type_text="")
    return list(rows.order_by("type_text").values_list("type_text", flat=True).distinct())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_READ)
def notes(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """All notes, newest first; words are searched by POST, so that they stand in no address."""
    patient = open_patient(request, patient_id)
    by = principal(request)
    rows = DocumentReference.objects.of(patient).notes_only().without_content()
    query = request.POST.get("query", "").replace("\0", "").strip()[:200]
    kind = request.GET.get("type", "")[:200]
    if query:
        rows = rows.filter(matching(query))
    rows = rows.filter(type_text=kind) if kind else rows
    if not (query or kind):
        rows = rows.filter(_alone(patient))
    found, more = page_after(rows, request.GET.get("after", ""))
    looked(request, patient)
    context: dict[str, Any] = {
        "notes": with_addenda(found, patient),
        "more": more,
        "kind": kind,
        "kinds": types_of(patient, notes=True),
        "wanted": query,
        "drafts": drafts_in(patient, by),
        "may_write": by.may(NOTE_SIGN),
        "me": by.id,
        "tab": "notes",
    }
    return render(request, "notes/list.html", banner(patient) | context)


def _alone(patient: Patient) -> Q:
    """An addendum stands under its note, not beside it; one whose note is not here stands alone."""
    parent_id = Substr(OuterRef("parent_reference"), len("DocumentReference/") + 1)
    parents = DocumentReference.objects.of(patient).notes_only().filter(fhir_id=parent_id)
    return Q(parent_reference="") | ~Q(Exists(parents))


@require_safe
@requires(CHART_READ)
def note(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """One note in full, what was added to it, and its versions."""
    row, patient = open_record(request, DocumentReference, note_id)
    if not row.is_note:
        return redirect("document", row.pk)
    by = principal(request)
    added = addenda(row)
    looked(request, patient, row)
    parents = DocumentReference.objects.of(patient).without_content()
    context = {
        "note": full_note(row),
        "addenda": added,
        "parent": parents.filter(fhir_id=row.parent_reference.rpartition("/")[2]).first(),
        "visit": of_visit(row),
        "source": source_words(row),
        "versions": versions(row),
        "may_addend": by.may(NOTE_SIGN) and not is_in_error(row),
        "may_write": by.may(CHART_WRITE) and by.may(NOTE_SIGN) and not is_in_error(row),
        "tab": "notes",
    }
    return render(request, "notes/read.html", banner(patient) | context)


@require_POST
@requires(NOTE_SIGN)
def note_addend(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Begin an addendum; it is signed like any note."""
    row, patient = open_record(request, DocumentReference, note_id)
    same_patient(request, patient)
    draft = start_draft(by=principal(request), patient=patient, parent=row)
    return redirect("draft", draft.pk)
