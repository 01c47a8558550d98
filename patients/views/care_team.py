"""Taking colleagues into a patient's care team, and out of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import principal, requires
from accounts.models import Practitioner
from accounts.principals import principal_of
from accounts.roles import CHART_WRITE
from patients.access import barriers
from patients.acts.care_teams import InTheTeam, Joining, add_to_team, take_out, why_not_share
from patients.forms.care_team import JoinForm
from patients.models import CareTeam, Patient
from patients.views.editing import same_patient
from patients.views.entry import conclude, entry_page
from patients.views.identity import opens_chart, say_refusal
from patients.views.opening import open_patient, open_record

FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
@requires(CHART_WRITE)
def care_team_add(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Take a colleague, or oneself, into the care team."""
    by = principal(request)
    patient = open_patient(request, patient_id)
    initial = {"who": request.GET.get("who", "")}
    form = JoinForm(request.POST or None, by=by, patient=patient, initial=initial)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            try:
                add_to_team(by=by, patient=patient, joining=form.joining)
            except InTheTeam as refusal:
                say_refusal(request, form, refusal, {refusal.code: "who"})
            else:
                _tell(request, patient, form.joining)
                return redirect("details", patient.pk)
    nobody = "" if form.people else _("Everybody who reads charts here is in the team already.")
    return entry_page(
        request,
        patient,
        form,
        title=_("Add to the care team"),
        button=_("Add to the care team"),
        refused=why_not_share(by, patient) or nobody,
        tab="details",
        back="details",
    )


def _tell(request: HttpRequest, patient: Patient, joining: Joining) -> None:
    """Say whether the chart is open to them now: a patient may keep it from somebody by name."""
    who = joining.who
    if who.user is not None and barriers(principal_of(who.user), patient):
        words = _(
            "%(who)s is in the care team. The patient keeps the chart from them all the same."
        )
        messages.warning(request, words % {"who": who})
    else:
        words = _("%(who)s is in the care team, and the chart is open to them.")
        messages.success(request, words % {"who": who})


@require_http_methods(FORM)
@requires(CHART_WRITE)
def care_team_end(request: HttpRequest, team_id: UUID, practitioner_id: UUID) -> HttpResponse:
    """Take somebody out of a team, and say why."""
    by = principal(request)
    team, patient = open_record(request, CareTeam, team_id)
    who = get_object_or_404(Practitioner, pk=practitioner_id)

    def act(reason: str, expected: int) -> None:
        take_out(by=by, team=team, who=who, reason=reason, expected=expected)

    answer = conclude(
        request,
        patient,
        act,
        version=team.version,
        title=_("Take out of the care team: %(who)s") % {"who": who},
        button=_("Take out of the team"),
        kind="danger",
        lede=_(
            "The way into this chart that the team %(team)s gives them ends now. "
            "That they were in it stays readable."
        )
        % {"team": team},
        tab="details",
        back="details",
        done=_("%(who)s is no longer in the team.") % {"who": who},
    )
    # Whoever left by themselves may have closed the chart behind them.
    gone = answer.status_code == 302 and not opens_chart(request, patient)
    return redirect("home") if gone else answer
