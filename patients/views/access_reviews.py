"""The privacy officer's queue: who opened which chart in an emergency, and whether rightly."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.roles import ACCESS_REVIEW
from fhir.errors import NotFound
from patients.acts.break_glass import review_glass
from patients.chart.access import case_of, cases, looks_of, reviews_of
from patients.forms.access import GlassReviewForm


@require_safe
@requires(ACCESS_REVIEW)
def access_reviews(request: HttpRequest) -> HttpResponse:
    """What waits, and what was judged."""
    by = principal(request)
    waiting, judged = cases(by, waiting=True), cases(by, waiting=False)
    entities = [f"Patient/{each.row.patient.fhir_id}" for each in (*waiting, *judged)]
    audit.record_access(by=by, action="access-reviews", entities=entities)
    context = {"waiting": waiting, "judged": judged}
    return render(request, "access/reviews.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ACCESS_REVIEW)
def access_review(request: HttpRequest, glass_id: UUID) -> HttpResponse:
    """One broken glass: who, whose chart, why, and each look; then the outcome."""
    by = principal(request)
    case = case_of(by, glass_id)
    if case is None:
        raise NotFound
    form = GlassReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        review_glass(by=by, glass=case.row, **form.cleaned_data)
        messages.success(request, _("The outcome is on record."))
        return redirect("access-reviews")
    audit.record_access(
        by=by,
        action="access-review",
        entities=[case.row.patient.reference],
        patient_id=case.row.patient_id,
    )
    reviews = reviews_of(case)
    context = {
        "form": form,
        "case": case,
        "looks": looks_of(case),
        "reviews": reviews,
        "closed": any(each.closes for each in reviews),
        "own": str(case.row.user_id) == by.id,
    }
    return render(request, "access/review.html", context, status=422 if form.errors else 200)
