"""Moving a record to the correct patient: find them, compare both, confirm."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import principal, require, requires
from accounts.roles import CHART_READ
from fhir.errors import NotFound
from fhir.principal import Principal
from patients.acts.charting import open_chart
from patients.acts.moving import Movable, movable, move
from patients.chart.person import person
from patients.chart.sections import banner
from patients.finding import find
from patients.forms.notes import MoveForm
from patients.models import Patient
from patients.views.editing import same_patient
from patients.views.opening import looked
from patients.views.search import opened_to

MOST_FOUND = 20


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_READ)
def move_record(request: HttpRequest, type_: str, record_id: UUID) -> HttpResponse:
    """Step one finds the correct patient, step two shows both and moves."""
    kind = movable(type_)
    require(principal(request), kind.scope)
    row, wrong = _found(request, kind, record_id)
    if request.method != "POST" or "query" in request.POST:
        return find_page(request, row, wrong)
    same_patient(request, wrong)
    right = _right(request)
    if "reason" not in request.POST:
        return confirm_page(request, row, wrong, right, _form(row, right))
    form = MoveForm(request.POST)
    if not form.is_valid():
        return confirm_page(request, row, wrong, right, form, status=422)
    said = form.cleaned_data
    expected, reason = said["version"], said["reason"]
    by = principal(request)
    move(by=by, kind=type_, row=row, right=right, reason=reason, expected=expected)
    words = _("Moved to the chart of %(name)s. The old one stands as entered in error.")
    messages.success(request, words % {"name": right.name.listed})
    return redirect("patient-chart", right.pk)


def _found(request: HttpRequest, kind: Movable, record_id: UUID) -> tuple[Any, Patient]:
    found = kind.find(principal(request), record_id)
    if found is None:
        raise NotFound
    return found


def _form(row: Any, right: Patient) -> MoveForm:
    return MoveForm(initial={"right": right.pk, "version": getattr(row, "version", 1)})


def _right(request: HttpRequest) -> Patient:
    """The chosen patient, if that chart is open too."""
    try:
        key = UUID(request.POST.get("right", ""))
    except ValueError:
        raise NotFound(_("Choose the correct patient.")) from None
    return open_chart(principal(request), Patient.objects.filter(pk=key).first())


def find_page(request: HttpRequest, row: Any, wrong: Patient) -> HttpResponse:
    """Search among the patients whose charts are open to the person; by POST."""
    by = principal(request)
    query = request.POST.get("query", "").replace("\0", "").strip()[:200]
    found = candidates(query, wrong, by) if query else []
    looked(request, wrong)
    if query:
        entities = [each.reference for each in found]
        asked = {"query": audit.query(query)}
        audit.record_access(by=by, action="search-patients", entities=entities, detail=asked)
    context = {
        "name": str(row),
        "wanted": query,
        "found": [person(each) for each in found],
        "tab": "",
    }
    return render(request, "moving/find.html", banner(wrong) | context)


def candidates(query: str, wrong: Patient, by: Principal) -> list[Patient]:
    """Patients whose charts ``by`` may open, by name, birth date or number; similar ones last."""
    found = find(by, query)
    people = found.exact + found.similar
    mine = opened_to(by, people)
    return [each for each in people if each.pk in mine and each.pk != wrong.pk][:MOST_FOUND]


def confirm_page(
    request: HttpRequest,
    row: Any,
    wrong: Patient,
    right: Patient,
    form: MoveForm,
    status: int = 200,
) -> HttpResponse:
    """Both patients side by side, and what will happen."""
    looked(request, right)
    context = {"name": str(row), "form": form, "right": person(right), "tab": ""}
    return render(request, "moving/confirm.html", banner(wrong) | context, status=status)
