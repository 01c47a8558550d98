"""Moving a record to the correct patient: a copy in the right chart, the old one in error."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias

from django.apps import apps
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.access import require
from accounts.roles import CHART_WRITE, NOTE_SIGN, ORDER_WRITE
from fhir.definitions import RESOURCE_TYPES, patient_paths
from fhir.errors import Invalid, NotFound
from fhir.known import Known
from fhir.principal import Principal
from fhir.registry import mapping
from patients.acts.charting import (
    InErrorAlready,
    annotate,
    create,
    is_in_error,
    open_chart,
    status_column,
    update,
)
from patients.attachments import BINARY, binary_id
from patients.models import Binary, DocumentReference, Patient
from patients.models.base import ENTERED_IN_ERROR

Mover: TypeAlias = Callable[["Move"], str]


class SamePatient(Invalid):
    """It is in the chart of this patient already."""

    code = "same-patient"


@dataclass(frozen=True)
class Move:
    """What is moved, where to, by whom and why.

    Attributes:
        by: Who moves it; both charts are open to them.
        row: The record in the wrong chart.
        wrong: Its patient there.
        right: Whom it belongs to.
        reason: Why, in words that name neither patient.
        expected: Version that was shown.
    """

    by: Principal
    row: Any
    wrong: Patient
    right: Patient
    reason: str
    expected: int


@dataclass(frozen=True)
class Movable:
    """A kind of record that can be moved.

    Attributes:
        noun: What people call it.
        scope: Permission that it takes, in both charts.
        find: The row of an id and its patient, None where ``by`` sees none.
        move: Does it, inside the transaction of ``move``; returns the new record's reference.
    """

    noun: str | Promise
    scope: str
    find: Callable[[Principal, Any], tuple[Any, Patient] | None]
    move: Mover


def movable(kind: str) -> Movable:
    """How records of ``kind`` are moved.

    Raises:
        NotFound: nothing of that kind can be moved.
    """
    found = _movables().get(kind)
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def move(*, by: Principal, kind: str, row: Any, right: Patient, reason: str, expected: int) -> str:
    """Put ``row`` into the chart of ``right``; in the wrong one it stands as entered in error.

    Both charts say that it was moved, by whom, when and why; neither says whose the other is.

    Args:
        by: Who moves it.
        kind: Key of ``movable``.
        row: The record in the wrong chart.
        right: Whom it belongs to.
        reason: Why.
        expected: Version that was shown.

    Returns:
        Reference of the record in the right chart.

    Raises:
        NotAllowed, NotFound: ``by`` may not write in both charts.
        SamePatient, Invalid, InErrorAlready, VersionConflict: nothing is moved.
    """
    known = movable(kind)
    require(by, known.scope)
    wrong = open_chart(by, row.patient)
    open_chart(by, right)
    if wrong.pk == right.pk:
        raise SamePatient(_("Patient: it is in the chart of this patient already."))
    check_reason(reason, wrong, right)
    placed = known.move(Move(by, row, wrong, right, reason.strip(), expected))
    audit.record(by, "move", patient_id=right.pk, entities=[_name(row), placed])
    return placed


def check_reason(reason: str, *patients: Patient) -> None:
    """Refuse a reason that is empty, or that tells one chart whose the other is.

    Raises:
        Invalid: says what to write instead.
    """
    said = reason.casefold()
    if not said.strip():
        raise Invalid(_("Reason: say why it belongs to the other patient."))
    for patient in patients:
        secret = [patient.name.family, *patient.identifier_values]
        if any(len(word) > 2 and word.casefold() in said for word in secret):
            raise Invalid(
                _(
                    "Reason: it names one of the patients. It will stand in both charts, so say "
                    'why without a name or number, for example "written in the wrong tab".'
                )
            )


def _name(row: Any) -> str:
    return str(getattr(row, "reference", f"{type(row).__name__}/{row.pk}"))


def _record(type_: str, noun: str | Promise, scope: str) -> Movable:
    """A type of record of this floor."""

    def find(by: Principal, record_id: Any) -> tuple[Any, Patient] | None:
        rows = mapping(type_).model.objects.visible_to(by).select_related("patient")
        row = rows.filter(pk=record_id, patient__isnull=False).first()
        return None if row is None else (row, row.patient)

    def moved(order: Move) -> str:
        return move_record(order, scope=scope)

    return Movable(noun, scope, find, move_documents if type_ == "DocumentReference" else moved)


def move_record(order: Move, *, scope: str, renamed: dict[str, str] | None = None) -> str:
    """Copy one record into the right chart and enter the old one in error."""
    if is_in_error(order.row):
        raise InErrorAlready
    placed = copy_of(order.row, order.right, renamed or {})
    annotate(placed, order.by, _("Moved here from another chart: %s") % order.reason)
    create(placed, by=order.by, scope=scope, action="move-in")
    setattr(order.row, status_column(order.row), ENTERED_IN_ERROR)
    annotate(order.row, order.by, _("Moved to the correct patient: %s") % order.reason)
    update(order.row, by=order.by, expected=order.expected, scope=scope, action="move-out")
    return str(placed.reference)


def move_documents(order: Move) -> str:
    """A note with its addenda, or a document with its files."""
    first = move_record(order, scope=NOTE_SIGN, renamed=_files(order.row, order))
    addenda = DocumentReference.objects.of(order.wrong).standing()
    for addendum in addenda.filter(parent_reference=order.row.reference).order_by("listed_at"):
        renamed = _files(addendum, order) | {order.row.reference: first}
        also = Move(order.by, addendum, order.wrong, order.right, order.reason, addendum.version)
        move_record(also, scope=NOTE_SIGN, renamed=renamed)
    return first


def _files(document: DocumentReference, order: Move) -> dict[str, str]:
    """Copies of the files in the right chart: old reference to new."""
    content = document.content or []
    named = [binary_id(entry.get("attachment") or {}) for entry in content]
    found = Binary.objects.filter(fhir_id__in=[n for n in named if n], patient=order.wrong)
    renamed = {}
    for old in found:
        copy = Binary(
            patient=order.right,
            content_type=old.content_type,
            data=old.data,
            security_context=order.right.reference,
        )
        create(copy, by=order.by, scope=CHART_WRITE, action="move-in")
        renamed[f"{BINARY}{old.fhir_id}"] = f"{BINARY}{copy.fhir_id}"
    return renamed


# What a copy leaves behind: the other patient's narrative, and resources inside the resource.
LEFT_BEHIND = frozenset({"id", "meta", "text", "contained"})
KEPT_META = ("security", "tag", "profile")
SIGNATURE = ("signed_at", "signed_by", "signed_sha256")


def copy_of(row: Any, right: Patient, renamed: dict[str, str]) -> Any:
    """A record for ``right`` that says the same; links to the wrong patient's records go.

    Args:
        row: The record in the wrong chart.
        right: Whom the copy is about.
        renamed: References that were copied too: old to new.

    Returns:
        A record that is not saved. A signature goes with its text, which is the same.
    """
    rules = mapping(row.fhir_type)
    whole = rules.render(row)
    body = {name: value for name, value in whole.items() if name not in LEFT_BEHIND}
    subject = next(each.name for each in rules.elements if each.columns == ("patient_id",))
    body = unlinked(body, renamed) | {subject: {"reference": right.reference}}
    if "relatesTo" in body:
        body["relatesTo"] = [each for each in body["relatesTo"] if "target" in each]
    meta = {name: whole["meta"][name] for name in KEPT_META if name in whole["meta"]}
    known = Known()
    known.look_up_references([body])
    known.add(right)
    placed = rules.read(body | {"meta": meta, "resourceType": row.fhir_type}, known)
    for column in SIGNATURE:
        if hasattr(row, column):
            setattr(placed, column, getattr(row, column))
    if hasattr(row, "notes"):
        placed.notes = list(row.notes or [])
    return placed


def unlinked(value: Any, renamed: dict[str, str]) -> Any:
    """``value`` without references to records of a patient, but for those in ``renamed``."""
    if isinstance(value, list):
        parts = (unlinked(part, renamed) for part in value)
        return [part for part in parts if part not in ({}, [])]
    if not isinstance(value, dict):
        return renamed.get(value, value) if isinstance(value, str) else value
    if is_personal(value) and value["reference"] not in renamed:
        return {}
    inner = {name: unlinked(part, renamed) for name, part in value.items()}
    return {name: part for name, part in inner.items() if part not in ({}, [])}


def is_personal(value: dict[str, Any]) -> bool:
    """A reference to a patient, or to a record that belongs to one, or to nobody knows what."""
    literal = value.get("reference")
    if not isinstance(literal, str):
        return False
    types = [part for part in literal.split("/") if part in RESOURCE_TYPES]
    return not types or types[-1] == "Patient" or bool(patient_paths(types[-1]))


@cache
def _movables() -> dict[str, Movable]:
    """Those of the chart, and ``MOVABLE`` of the module ``movers`` of every app above it."""
    found = {
        "DocumentReference": _record("DocumentReference", gettext_lazy("note"), NOTE_SIGN),
        "Observation": _record("Observation", gettext_lazy("result"), CHART_WRITE),
        "ServiceRequest": _record("ServiceRequest", gettext_lazy("order"), ORDER_WRITE),
    }
    for app in apps.get_app_configs():
        name = f"{app.name}.movers"
        if find_spec(app.name) and find_spec(name):
            found |= import_module(name).MOVABLE
    return found
