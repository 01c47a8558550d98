"""Raising and ending flags: what everybody must know before they act."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.roles import CHART_WRITE
from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts.charting import annotate, author, create, enter_in_error, open_chart, update
from patients.acts.vital_signs import LOINC
from patients.acts.vitals import encounter_at
from patients.models import Flag, Observation, Patient
from patients.models.base import ENTERED_IN_ERROR
from patients.models.flags import BY_ID, PREGNANCY
from patients.terminology.coded import Coded

CATEGORY = "http://terminology.hl7.org/CodeSystem/flag-category"
PREGNANCY_STATUS = Coded(LOINC, "82810-3", "Pregnancy status", "Pregnancy status")
PREGNANT = Coded(LOINC, "LA15173-0", "Pregnant", "Pregnant")
# A flag and the observation of one act: the same moment, or nearly.
TOGETHER = timedelta(seconds=10)
NOT_PREGNANT = Coded(LOINC, "LA26683-5", "Not pregnant", "Not pregnant")


class StandsAlready(Refusal):
    """The same flag stands already. End it first, or leave it as it is."""

    status = 409
    code = "stands-already"
    issue = "conflict"


class HasEnded(Refusal):
    """It has ended, or was entered in error. Raise a new flag instead."""

    status = 409
    code = "has-ended"
    issue = "conflict"


@transaction.atomic
def raise_flag(*, by: Principal, patient: Patient, kind: str, code: Coded, reason: str) -> Flag:
    """Raise a flag from now on. Of a kind that stands alone, the one before ends.

    Args:
        by: Who.
        patient: Whom it warns about.
        kind: Key of ``patients.models.flags.BY_ID``.
        code: What it says.
        reason: Why; kept with it.

    Raises:
        NotAllowed, NotFound: as for every act on a chart.
        Invalid: it says nothing, or not why.
        StandsAlready: the same flag stands.
    """
    require(by, CHART_WRITE)
    open_chart(by, patient)
    if not code.words.strip():
        raise Invalid(_("Flag: say what everybody must know."))
    _give_reason(reason)
    # Two people who set a resuscitation status at the same moment must not both win.
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    standing = [flag for flag in Flag.objects.of(patient).standing() if flag.kind == kind]
    if any(str(flag) == code.words for flag in standing):
        raise StandsAlready
    if BY_ID[kind].alone:
        for flag in standing:
            _end(flag, by, _("Replaced by: %(new)s") % {"new": code.words}, flag.version)
    now = timezone.now()
    flag = Flag(
        patient=patient,
        encounter=encounter_at(patient, now),
        status="active",
        categories=[{"coding": [{"system": CATEGORY, "code": BY_ID[kind].category}]}],
        start=now,
        author=author(by),
        **code.columns("code"),
    )
    annotate(flag, by, reason)
    create(flag, by=by, action="raise-flag")
    if kind == PREGNANCY:
        _observe(by, patient, PREGNANT, now)
    return flag


def _give_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(_("Reason: say why."))


@transaction.atomic
def end_flag(*, by: Principal, flag: Flag, reason: str, expected: int) -> Flag:
    """End a flag now, and say why. The end of a pregnancy is also observed.

    Raises:
        HasEnded: it has.
        Invalid: there is no reason.
        VersionConflict: it changed since.
    """
    if flag.status in ("inactive", ENTERED_IN_ERROR):
        raise HasEnded
    _give_reason(reason)
    _end(flag, by, reason, expected)
    if flag.kind == PREGNANCY and flag.patient is not None:
        _observe(by, flag.patient, NOT_PREGNANT, timezone.now())
    return flag


@transaction.atomic
def strike_flag(*, by: Principal, flag: Flag, reason: str, expected: int) -> Flag:
    """Say that a flag should never have been raised, and take back what was observed with it.

    Raises:
        NotAllowed, NotFound, VersionConflict, InErrorAlready: nothing is changed.
    """
    observed = _observed_with(flag)
    enter_in_error(flag, by=by, reason=reason, expected=expected)
    if observed is not None:
        enter_in_error(observed, by=by, reason=reason, expected=observed.version)
    return flag


def _observed_with(flag: Flag) -> Observation | None:
    """The pregnancy that was observed in the moment ``flag`` was raised, if it still stands."""
    if flag.kind != PREGNANCY or flag.patient is None or flag.start is None:
        return None
    rows = Observation.objects.of(flag.patient).filter(
        code_code=PREGNANCY_STATUS.code,
        value_concept_code=PREGNANT.code,
        effective_start__range=(flag.start, flag.start + TOGETHER),
    )
    return rows.exclude(status=ENTERED_IN_ERROR).first()


def _end(flag: Flag, by: Principal, reason: str, expected: int) -> None:
    flag.status, flag.end = "inactive", timezone.now()
    annotate(flag, by, reason)
    update(flag, by=by, expected=expected, action="end-flag")


def _observe(by: Principal, patient: Patient, said: Coded, now: datetime) -> Observation:
    """The pregnancy status as an Observation, for who asks for it there."""
    row = Observation(
        patient=patient,
        encounter=encounter_at(patient, now),
        status="final",
        categories=["social-history"],
        effective_start=now,
        effective_end=now,
        issued_at=now,
        performers=[author(by)],
        **PREGNANCY_STATUS.columns("code"),
        **said.columns("value_concept"),
    )
    return create(row, by=by, action="record-pregnancy-status")
