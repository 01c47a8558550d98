"""Acts on who a person is and where they are: open to all who may know the person exists.

A registrar opens no chart. These acts therefore ask whether the person is known at one of the
principal's facilities, and never whether the chart is open.
"""

from datetime import date, datetime
from typing import TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from fhir import changes
from fhir.errors import Invalid, NotFound
from fhir.principal import Principal
from patients.models import Patient, PatientRecord

R = TypeVar("R", bound=PatientRecord)

LONGEST_NAME = 1000


def known_person(by: Principal, patient: Patient | None) -> Patient:
    """``patient``, if ``by`` may know them: at a facility of theirs, or under their care.

    Raises:
        NotFound: there is no such person for ``by``.
    """
    if patient is not None:
        rows = Patient.objects.filter(pk=patient.pk)
        if rows.identified_to(by).exists() or rows.visible_to(by).exists():
            return patient
    raise NotFound


def locked(patient: Patient) -> None:
    """Nobody else admits or books this person until the transaction ends."""
    Patient.objects.select_for_update().get(pk=patient.pk)


@transaction.atomic
def create(row: R, *, by: Principal, scope: str, action: str = "create") -> R:
    """Write ``row`` about a person that ``by`` may know.

    Raises:
        NotAllowed: ``by`` does not hold ``scope``.
        NotFound: the person is not known to ``by``.
    """
    require(by, scope)
    known_person(by, row.patient)
    changes.create(row, by=by)
    audit.record(by, action, row)
    return row


@transaction.atomic
def update(row: R, *, by: Principal, expected: int, scope: str, action: str = "update") -> R:
    """Save the edited ``row`` as its next version.

    Raises:
        NotAllowed, NotFound: as for ``create``.
        VersionConflict: it changed since ``by`` saw version ``expected``.
    """
    require(by, scope)
    known_person(by, row.patient)
    changes.update(row, by=by, expected=expected)
    audit.record(by, action, row)
    return row


def possible(patient: Patient) -> None:
    """Refuse what can be true of nobody: unborn, dead before birth, a name as long as a book.

    Raises:
        Invalid: naming the element, its value and the remedy.
    """
    born = patient.birth_date_low
    if born is not None and born > timezone.localdate():
        raise Invalid(
            _("Birth date: %(date)s is in the future. Correct the day, month or year.")
            % {"date": f"{born:%d-%b-%Y}"},
            expression="Patient.birthDate",
            code="born-in-the-future",
        )
    died = patient.deceased_at
    if born is not None and died is not None and _day_of(died) < born:
        raise Invalid(
            _("Death on %(died)s lies before birth on %(born)s. Correct one of the two.")
            % {"died": f"{_day_of(died):%d-%b-%Y}", "born": f"{born:%d-%b-%Y}"},
            expression="Patient.deceased",
            code="died-before-birth",
        )
    if any(len(part) > LONGEST_NAME for part in _name_parts(patient)):
        raise Invalid(
            _("Name: one part is longer than %(most)d characters. Shorten it.")
            % {"most": LONGEST_NAME},
            expression="Patient.name",
            code="name-too-long",
        )


def _day_of(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _name_parts(patient: Patient) -> list[str]:
    texts: list[str] = []
    for name in patient.names or []:
        texts += [str(name.get("text") or ""), str(name.get("family") or "")]
        texts += [str(part or "") for key in ("given", "prefix") for part in name.get(key) or []]
    return texts
