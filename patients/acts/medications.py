"""Prescribing, stopping, holding, resuming and renewing a medicine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.roles import MEDICATION_PRESCRIBE
from fhir import changes
from fhir.errors import Invalid, Refusal
from fhir.models.record import new_id
from fhir.principal import Principal
from patients.acts.charting import annotate, author, create, open_chart, update
from patients.acts.overrides import Override, keep, unanswered
from patients.chart.medicines import is_dead
from patients.chart.prescribing_facts import facts
from patients.dosages import STATUS_CHANGED, bounded, with_moment
from patients.models import Encounter, MedicationRequest, Patient
from patients.models.medication import CURRENT
from patients.prescribing.checks import compare
from patients.prescribing.comparison import Comparison, Proposed
from patients.prescribing.dose import Amount
from patients.prescribing.formulary import NO_STRENGTH, Strength
from patients.prescribing.search import book
from patients.prescribing.sig import Sig
from patients.terminology.coded import Coded

CATEGORY = "http://terminology.hl7.org/CodeSystem/medicationrequest-category"
COURSE = "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy"
UCUM = "http://unitsofmeasure.org"
MOST_REFILLS = 99
CLOCKS_DIFFER = timedelta(minutes=5)
EARLIEST_YEAR = 1900


class NeedsReason(Refusal):
    """A check interrupts: read what it says, and give a reason for each to go on."""

    status = 409
    code = "override-needed"
    issue = "business-rule"

    def __init__(self, comparison: Comparison) -> None:
        super().__init__()
        self.comparison = comparison


class PatientDied(Refusal):
    """The patient has died: nothing is prescribed or given any more. Check whom you opened."""

    status = 409
    code = "patient-died"
    issue = "business-rule"


class NotRunning(Refusal):
    """This prescription is over already. Open it to see when it ended and why."""

    status = 409
    code = "not-running"
    issue = "conflict"


@dataclass(frozen=True)
class Prescription:
    """What a prescriber wants.

    Attributes:
        medicine: Code and words, or words alone.
        sig: How it is taken.
        start: From when.
        ingredients: Keys of the formulary, where the medicine is recognised.
        strength: What one tablet, puff or mL of the product holds.
        unread: Words of the medicine that were not recognised.
        refills: How often it may be dispensed again; None: not said.
        most_per_day: Of an as-needed medicine, what must not be exceeded in 24 hours.
        reason: What for.
        setting: "inpatient", "outpatient", "community" or "discharge".
    """

    medicine: Coded
    sig: Sig
    start: datetime
    ingredients: tuple[str, ...] = ()
    strength: Strength = NO_STRENGTH
    unread: tuple[str, ...] = ()
    refills: int | None = None
    most_per_day: Amount | None = None
    reason: str = ""
    setting: str = "community"

    @property
    def proposed(self) -> Proposed:
        """As the checks compare it."""
        return Proposed(
            text=self.medicine.words,
            ingredients=self.ingredients,
            dose=self.sig.dose,
            strength=self.strength,
            route=self.sig.route,
            frequency=self.sig.frequency,
            as_needed=self.sig.as_needed,
            unread=self.unread,
        )


def check(
    patient: Patient, wanted: Prescription, replaces: MedicationRequest | None = None
) -> Comparison:
    """What the rules say of ``wanted`` for this patient at this moment."""
    without = (replaces.reference,) if replaces is not None else ()
    return compare(wanted.proposed, facts(patient, without=without), book())


@transaction.atomic
def prescribe(
    *,
    by: Principal,
    patient: Patient,
    wanted: Prescription,
    overrides: Mapping[str, Override] | None = None,
) -> MedicationRequest:
    """Order a medicine, compared at this moment with the chart.

    Raises:
        NotAllowed, NotFound: as for every act on a chart.
        PatientDied: nothing is prescribed for the dead.
        Invalid: the order does not say enough, or says what cannot be.
        NeedsReason: a check interrupts and ``overrides`` gives no reason for it.
    """
    return _sign(by, patient, wanted, overrides or {}, None)


@transaction.atomic
def renew(
    *,
    by: Principal,
    order: MedicationRequest,
    wanted: Prescription,
    expected: int,
    overrides: Mapping[str, Override] | None = None,
) -> MedicationRequest:
    """Order it again or otherwise; the new prescription names the one it takes the place of.

    Raises:
        NotRunning: that one is over or entered in error; prescribe anew.
        VersionConflict: somebody changed it meanwhile.
        Others as for ``prescribe``.
    """
    patient = open_chart(by, order.patient)
    running(order)
    if order.do_not_perform:
        raise NotRunning(_("This says: do not give. It cannot be renewed; prescribe anew."))
    new = _sign(by, patient, wanted, overrides or {}, order)
    words = _("Replaced by a new prescription")
    _become(order, "completed", words, timezone.now())
    update(order, by=by, expected=expected, scope=MEDICATION_PRESCRIBE, action="renew")
    return new


@transaction.atomic
def stop(
    *,
    by: Principal,
    order: MedicationRequest,
    reason: str,
    expected: int,
    at: datetime | None = None,
) -> MedicationRequest:
    """End it for good, with the reason; from then on it is not due and not current.

    Raises:
        NotRunning: it is over already.
        Invalid: no reason, or an end before the start.
    """
    running(order)
    at = at or timezone.now()
    plausible(at, _("Stopped"))
    if at > timezone.now() + CLOCKS_DIFFER:
        raise Invalid(_("Stopped: it is in the future. Stop it when it is to end."))
    if order.starts_at is not None and at < order.starts_at:
        raise Invalid(
            _(
                "Stopped: %(at)s is before the start, %(start)s. Enter when it was stopped, or "
                "enter the prescription in error if it never ran."
            )
            % {"at": _shown(at), "start": _shown(order.starts_at)}
        )
    _become(order, "stopped", needed(reason), at)
    return update(order, by=by, expected=expected, scope=MEDICATION_PRESCRIBE, action="stop")


@transaction.atomic
def hold(
    *, by: Principal, order: MedicationRequest, reason: str, expected: int
) -> MedicationRequest:
    """Pause it: no dose is due until it is resumed.

    Raises:
        NotRunning: it is over, or on hold already.
    """
    if order.status == "on-hold":
        raise NotRunning(_("This prescription is on hold already."))
    running(order)
    _become(order, "on-hold", needed(reason), timezone.now())
    return update(order, by=by, expected=expected, scope=MEDICATION_PRESCRIBE, action="hold")


@transaction.atomic
def resume(
    *, by: Principal, order: MedicationRequest, reason: str, expected: int
) -> MedicationRequest:
    """Let it run again; doses that fell into the pause are not overdue.

    Raises:
        NotRunning: it is not on hold.
    """
    if order.status != "on-hold":
        raise NotRunning(_("This prescription is not on hold, so it cannot be resumed."))
    annotate(order, by, _("Resumed: %(reason)s") % {"reason": needed(reason)})
    _become(order, "active", "", timezone.now())
    return update(order, by=by, expected=expected, scope=MEDICATION_PRESCRIBE, action="resume")


def running(order: MedicationRequest) -> None:
    """Refuse what is over.

    Raises:
        NotRunning: it is stopped, completed, cancelled or entered in error.
    """
    if order.status not in CURRENT:
        raise NotRunning


def plausible(at: datetime, field: str) -> None:
    """Refuse a moment that nobody here can have meant.

    Raises:
        Invalid: the year is one of another century, or more than a year ahead.
    """
    if not EARLIEST_YEAR <= at.year <= timezone.now().year + 1:
        raise Invalid(_("%(field)s: check the year, %(year)s.") % {"field": field, "year": at.year})


def needed(reason: str) -> str:
    """The reason, which must say something."""
    if not reason.strip():
        raise Invalid(_("Reason: say why. It is kept with the prescription."))
    return reason.strip()


def _become(order: MedicationRequest, status: str, reason: str, at: datetime) -> None:
    order.status = status
    for name, value in Coded(text=reason).columns("status_reason").items():
        setattr(order, name, value)
    order.extensions = with_moment(order.extensions, STATUS_CHANGED, at)


def _sign(
    by: Principal,
    patient: Patient,
    wanted: Prescription,
    overrides: Mapping[str, Override],
    replaces: MedicationRequest | None,
) -> MedicationRequest:
    require(by, MEDICATION_PRESCRIBE)
    open_chart(by, patient)
    if is_dead(patient):
        raise PatientDied
    meaningful(wanted, patient)
    comparison = check(patient, wanted, replaces)
    if unanswered(comparison, overrides):
        raise NeedsReason(comparison)
    row = _order(by, patient, wanted, replaces)
    issues = [new_id() for _each in comparison.interrupting]
    row.detected_issues = [{"reference": f"DetectedIssue/{key}"} for key in issues]
    create(row, by=by, scope=MEDICATION_PRESCRIBE, action="prescribe")
    for key, finding in zip(issues, comparison.interrupting, strict=True):
        issue = keep(by, row, finding, overrides[finding.rule_id], key)
        changes.create(issue, by=by)
    return row


def meaningful(wanted: Prescription, patient: Patient) -> None:
    """Refuse an order that does not say enough, or what cannot be.

    Raises:
        Invalid: names the field, what is wrong and what to write.
    """
    sig = wanted.sig
    if not wanted.medicine.words:
        raise Invalid(_("Medicine: write its name."))
    if sig.dose is None and not sig.extra:
        raise Invalid(_("Dose: write a number and a unit, like 500 mg, or say how it is applied."))
    if sig.as_needed and not sig.as_needed_for:
        raise Invalid(_("As needed: say what for, like pain."))
    if sig.as_needed and not sig.frequency and wanted.most_per_day is None:
        raise Invalid(_("As needed: say how often at most, or the most in 24 hours."))
    if not (sig.frequency or sig.as_needed or sig.extra):
        raise Invalid(_("How often: choose one, or say in words how it is taken."))
    if wanted.refills is not None and not 0 <= wanted.refills <= MOST_REFILLS:
        raise Invalid(_("Refills: write a number from 0 to %(most)s.") % {"most": MOST_REFILLS})
    plausible(wanted.start, _("Start"))
    born = patient.birth_date_low
    if born is not None and timezone.localtime(wanted.start).date() < born:
        raise Invalid(_("Start: it is before the patient was born. Check the year."))


def _order(
    by: Principal, patient: Patient, wanted: Prescription, replaces: MedicationRequest | None
) -> MedicationRequest:
    now = timezone.now()
    signer = author(by)
    row = MedicationRequest(
        patient=patient,
        status="active",
        intent="order",
        categories=[Coded(CATEGORY, wanted.setting, wanted.setting.capitalize()).concept()],
        encounter=Encounter.objects.of(patient).open().order_by("-start").first(),
        authored_at=now,
        requester=signer.get("reference", ""),
        reasons=[{"text": wanted.reason}] if wanted.reason else [],
        dosages=[_dosage(wanted)],
        dispense=_dispense(wanted),
        prior_prescription=replaces.reference if replaces is not None else "",
        **wanted.medicine.columns("medication"),
        **_course(wanted).columns("course"),
    )
    row.extra = {"requester": signer}
    return row


def _dosage(wanted: Prescription) -> dict[str, Any]:
    days = wanted.sig.duration_days
    end = wanted.start + timedelta(days=days) if days is not None else None
    dosage = bounded(wanted.sig.dosage(), wanted.start, end)
    if wanted.most_per_day is None:
        return dosage
    day = {"value": 1, "unit": "day", "system": UCUM, "code": "d"}
    most = {"numerator": wanted.most_per_day.quantity(), "denominator": day}
    return dosage | {"maxDosePerPeriod": most}


def _dispense(wanted: Prescription) -> dict[str, Any]:
    days = wanted.sig.duration_days
    length = {"value": days, "unit": "days", "system": UCUM, "code": "d"}
    supply = {"expectedSupplyDuration": length} if days is not None else {}
    refills = {} if wanted.refills is None else {"numberOfRepeatsAllowed": wanted.refills}
    return refills | supply


def _course(wanted: Prescription) -> Coded:
    if wanted.sig.duration_days is not None:
        return Coded(COURSE, "acute", "Short course (acute) therapy")
    return Coded(COURSE, "continuous", "Continuous long term therapy")


def _shown(at: datetime) -> str:
    return f"{timezone.localtime(at):%d-%b-%Y %H:%M}"
