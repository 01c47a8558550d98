"""One entry of a medical history: new, corrected, resolved, and in full with its versions."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import principal, requires
from accounts.roles import CHART_READ, CHART_WRITE
from fhir.errors import Invalid, NotFound, VersionConflict
from patients.acts.allergies import no_known_allergies
from patients.acts.charting import is_in_error
from patients.acts.problems import promote
from patients.chart.concepts import noted
from patients.chart.facts import facts_of
from patients.chart.sections import banner
from patients.chart.versions import versions
from patients.models import Condition, Patient, PatientRecord
from patients.views.chapters import CHAPTERS, Chapter
from patients.views.editing import merge_page, same_patient
from patients.views.opening import looked, open_patient, open_record

READ = require_http_methods(["GET", "HEAD", "POST"])


@READ
@requires(CHART_WRITE)
def new(request: HttpRequest, patient_id: UUID, chapter: str) -> HttpResponse:
    """A new entry."""
    kind = CHAPTERS[chapter]
    patient = open_patient(request, patient_id)
    form = kind.form(request.POST or None, initial=asked(request))
    if request.method == "POST" and form.is_valid():
        same_patient(request, patient)
        try:
            row = kind.start(principal(request), patient, form.said())
        except Invalid as error:
            form.refused(error)
        else:
            return saved(request, kind, row, patient)
    looked(request, patient)
    return form_page(request, kind, form, patient, title=str(kind.new_title))


@READ
@requires(CHART_WRITE)
def edit(request: HttpRequest, record_id: UUID, chapter: str) -> HttpResponse:
    """An entry corrected; a newer version leads to the merge page."""
    kind = CHAPTERS[chapter]
    row, patient = opened(request, kind, record_id)
    if not kind.editable(row):
        raise NotFound
    name = str(row)
    form = kind.form(request.POST or None, row=row)
    if request.method != "POST":
        looked(request, patient, row)
    elif form.is_valid():
        same_patient(request, patient)
        expected = form.cleaned_data["version"] or 0
        try:
            kind.edit(principal(request), row, form.said(), expected)
        except VersionConflict:
            return merged(request, kind, form, record_id)
        except Invalid as error:
            form.refused(error)
        else:
            return saved(request, kind, row, patient)
    title = _("Edit: %(name)s") % {"name": name}
    return form_page(request, kind, form, patient, title=title, row=row)


def opened(request: HttpRequest, kind: Chapter, record_id: UUID) -> tuple[PatientRecord, Patient]:
    """The record and its patient; NotFound where it is of another kind."""
    row, patient = open_record(request, kind.model, record_id)
    if not kind.holds(row):
        raise NotFound
    return row, patient


def merged(request: HttpRequest, kind: Chapter, form: Any, record_id: UUID) -> HttpResponse:
    """The merge page, with what stands now."""
    newest, patient = open_record(request, kind.model, record_id)
    return merge_page(
        request,
        form,
        current=kind.form.said_of(newest),
        patient=patient,
        version=newest.version,
        title=str(newest),
    )


@READ
@requires(CHART_WRITE)
def step(request: HttpRequest, record_id: UUID, chapter: str, name: str) -> HttpResponse:
    """An entry resolved, reopened or refuted, with its reason or day."""
    kind = CHAPTERS[chapter]
    doing = kind.steps[name]
    row, patient = open_record(request, kind.model, record_id)
    form = doing.form(request.POST or None, initial={"version": row.version})
    changed = False
    if request.method != "POST":
        looked(request, patient, row)
    elif form.is_valid():
        same_patient(request, patient)
        try:
            doing.act(principal(request), row, form.cleaned_data)
        except VersionConflict:
            row, patient = open_record(request, kind.model, record_id)
            form = doing.form(initial=request.POST.dict() | {"version": row.version})
            changed = True
        except Invalid as error:
            form.refused(error)
        else:
            return saved(request, kind, row, patient)
    context = {"doing": doing, "changed": changed}
    title = f"{doing.label}: {row}"
    return form_page(request, kind, form, patient, title=title, row=row, **context)


@require_safe
@requires(CHART_READ)
def one(request: HttpRequest, record_id: UUID, chapter: str) -> HttpResponse:
    """An entry in full: every fact, its notes, its versions, and what can be done to it."""
    kind = CHAPTERS[chapter]
    row, patient = opened(request, kind, record_id)
    looked(request, patient, row)
    steps = {key: each for key, each in kind.steps.items() if each.offered(row)}
    may_write = principal(request).may(CHART_WRITE)
    context = banner(patient) | {
        "kind": kind,
        "row": row,
        "name": noted(str(row), row),
        "facts": facts_of(row),
        "notes": getattr(row, "notes", None) or [],
        "in_error": is_in_error(row),
        "versions": versions(row),
        "may_write": may_write,
        "may_edit": may_write and kind.editable(row),
        "may_promote": may_write and promotable(row),
        "steps": {f"{kind.name}-{key}": each for key, each in steps.items()} if may_write else {},
        "tab": kind.tab,
    }
    return render(request, "history/one.html", context)


def promotable(row: PatientRecord) -> bool:
    """A diagnosis of today that is not on the problem list."""
    return isinstance(row, Condition) and row.is_active and not row.is_on_problem_list


@require_POST
@requires(CHART_WRITE)
def problem_promote(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """A recorded diagnosis put on the problem list."""
    row, patient = open_record(request, Condition, record_id)
    same_patient(request, patient)
    version = request.POST.get("version", "")
    expected = int(version) if version.isdecimal() and len(version) < 10 else 0
    promote(by=principal(request), condition=row, expected=expected)
    words = _("%(name)s is now on the problem list of %(patient)s.")
    messages.success(request, words % {"name": row, "patient": patient.name.listed})
    return redirect("problems", patient.id)


@READ
@requires(CHART_WRITE)
def none_known(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The statement that no allergy is known."""
    patient = open_patient(request, patient_id)
    if request.method == "POST":
        same_patient(request, patient)
        no_known_allergies(by=principal(request), patient=patient)
        messages.success(request, _("No known allergies: stated by you, today."))
        return redirect("allergies", patient.id)
    context = banner(patient) | {"tab": "allergies"}
    return render(request, "history/none_known.html", context)


def asked(request: HttpRequest) -> dict[str, str]:
    """Which question a link of the social history opens the form on."""
    return {"question": request.GET.get("about", "")[:20]} if "about" in request.GET else {}


def saved(
    request: HttpRequest, kind: Chapter, row: PatientRecord, patient: Patient
) -> HttpResponse:
    """Back to the page that lists it, which says what was saved and for whom."""
    words = _("%(name)s: saved for %(patient)s.")
    messages.success(request, words % {"name": row, "patient": patient.name.listed})
    return redirect(kind.tab, patient.id)


def form_page(
    request: HttpRequest,
    kind: Chapter,
    form: forms.BaseForm,
    patient: Patient,
    *,
    title: str,
    **more: Any,
) -> HttpResponse:
    """The form, whose patient it names."""
    context = banner(patient) | {"kind": kind, "form": form, "title": title, "tab": kind.tab}
    status = 409 if more.get("changed") else 422 if form.errors else 200
    return render(request, "history/form.html", context | more, status=status)
