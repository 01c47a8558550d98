"""Opening a chart in an emergency, ending that, and judging it afterwards."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from accounts.roles import ACCESS_REVIEW, CHART_BREAK_GLASS
from fhir.errors import Invalid, NotAllowed, NotFound, Refusal
from fhir.principal import Principal
from patients.access import barriers
from patients.acts.identity import locked
from patients.models import BreakGlass, FacilityLink, GlassReview, Patient
from patients.models.break_glass import CLOSING, Reason

FEWEST_LETTERS = 5
# HL7 v3 ActReason, as audit events name the purpose.
PURPOSE = "BTG"


class GlassIsWhole(Refusal):
    """It has ended already: it opens nothing any more."""

    status = 409
    code = "glass-is-whole"
    issue = "conflict"


class ReviewIsClosed(Refusal):
    """Somebody judged this already. What they found stands beside it."""

    status = 409
    code = "review-is-closed"
    issue = "conflict"


@transaction.atomic
def break_glass(*, by: Principal, patient: Patient, reason: str, words: str) -> BreakGlass:
    """Open the chart of ``patient`` to ``by`` at once, until the shift ends.

    Whoever presses twice has broken it once.

    Raises:
        NotAllowed: the role of ``by`` never opens charts.
        NotFound: the patient is not known at a facility of ``by``.
        Invalid: no reason of the list, or none in words.
    """
    facility = _facility(by, patient)
    if reason not in Reason.values or len(words.strip()) < FEWEST_LETTERS:
        raise Invalid(_("Reason: choose one, and say in a few words why you need this chart now."))
    locked(patient)
    held = BreakGlass.objects.held_by(by).filter(patient=patient).first()
    if held is not None:
        return held
    now = timezone.now()
    glass = BreakGlass.objects.create(
        patient=patient,
        user_id=by.id,
        facility_id=facility,
        reason=reason,
        words=words.strip(),
        overrode=barriers(by, patient),
        began=now,
        until=now + timedelta(hours=settings.BREAK_GLASS_HOURS),
    )
    said = {"purpose": PURPOSE, "reason": reason, "overrode": glass.overrode}
    said |= {"glass": str(glass.pk), "until": glass.until.isoformat()}
    audit.record(by, "break-glass", patient, detail=said)
    return glass


def may_break_glass(by: Principal, patient: Patient) -> bool:
    """Whether ``by`` could open this chart now if they gave a reason."""
    return by.may(CHART_BREAK_GLASS) and _known_at(by, patient) is not None


def _facility(by: Principal, patient: Patient) -> UUID:
    require(by, CHART_BREAK_GLASS)
    if by.kind != "user":
        raise NotAllowed(_("Only a person breaks the glass."))
    found = _known_at(by, patient)
    if found is None:
        raise NotFound
    return found


def _known_at(by: Principal, patient: Patient) -> UUID | None:
    mine = by.facilities_with(CHART_BREAK_GLASS)
    links = FacilityLink.objects.filter(patient=patient, facility__in=mine).order_by("pk")
    return links.values_list("facility", flat=True).first()


@transaction.atomic
def end_glass(*, by: Principal, glass: BreakGlass) -> BreakGlass:
    """Close the chart again before the shift ends: by the person, or by who reviews it.

    Raises:
        NotFound: neither is ``by``.
        GlassIsWhole: it has ended.
    """
    row = BreakGlass.objects.select_for_update().get(pk=glass.pk)
    if str(row.user_id) != by.id and not by.may(ACCESS_REVIEW, row.facility_id):
        raise NotFound
    if not row.stands:
        raise GlassIsWhole
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    audit.record(by, "end-break-glass", patient_id=row.patient_id, detail={"glass": str(row.pk)})
    return row


@transaction.atomic
def review_glass(*, by: Principal, glass: BreakGlass, outcome: str, remark: str) -> GlassReview:
    """Say what was found about a broken glass.

    Raises:
        NotAllowed: ``by`` is no privacy officer of the facility.
        Invalid: no outcome, no remark where one is needed, or a review of oneself.
        ReviewIsClosed: it was judged before.
    """
    require(by, ACCESS_REVIEW, glass.facility_id)
    if outcome not in GlassReview.Outcome.values:
        raise Invalid(_("Outcome: choose one."))
    if outcome != GlassReview.Outcome.JUSTIFIED and not remark.strip():
        raise Invalid(_("Remark: say what was wrong, or what must happen next."))
    row = BreakGlass.objects.select_for_update().get(pk=glass.pk)
    if str(row.user_id) == by.id:
        raise NotAllowed(_("Nobody judges themselves. Another privacy officer must review this."))
    if row.reviews.filter(outcome__in=CLOSING).exists():
        raise ReviewIsClosed
    found = GlassReview.objects.create(
        glass=row, by_id=by.id, outcome=outcome, remark=remark.strip()
    )
    said = {"glass": str(row.pk), "outcome": outcome}
    audit.record(by, "review-break-glass", patient_id=row.patient_id, detail=said)
    return found
