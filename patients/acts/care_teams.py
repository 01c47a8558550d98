"""Who is in a patient's care team: taken in, and taken out again; either changes who reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import readers_at, require
from accounts.models import Practitioner
from accounts.roles import CHART_READ, CHART_WRITE
from fhir.errors import Invalid, Refusal
from fhir.modifiers import understood
from fhir.principal import Principal
from fhir.times import moment_range, moment_text
from fhir.together import load
from patients.access import open_to
from patients.acts.charting import annotate, create, open_chart, update
from patients.chart.access import kept_back
from patients.models import CareTeam, CareTeamMember, FacilityLink, Patient
from patients.terminology.coded import Coded

# FHIR care-team-category: a team that stays, whatever the visit.
LONGITUDINAL = {
    "coding": [
        {
            "system": "http://loinc.org",
            "code": "LA28865-6",
            "display": "Longitudinal care-coordination focused care team",
        }
    ]
}


class InTheTeam(Refusal):
    """They are in the care team already."""

    status = 409
    code = "in-the-team"
    issue = "conflict"


class NotInTheTeam(Refusal):
    """They are not in this care team any more. Nothing was saved."""

    status = 409
    code = "not-in-the-team"
    issue = "conflict"


class NotTheirsToShare(Refusal):
    """Somebody who sees less than the care team, or only for a shift, takes nobody into it."""

    status = 409
    code = "not-theirs-to-share"
    issue = "business-rule"


@dataclass(frozen=True)
class Joining:
    """Somebody who is taken into a team.

    Attributes:
        who: The colleague.
        role: What they do in the team.
        reason: Why; may be empty.
        team: Which of the patient's teams; None: the first at work, or a new one.
    """

    who: Practitioner
    role: Coded
    reason: str = ""
    team: CareTeam | None = None


def colleagues(by: Principal, patient: Patient) -> QuerySet[Practitioner]:
    """Who may read charts where ``patient`` is known or ``by`` works, and is in no team yet."""
    known = FacilityLink.objects.filter(patient=patient).values_list("facility", flat=True)
    places = {*known, *by.facilities_with(CHART_READ)}
    return readers_at(places).exclude(pk__in=_members(patient).values("practitioner"))


def teams_at_work(patient: Patient) -> list[CareTeam]:
    """The teams that somebody can be taken into, oldest first."""
    rows = CareTeam.objects.of(patient).at_work().order_by("id")
    return [row for row in rows if understood(row)]


def why_not_share(by: Principal, patient: Patient) -> str:
    """Why ``by`` takes nobody into the team of ``patient``: it would open more than ``by`` sees.

    Empty where they may.
    """
    opening = open_to(by, patient).opening
    if opening is not None and opening.glass is not None:
        return _(
            "You broke the glass of this chart, and that ends with your shift. Ask a colleague who "
            "treats the patient to add you, or whoever else is needed, to the care team."
        )
    if load(kept_back(patient)):
        return _(
            "Sensitive records of this chart are kept back from you; the care team reads them. "
            "Ask somebody who is in the care team, or attends the visit, to do this."
        )
    return ""


@transaction.atomic
def add_to_team(*, by: Principal, patient: Patient, joining: Joining) -> CareTeam:
    """Take a colleague into the care team: the chart is open to them from now on.

    Raises:
        NotAllowed, NotFound: as for every act on a chart.
        NotTheirsToShare: ``by`` sees less of the chart than the team does.
        Invalid: no role, or nobody of this house who reads charts.
        InTheTeam: they are in a team of this patient.
    """
    require(by, CHART_WRITE)
    open_chart(by, patient)
    if refused := why_not_share(by, patient):
        raise NotTheirsToShare(refused)
    if not joining.role.words.strip():
        raise Invalid(_("Role: say what they do in the team."))
    # Two people who add somebody at the same moment must both be heard.
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    who = joining.who
    if _members(patient).filter(practitioner=who).exists():
        raise InTheTeam
    if not colleagues(by, patient).filter(pk=who.pk).exists():
        raise Invalid(_("Colleague: choose somebody who reads charts here."))
    standing = _standing(patient, joining.team)
    team = _joined(standing or _new_team(patient), by, joining)
    action, detail = "add-to-care-team", {"member": who.reference}
    if standing is None:
        return create(team, by=by, action=action, detail=detail)
    return update(team, by=by, expected=team.version, action=action, detail=detail)


def _members(patient: Patient) -> QuerySet[CareTeamMember]:
    return CareTeamMember.objects.giving_access().filter(team__patient=patient)


def _standing(patient: Patient, wanted: CareTeam | None) -> CareTeam | None:
    """The team as it stands now, or none: there has to be a new one."""
    at_work = {team.pk: team for team in teams_at_work(patient)}
    if wanted is None:
        return next(iter(at_work.values()), None)
    if wanted.pk not in at_work:
        raise Invalid(_("Team: it is no longer at work. Choose another."))
    return at_work[wanted.pk]


def _new_team(patient: Patient) -> CareTeam:
    return CareTeam(
        patient=patient,
        status="active",
        name=_("Care team"),
        start=timezone.now(),
        extra={"category": [LONGITUDINAL]},
    )


def _joined(team: CareTeam, by: Principal, joining: Joining) -> CareTeam:
    who = joining.who
    member = {
        "role": [joining.role.concept()],
        "member": {"reference": who.reference, "display": str(who)},
        "period": {"start": moment_text(timezone.now())},
    }
    team.participants = [*(team.participants or []), member]
    if reason := joining.reason.strip():
        annotate(team, by, _("%(who)s joined: %(reason)s") % {"who": who, "reason": reason})
    return team


@transaction.atomic
def take_out(
    *, by: Principal, team: CareTeam, who: Practitioner, reason: str, expected: int
) -> CareTeam:
    """End somebody's time in a team now, and say why; a team that nobody is left in is over.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for every edit.
        NotInTheTeam: they are not, or the team is over.
        Invalid: there is no reason.
    """
    if not reason.strip():
        raise Invalid(_("Reason: say why."))
    now = timezone.now()
    before = team.participants or []
    if team.status != "active" or not any(takes_part(each, who, now) for each in before):
        raise NotInTheTeam
    team.participants = [
        _ended(each, now) if takes_part(each, who, now) else each for each in before
    ]
    if not any(_stays(each, now) for each in team.participants):
        team.status, team.end = "inactive", now
    annotate(team, by, _("%(who)s left: %(reason)s") % {"who": who, "reason": reason.strip()})
    detail = {"member": who.reference}
    return update(team, by=by, expected=expected, action="take-out-of-care-team", detail=detail)


def takes_part(participant: dict[str, Any], who: Practitioner, now: datetime) -> bool:
    """Whether this is ``who``, and not over."""
    named = (participant.get("member") or {}).get("reference")
    return bool(named == who.reference) and _stays(participant, now)


def _stays(participant: dict[str, Any], now: datetime) -> bool:
    _low, end = moment_range(str((participant.get("period") or {}).get("end", "")))
    return end is None or end > now


def _ended(participant: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Over now; one who has not begun yet is over before beginning."""
    period = dict(participant.get("period") or {})
    begins, _high = moment_range(str(period.get("start", "")))
    period.pop("_end", None)
    over = now if begins is None else max(begins, now)
    return participant | {"period": period | {"end": moment_text(over)}}
