"""Giving a dose, or not: with time, dose, reason and by whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.roles import MEDICATION_ADMINISTER
from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts.charting import annotation, author, create, open_chart
from patients.acts.medications import CLOCKS_DIFFER, PatientDied, plausible
from patients.chart.medicines import dose_words, is_dead
from patients.dosages import DUE_AT, with_moment
from patients.due_times import interval
from patients.models import Encounter, MedicationAdministration, MedicationRequest, Patient
from patients.models.medication import NOT_ORDERED
from patients.prescribing.dose import Amount
from patients.prescribing.route import routes
from patients.prescribing.sig import read_dosage

# HL7 v3 ActReason: why something was not done.
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
REFUSED, WITHHELD = "PATOBJ", "MEDPREC"
# A round may be late, and the next in time: what is asked about is closer than that.
ROUND_TOLERANCE = timedelta(hours=1)
LOOK_BACK = timedelta(days=2)

GIVEN, NOT_DONE = "given", "not-done"
OUTCOMES = ("given", "withheld", "refused")


class NotToGive(Refusal):
    """This order is not to be given. Its status is on the page of medicines."""

    status = 409
    code = "not-to-give"
    issue = "business-rule"


class TooSoon(Refusal):
    """A dose was given shortly before. Look whether it was this one."""

    status = 409
    code = "given-already"
    issue = "business-rule"


@dataclass(frozen=True)
class Giving:
    """What happened to one dose.

    Attributes:
        outcome: "given", "withheld" or "refused".
        at: When.
        dose: How much went in; None where it was not given, or where the order has no amount.
        reason: Why it was not given, or why it differs from the order.
        due_at: The due time that it answers; None where it answers none.
        again: The person has read that one was given shortly before, and gives this one too.
    """

    outcome: str
    at: datetime
    dose: Amount | None = None
    reason: str = ""
    due_at: datetime | None = None
    again: bool = False


@transaction.atomic
def administer(
    *, by: Principal, order: MedicationRequest, giving: Giving
) -> MedicationAdministration:
    """Record that a dose was given, withheld or refused.

    Raises:
        NotAllowed, NotFound: as for every act on a chart.
        NotToGive: the order is over, on hold, no order, or says "do not give".
        TooSoon: a dose of it was given within its interval; ask the person.
        Invalid: no reason, a time to come, before the order, or a dose that is not understood.
    """
    require(by, MEDICATION_ADMINISTER)
    patient = open_chart(by, order.patient)
    # Two nurses at one bed: the second waits here, and then sees the dose of the first.
    order = MedicationRequest.objects.select_for_update(of=("self",)).get(pk=order.pk)
    may_be_given(order, patient)
    meaningful(order, giving)
    if giving.outcome == GIVEN and not giving.again:
        not_too_soon(order, giving.at)
    dose = _row(by, order, giving)
    return create(dose, by=by, scope=MEDICATION_ADMINISTER, action="administer")


def may_be_given(order: MedicationRequest, patient: Patient) -> None:
    """Refuse what no nurse may act on.

    Raises:
        NotToGive, PatientDied: and why.
    """
    if is_dead(patient):
        raise PatientDied
    if order.do_not_perform:
        raise NotToGive(_("The order says: do not give. Nothing was recorded."))
    if order.intent in NOT_ORDERED:
        raise NotToGive(_("This is proposed and not ordered. Ask the prescriber to order it."))
    if order.status == "on-hold":
        raise NotToGive(_("The order is on hold. Ask the prescriber to resume it first."))
    if order.status != "active":
        raise NotToGive(
            _("The order is not active (%(status)s). Ask the prescriber.")
            % {"status": order.status or _("status not recorded")}
        )


def meaningful(order: MedicationRequest, giving: Giving) -> None:
    """Refuse a record that says too little, or what cannot be.

    Raises:
        Invalid: names the field and what to do.
    """
    if giving.outcome not in OUTCOMES:
        raise Invalid(_("What happened: choose given, withheld or refused."))
    if giving.outcome != GIVEN and not giving.reason.strip():
        raise Invalid(_("Reason: say why the dose was not given."))
    plausible(giving.at, _("Time"))
    if giving.due_at is not None and abs(giving.due_at - giving.at) > LOOK_BACK:
        raise Invalid(_("Due time: it is days away from the dose. Open the dose from its list."))
    if giving.at > timezone.now() + CLOCKS_DIFFER:
        raise Invalid(_("Time: it is in the future. Record a dose when it has been given."))
    if order.starts_at is not None and giving.at < order.starts_at - CLOCKS_DIFFER:
        raise Invalid(_("Time: it is before the order begins. Check date and time."))
    ordered = ordered_dose(order)
    differs = giving.dose is not None and ordered is not None and giving.dose != ordered
    if giving.outcome == GIVEN and differs and not giving.reason.strip():
        raise Invalid(
            _("Dose: ordered is %(ordered)s. Give the reason for %(given)s.")
            % {"ordered": ordered.text if ordered else "", "given": giving.dose}
        )


def ordered_dose(order: MedicationRequest) -> Amount | None:
    """What one dose is, where there is one dosage and it is understood."""
    dosages = order.dosages or []
    return read_dosage(dosages[0]).dose if len(dosages) == 1 else None


def not_too_soon(order: MedicationRequest, at: datetime) -> None:
    """Ask when a dose of this order was given within its interval, before or after ``at``.

    Raises:
        TooSoon: names the other dose.
    """
    gaps = [interval(dosage) for dosage in order.dosages or []]
    gap = min((gap for gap in gaps if gap is not None), default=None)
    if gap is None:
        return
    needed = any("asNeededBoolean" in d or "asNeededCodeableConcept" in d for d in order.dosages)
    least = gap if needed else gap - min(ROUND_TOLERANCE, gap / 4)
    near = MedicationAdministration.objects.given().filter(
        request=order.reference, effective_start__gt=at - least, effective_start__lt=at + least
    )
    other = near.order_by("-effective_start").first()
    if other is not None and other.effective_start is not None:
        raise TooSoon(
            _("%(dose)s of this was given at %(at)s. Ordered is one dose every %(gap)s.")
            % {
                "dose": dose_words(other) or _("A dose"),
                "at": f"{timezone.localtime(other.effective_start):%d-%b-%Y %H:%M}",
                "gap": gap_words(gap),
            }
        )


def gap_words(gap: timedelta) -> str:
    """An interval in words.

    >>> gap_words(timedelta(hours=6)), gap_words(timedelta(days=7))
    ('6 hours', '7 days')
    """
    hours = gap.total_seconds() / 3600
    if hours >= 48:
        return _("%(days)s days") % {"days": f"{hours / 24:g}"}
    return _("%(hours)s hours") % {"hours": f"{hours:.3g}"}


def _row(by: Principal, order: MedicationRequest, giving: Giving) -> MedicationAdministration:
    given = giving.outcome == GIVEN
    here = Encounter.objects.filter(patient=order.patient).open().order_by("-start").first()
    reason = giving.reason.strip()
    return MedicationAdministration(
        patient=order.patient,
        status="completed" if given else NOT_DONE,
        status_reasons=[] if given else [_why(giving.outcome, reason)],
        medication_system=order.medication_system,
        medication_code=order.medication_code,
        medication_display=order.medication_display,
        medication_text=order.medication_text,
        medication_reference=order.medication_reference,
        context=here.reference if here is not None else "",
        effective_start=giving.at,
        effective_end=giving.at,
        performers=[{"actor": author(by)}],
        request=order.reference,
        notes=[annotation(by, reason)] if given and reason else [],
        dosage=_dosage(order, giving.dose) if given else {},
        extensions=with_moment([], DUE_AT, giving.due_at) if giving.due_at else [],
    )


def _why(outcome: str, reason: str) -> dict[str, Any]:
    code = REFUSED if outcome == "refused" else WITHHELD
    return {"coding": [{"system": ACT_REASON, "code": code}], "text": reason}


def _dosage(order: MedicationRequest, dose: Amount | None) -> dict[str, Any]:
    ordered = (order.dosages or [{}])[0]
    route = read_dosage(ordered).route
    way = {"route": routes()[route].concept()} if route else {}
    if dose is None:
        return way | {"text": ordered.get("text") or _("as ordered; amount not recorded")}
    return way | {"text": dose.text, "dose": dose.quantity()}
