"""Documents of a chart: images and PDF shown inside it, all else kept for download."""

from typing import Any
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import principal, requires
from accounts.roles import CHART_READ, CHART_WRITE
from fhir.errors import NotFound
from patients import attachments
from patients.acts.charting import is_in_error
from patients.acts.documents import LARGEST_FILE, File, check_size, file_document, plain_name
from patients.chart.notes import documents as in_words
from patients.chart.notes import files, of_visit
from patients.chart.sections import banner
from patients.chart.versions import versions
from patients.forms.notes import KINDS, FileForm
from patients.models import Binary, DocumentReference, Patient
from patients.views.editing import same_patient
from patients.views.notes import page_after, types_of
from patients.views.opening import looked, open_patient, open_record

FORM_AROUND = 2**16  # bytes of a form beside its file
# A shown file runs nothing and loads nothing, and only pages of this house frame it. Browsers
# refuse to show a PDF in a sandbox; their viewer is one itself.
CLOSED = "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
POLICIES = {attachments.PDF: f"{CLOSED}; style-src 'unsafe-inline'; object-src 'self'"}


@require_safe
@requires(CHART_READ)
def documents(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """All documents, newest first; images as small pictures."""
    patient = open_patient(request, patient_id)
    rows = DocumentReference.objects.of(patient).files_only().without_content()
    kind = request.GET.get("type", "")[:200]
    rows = rows.filter(type_text=kind) if kind else rows
    found, more = page_after(rows, request.GET.get("after", ""))
    looked(request, patient)
    context: dict[str, Any] = {
        "documents": in_words(found),
        "images": attachments.IMAGES,
        "more": more,
        "kind": kind,
        "kinds": types_of(patient, notes=False),
        "may_write": principal(request).may(CHART_WRITE),
        "tab": "documents",
    }
    return render(request, "documents/list.html", banner(patient) | context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def document_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """File a document. A body that is too large is refused before any of it is read."""
    length = request.headers.get("Content-Length", "")
    if request.method == "POST" and length.isdecimal() and int(length) > LARGEST_FILE + FORM_AROUND:
        check_size(int(length))
    return _document_new(request, patient_id)


@csrf_protect
@requires(CHART_WRITE)
def _document_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    patient = open_patient(request, patient_id)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        same_patient(request, patient)
        filed = _file(request, patient, form.cleaned_data)
        messages.success(request, _("%(title)s is filed.") % {"title": filed.title})
        return redirect("document", filed.pk)
    context = banner(patient) | {"form": form, "tab": "documents"}
    return render(request, "documents/new.html", context, status=422 if form.errors else 200)


def _file(request: HttpRequest, patient: Patient, said: dict[str, Any]) -> DocumentReference:
    upload = said["file"]
    return file_document(
        by=principal(request),
        patient=patient,
        file=File(upload.name or "", upload.read()),
        kind=KINDS[said["kind"]],
        title=said["title"],
        dated=said["dated"][0],
    )


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # its types know no further arguments
@require_safe
@requires(CHART_READ)
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """One document: its files, shown where that is safe, and its versions."""
    row, patient = open_record(request, DocumentReference, document_id)
    if row.is_note:
        return redirect("note", row.pk)
    looked(request, patient, row)
    context = {
        "document": in_words([row])[0],
        "files": files(row),
        "visit": of_visit(row),
        "versions": versions(row),
        "may_write": principal(request).may(CHART_WRITE) and not is_in_error(row),
        "tab": "documents",
    }
    return render(request, "documents/read.html", banner(patient) | context)


@require_safe
@requires(CHART_READ)
def document_file(
    request: HttpRequest, document_id: UUID, part: int, *, download: bool = False
) -> HttpResponse:
    """The bytes of one file; shown only if they themselves prove to be an image or a PDF."""
    row, patient = open_record(request, DocumentReference, document_id)
    found = attachments.of_content(row.content)
    attachment = found[part] if part < len(found) else {}
    data = bytes_of(attachment, patient)
    looked(request, patient, row)
    kind = attachments.sniffed(data)
    shown = kind != attachments.UNKNOWN and not download
    name = plain_name(str(attachment.get("title") or ""))
    answer = HttpResponse(data, content_type=kind)
    disposition = content_disposition_header(as_attachment=not shown, filename=name)
    answer["Content-Disposition"] = disposition or "attachment"
    answer["Content-Security-Policy"] = POLICIES.get(kind, f"{CLOSED}; sandbox")
    answer["X-Frame-Options"] = "SAMEORIGIN"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def bytes_of(attachment: dict[str, Any], patient: Patient) -> bytes:
    """Bytes in the attachment itself, or in a Binary of the same patient or of nobody yet.

    Raises:
        NotFound: they are not here.
    """
    inside = attachments.inline_bytes(attachment)
    if inside is not None:
        return inside
    fhir_id = attachments.binary_id(attachment)
    stored = Binary.objects.filter(fhir_id=fhir_id).first() if fhir_id else None
    if stored is None or stored.patient_id not in (patient.pk, None):
        raise NotFound(_("The bytes of this file are not stored here."))
    return bytes(stored.data)
