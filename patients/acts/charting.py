"""Writing in a chart: permission, visibility, history and audit in one transaction.

Every act on a patient's record goes through here, so that none of the four is ever forgotten.
"""

from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from accounts.models import Practitioner
from accounts.roles import CHART_WRITE
from fhir import changes
from fhir.errors import Invalid, NotFound, Refusal
from fhir.principal import Principal
from fhir.times import moment_text
from patients.models import Patient, PatientRecord
from patients.models.base import ENTERED_IN_ERROR

R = TypeVar("R", bound=PatientRecord)

# Where a type says that it should never have been written; the others have ``status``.
STATUS_COLUMNS = {
    "AllergyIntolerance": "verification_status",
    "Condition": "verification_status",
    "Goal": "lifecycle_status",
}


class InErrorAlready(Refusal):
    """It stands as entered in error already."""

    status = 409
    code = "in-error-already"
    issue = "conflict"


def open_chart(by: Principal, patient: Patient | None) -> Patient:
    """``patient``, if their chart is open to ``by``.

    Raises:
        NotFound: there is no patient, or ``by`` may not see them.
    """
    if patient is None or not Patient.objects.visible_to(by).filter(pk=patient.pk).exists():
        raise NotFound
    return patient


@transaction.atomic
def create(
    row: R,
    *,
    by: Principal,
    scope: str = CHART_WRITE,
    action: str = "create",
    detail: dict[str, Any] | None = None,
) -> R:
    """Write ``row`` into its patient's chart; ``detail`` is for the audit trail.

    Raises:
        NotAllowed: ``by`` does not hold ``scope``.
        NotFound: the chart is not open to ``by``.
    """
    require(by, scope)
    open_chart(by, row.patient)
    changes.create(row, by=by)
    audit.record(by, action, row, detail=detail)
    return row


@transaction.atomic
def update(
    row: R,
    *,
    by: Principal,
    expected: int,
    scope: str = CHART_WRITE,
    action: str = "update",
    detail: dict[str, Any] | None = None,
) -> R:
    """Save the edited ``row`` as its next version.

    Raises:
        NotAllowed, NotFound: as for ``create``.
        VersionConflict: it changed since ``by`` saw version ``expected``.
    """
    require(by, scope)
    open_chart(by, row.patient)
    changes.update(row, by=by, expected=expected)
    audit.record(by, action, row, detail=detail)
    return row


@transaction.atomic
def enter_in_error(
    row: R, *, by: Principal, reason: str, expected: int, scope: str = CHART_WRITE
) -> R:
    """Say that it should never have been recorded; it stays, struck through, with the reason.

    Every system that received it is told by sync, because this is a new version like any other.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``update``.
        InErrorAlready: somebody said so before.
    """
    column = status_column(row)
    if getattr(row, column) == ENTERED_IN_ERROR:
        raise InErrorAlready
    if not reason.strip():
        raise Invalid(_("Reason: say why it should never have been recorded."))
    setattr(row, column, ENTERED_IN_ERROR)
    if column == "verification_status":
        row.clinical_status = ""  # type: ignore[attr-defined]  # FHIR con-5, ait-2: it has none
    annotate(row, by, _("Entered in error: %(reason)s") % {"reason": reason})
    return update(row, by=by, expected=expected, scope=scope, action="enter-in-error")


def status_column(row: PatientRecord) -> str:
    """The column that says whether ``row`` stands."""
    return STATUS_COLUMNS.get(row.fhir_type, "status")


def is_in_error(row: PatientRecord) -> bool:
    """Somebody said that it should never have been written."""
    return bool(getattr(row, status_column(row)) == ENTERED_IN_ERROR)


def annotate(row: PatientRecord, by: Principal, text: str) -> None:
    """Add a note to ``row``; types whose FHIR has no ``note`` keep it in the audit trail only."""
    if hasattr(row, "notes"):
        row.notes = [*(row.notes or []), annotation(by, text)]


def annotation(by: Principal, text: str) -> dict[str, Any]:
    """A FHIR Annotation: who said what, when."""
    return {"authorString": by.name, "time": moment_text(timezone.now()), "text": text}


def author(by: Principal) -> dict[str, str]:
    """Who did it, as a FHIR reference; an account without a practitioner stands by name."""
    practitioner = Practitioner.objects.filter(user_id=by.id).first() if by.kind == "user" else None
    if practitioner is None:
        return {"display": by.name}
    return {"reference": practitioner.reference, "display": str(practitioner)}


def author_reference(by: Principal) -> str:
    """The same as its literal, for a column of text; empty without a practitioner."""
    return author(by).get("reference", "")
