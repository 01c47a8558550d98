"""Entering results: a value against an order, a report in words, and correcting either."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import CHART_WRITE
from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts.charting import annotate, author, create, is_in_error, update
from patients.acts.orders import open_visit, require_open
from patients.models import DiagnosticReport, Observation, Patient, ServiceRequest
from patients.models.observation import LABORATORY
from patients.terminology.coded import Coded
from patients.terminology.units import NotUcum, check_unit

UCUM = "http://unitsofmeasure.org"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
SECTION = "http://terminology.hl7.org/CodeSystem/v2-0074"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
SECTIONS = {"laboratory": ("LAB", "Laboratory"), "imaging": ("RAD", "Radiology")}
FLAGS = ("LL", "L", "N", "H", "HH", "A")
STATUSES = ("preliminary", "final")
_NUMBER = re.compile(r"^(<=|>=|<|>)?\s*(-?\d+(?:\.\d+)?)$")
_ALMOST = re.compile(r"^(<=|>=|<|>|=|~)?\s*-?[\d.,]+\s*$")


class CannotCorrect(Refusal):
    """This result was entered in error or cancelled; it cannot be corrected any more."""

    status = 409
    code = "not-correctable"
    issue = "conflict"


@dataclass(frozen=True)
class Value:
    """What a laboratory found: a number with its unit, or words.

    Attributes:
        number: The number, None for words.
        comparator: ``<``, ``<=``, ``>``, ``>=`` or empty.
        unit: UCUM code; empty for words.
        words: What was found, where it is no number.
    """

    number: Decimal | None = None
    comparator: str = ""
    unit: str = ""
    words: str = ""

    @classmethod
    def typed(cls, text: str, unit: str) -> "Value":
        """What somebody typed as value and unit.

        >>> Value.typed("<3", "ng/mL")
        Value(number=Decimal('3'), comparator='<', unit='ng/mL', words='')

        Raises:
            Invalid: no value, a number that can be misread, or a unit that is missing or no UCUM.
        """
        text, unit = text.strip(), unit.strip()
        found = _NUMBER.match(text)
        if found is None:
            return cls(words=_words(text, unit))
        if not unit:
            raise Invalid(_("Unit: a number needs its unit, such as mmol/L."))
        try:
            checked = check_unit(unit)
        except NotUcum as wrong:
            raise Invalid(_("Unit: %(why)s") % {"why": wrong}) from wrong
        return cls(Decimal(found[2]), found[1] or "", checked)

    def put(self, row: Observation) -> None:
        """Write it into ``row`` in place of any other value."""
        row.value, row.value_comparator = self.number, self.comparator
        row.value_unit = row.value_ucum = self.unit
        row.value_string = self.words
        for part in ("system", "code", "display", "text"):
            setattr(row, f"value_concept_{part}", "")


def _words(text: str, unit: str) -> str:
    if not text:
        raise Invalid(_("Value: enter what was found."))
    if _ALMOST.match(text):
        raise Invalid(
            _('Value: "%(text)s" can be misread. Write a number such as 0.5, 12 or <3.')
            % {"text": text[:40]}
        )
    if unit:
        raise Invalid(_("Unit: words have none. Leave it empty, or enter a number."))
    return text


@dataclass(frozen=True)
class Found:
    """One result as the laboratory gave it.

    Attributes:
        value: Number with unit, or words.
        at: When the specimen was taken.
        status: ``preliminary`` or ``final``.
        flag: The laboratory's own flag; empty where it gave none.
        low: Low end of the laboratory's own range.
        high: High end of it.
        note: The laboratory's comment.
    """

    value: Value
    at: datetime
    status: str = "final"
    flag: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    note: str = ""


@transaction.atomic
def enter(
    *, by: Principal, order: ServiceRequest, found: Found, expected: int, complete: bool = True
) -> Observation:
    """Write down the result of ``order``; with the last one, the order is done.

    Raises:
        NotAllowed, NotFound, VersionConflict: nothing is kept.
        NotOpen: the order is over, or says "do not perform".
        Invalid: the range ends before it starts, or status or flag is unknown.
    """
    require_open(order)
    row = Observation(
        patient=order.patient,
        categories=[LABORATORY],
        encounter=order.encounter,
        based_on=order.reference,
        effective_start=found.at,
        effective_end=found.at,
        issued_at=timezone.now(),
        performers=[author(by)],
        **Coded.of(order, "code").columns("code"),
    )
    _fill(row, by, found)
    create(row, by=by, scope=CHART_WRITE, action="enter-result")
    _done(order, by, expected, complete=complete)
    return row


def _fill(row: Observation, by: Principal, found: Found) -> None:
    if found.status not in STATUSES:
        raise Invalid(_("Status: choose final or preliminary."))
    row.status = found.status
    _put(row, by, found)


def _put(row: Observation, by: Principal, found: Found) -> None:
    if found.flag and found.flag not in FLAGS:
        raise Invalid(_("Flag: choose one of the list."))
    if found.low is not None and found.high is not None and found.high < found.low:
        raise Invalid(_("Reference range: its high end lies below its low end."))
    found.value.put(row)
    coding = {"system": INTERPRETATION, "code": found.flag}
    row.interpretations = [{"coding": [coding]}] if found.flag else []
    ends = {"low": found.low, "high": found.high}
    limits = {side: _limit(end, found.value.unit) for side, end in ends.items() if end is not None}
    row.reference_ranges = [limits] if limits else []
    if found.note:
        annotate(row, by, found.note)


def _limit(number: Decimal, unit: str) -> dict[str, Any]:
    named = {"unit": unit, "system": UCUM, "code": unit} if unit else {}
    return {"value": number} | named


def _done(order: ServiceRequest, by: Principal, expected: int, *, complete: bool) -> None:
    if complete:
        order.status = "completed"
        update(order, by=by, expected=expected, scope=CHART_WRITE, action="complete-order")


@transaction.atomic
def correct(
    *, by: Principal, row: Observation, found: Found, reason: str, expected: int
) -> Observation:
    """Replace a wrong result; the old one stays as a version, and its owner sees it again.

    Raises:
        NotAllowed, NotFound, VersionConflict: nothing is changed.
        CannotCorrect: it counts for nothing any more.
        Invalid: no reason, or as for ``enter``.
    """
    if is_in_error(row) or row.status == "cancelled":
        raise CannotCorrect
    if not reason.strip():
        raise Invalid(_("Reason: say what was wrong."))
    row.status = "corrected"
    row.effective_start = row.effective_end = found.at
    row.issued_at = timezone.now()
    _put(row, by, found)
    annotate(row, by, _("Corrected: %(reason)s") % {"reason": reason})
    return update(row, by=by, expected=expected, scope=CHART_WRITE, action="correct-result")


@dataclass(frozen=True)
class Written:
    """A report in words.

    Attributes:
        code: The examination.
        category: ``laboratory`` or ``imaging``.
        conclusion: What it says.
        at: When the examination was done.
        status: ``preliminary`` or ``final``.
    """

    code: Coded
    category: str
    conclusion: str
    at: datetime
    status: str = "final"


@transaction.atomic
def report(
    *,
    by: Principal,
    patient: Patient,
    written: Written,
    order: ServiceRequest | None = None,
    expected: int = 0,
) -> DiagnosticReport:
    """Write down a report, against an order where there is one; the order is done with it.

    Raises:
        NotAllowed, NotFound, VersionConflict: nothing is kept.
        NotOpen: the order is over, or says "do not perform".
        Invalid: the report is empty, or its category or status is unknown.
    """
    if not written.conclusion.strip() or not written.code.words.strip():
        raise Invalid(_("Report: say which examination, and what it found."))
    if written.category not in SECTIONS or written.status not in STATUSES:
        raise Invalid(_("Report: choose laboratory or imaging, and preliminary or final."))
    if order is not None:
        require_open(order)
    code, display = SECTIONS[written.category]
    row = DiagnosticReport(
        patient=patient,
        based_on=[{"reference": order.reference}] if order else [],
        status=written.status,
        categories=[{"coding": [{"system": SECTION, "code": code, "display": display}]}],
        encounter=order.encounter if order else open_visit(by, patient),
        effective_start=written.at,
        effective_end=written.at,
        issued_at=timezone.now(),
        performers=[author(by)],
        conclusion=written.conclusion,
        **written.code.columns("code"),
    )
    create(row, by=by, scope=CHART_WRITE, action="enter-report")
    if order is not None:
        _done(order, by, expected, complete=written.status == "final")
    return row


@transaction.atomic
def correct_report(
    *, by: Principal, row: DiagnosticReport, conclusion: str, reason: str, expected: int
) -> DiagnosticReport:
    """Replace what a report says; the old text stays as a version, and its owner sees it again.

    Raises:
        NotAllowed, NotFound, VersionConflict: nothing is changed.
        CannotCorrect: it counts for nothing any more.
        Invalid: no reason, or the report would say nothing.
    """
    if is_in_error(row) or row.status == "cancelled":
        raise CannotCorrect
    if not conclusion.strip():
        raise Invalid(_("Report: say what the examination found."))
    if not reason.strip():
        raise Invalid(_("Reason: say what was wrong."))
    row.status = "corrected"
    row.conclusion = conclusion
    row.issued_at = timezone.now()
    annotate(row, by, _("Corrected: %(reason)s") % {"reason": reason})
    return update(row, by=by, expected=expected, scope=CHART_WRITE, action="correct-report")
