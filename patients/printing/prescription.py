"""Prescriptions on paper: the only way out of this house, so a person signs each page."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fhir.principal import Principal
from patients.acts.overrides import kept
from patients.chart.concepts import words_of
from patients.chart.medicines import Medication, is_dead, reason_words, written
from patients.chart.prescribing_facts import facts
from patients.dosages import is_as_needed, repeat_of, timing_words
from patients.models import MedicationRequest, Patient
from patients.models.base import ENTERED_IN_ERROR
from patients.models.medication import NOT_ORDERED
from patients.prescribing.amounts import per_kg
from patients.prescribing.child_doses import OLDEST_WEIGHT_DAYS, weight
from patients.prescribing.comparison import Facts
from patients.prescribing.frequency import frequencies
from patients.prescribing.sig import read_dosage
from patients.printing.blocks import Block, Fields, Heading, Large, Notice, Rule, Signature, Struck
from patients.printing.parts import allergy_words, document, person_rows
from patients.printing.pdf import Document
from patients.printing.words import day, moment

Pair = tuple[str, str]
LONG_ORDER = 1500  # characters; half a page


def prescription(order: MedicationRequest, patient: Patient, by: Principal) -> Document:
    """One prescription; what is none says so on every page, and offers no line to sign on."""
    wrong = why_void(order, patient)
    if wrong:
        blocks = [Notice(wrong), *_about(patient), *_void(order)]
    else:
        blocks = [_to_sign(), *_about(patient), *_order(order, facts(patient)), _signature()]
    place = order.encounter.organization if order.encounter else None
    return document(_("Prescription"), patient, blocks, by=by, facility=place, mark=wrong)


def all_current(patient: Patient, by: Principal) -> Document:
    """Every prescription that runs now, on one document to sign."""
    rows = MedicationRequest.objects.of(patient).to_give().order_by("authored_at", "id")
    orders = [row for row in rows if not why_void(row, patient)]
    if not orders:
        none = Notice(_("No prescription is current. There is nothing to sign."))
        return document(_("Prescriptions"), patient, [none, *_about(patient)], by=by)
    known = facts(patient)
    blocks: list[Block] = [_to_sign(), *_about(patient)]
    for order in orders:
        blocks += [Rule(), *_order(order, known)]
    count = ngettext("%d prescription", "%d prescriptions", len(orders)) % len(orders)
    blocks += [Rule(), Heading(_("In all: %s") % count), _signature()]
    return document(_("Prescriptions"), patient, blocks, by=by)


def why_void(order: MedicationRequest, patient: Patient) -> str:
    """Why nobody may act on it, in capitals; empty for an order in force."""
    (line,) = written([order])
    if order.status == ENTERED_IN_ERROR:
        return _("ENTERED IN ERROR – not a prescription")
    if is_dead(patient):
        return _("THE PATIENT HAS DIED – not a prescription")
    if order.do_not_perform:
        return _("DO NOT GIVE – not a prescription")
    if order.intent in NOT_ORDERED:
        return _("ONLY A PROPOSAL – not a prescription")
    if order.status != "active":
        status = (order.status or _("status not recorded")).replace("-", " ").upper()
        return _("%s – not a valid prescription") % status
    return _("COURSE OVER – not a valid prescription") if line.over_at else ""


def _to_sign() -> Notice:
    return Notice(_("Not transmitted: print and sign."))


def _signature() -> Signature:
    return Signature(_("Signature and name of the prescriber"), _("Date and time"))


def _about(patient: Patient) -> list[Block]:
    known = facts(patient)
    rows = person_rows(patient)[1:]  # the name stands in the head
    return [
        Fields([(_("Allergies"), allergy_words(patient)), (_("Weight"), weighed(known)), *rows])
    ]


def weighed(known: Facts) -> str:
    """The last weight with its day; of a child, whether it is too old to dose by."""
    if known.weight_kg is None or known.weighed_on is None:
        return _("Weight not recorded")
    said = f"{plain(known.weight_kg)} kg ({known.weighed_on:%d-%b-%Y})"
    if known.is_child and weight(known) is None:
        said += " – " + _("older than %d days: weigh again") % OLDEST_WEIGHT_DAYS
    return said


def plain(number: Decimal) -> str:
    """To two decimals, without trailing zeros.

    >>> plain(Decimal("18.50")), plain(Decimal("70"))
    ('18.5', '70')
    """
    text = f"{number:.2f}"
    return text.rstrip("0").rstrip(".")


def _order(order: MedicationRequest, known: Facts) -> list[Block]:
    (line,) = written([order])
    rows = [*dose_rows(order, known), *_course_rows(order, line), *_who_rows(order, line)]
    return [Large(f"{line.text}\n{line.dosage}"), _said(rows)]


def _void(order: MedicationRequest) -> list[Block]:
    """What it said, struck through; nothing to dispense by."""
    (line,) = written([order])
    rows = [(_("Why"), line.status_reason), *_who_rows(order, line)]
    return [Struck(f"{line.text}\n{line.dosage}"), _said(rows)]


def _said(rows: list[Pair]) -> Fields:
    shown = [(label, words) for label, words in rows if words]
    # A page never ends inside an order, unless somebody wrote a very long one.
    return Fields(shown, whole=sum(len(words) for _label, words in shown) < LONG_ORDER)


def dose_rows(order: MedicationRequest, known: Facts) -> list[Pair]:
    """What is given, how and how often; of a child also per kg of a recent weight."""
    rows: list[Pair] = []
    dosages: Sequence[dict[str, Any]] = order.dosages or []
    for dosage in dosages:
        read = read_dosage(dosage)
        often = frequencies().get(read.frequency)
        needed = words_of(dosage.get("asNeededCodeableConcept")) or _("yes")
        rows += [
            (_("Dose"), read.dose.text if read.dose else ""),
            (_("Per kg"), _per_kg(dosage, known)),
            (_("Route"), words_of(dosage.get("route"))),
            (_("Frequency"), often.loud if often else timing_words(dosage.get("timing") or {})),
            (_("When needed"), needed if is_as_needed(dosage) else ""),
            (_("Duration"), _length(dosage)),
        ]
    return rows


def _per_kg(dosage: dict[str, Any], known: Facts) -> str:
    """For a child the dose for each kg, or why it cannot be told."""
    if not known.is_child:
        return ""
    kg = weight(known)
    if kg is None:
        return _("cannot be told without a weight of the last %d days") % OLDEST_WEIGHT_DAYS
    share = per_kg(read_dosage(dosage).dose, kg)
    if share is None:
        return _("cannot be told: dose without a number")
    return _("%(share)s per kg for each dose, at %(kg)s kg") % {
        "share": share.text,
        "kg": plain(kg),
    }


def _length(dosage: dict[str, Any]) -> str:
    length = repeat_of(dosage).get("boundsDuration") or {}
    return f"{length.get('value', '')} {length.get('unit') or length.get('code', '')}".strip()


def _course_rows(order: MedicationRequest, line: Medication) -> list[Pair]:
    dispense = order.dispense or {}
    quantity = dispense.get("quantity") or {}
    refills = _("not recorded") if line.refills is None else str(line.refills)
    return [
        (_("Runs"), _runs(line)),
        (_("Setting"), line.setting),
        (_("Quantity"), f"{quantity.get('value', '')} {quantity.get('unit', '')}".strip()),
        (_("Refills"), refills),
        (_("Reason"), reason_words(order) or _("not recorded")),
        (_("Notes"), "\n".join(str(each.get("text", "")) for each in order.notes or [])),
        (_("Signed in spite of"), "\n".join(f"{o.title} – {o.reason}" for o in kept(order))),
    ]


def _runs(line: Medication) -> str:
    said = {"start": day(line.starts_at), "end": day(line.ends_at)}
    if line.ends_at is None:
        return _("from %(start)s until it is stopped") % said
    return _("from %(start)s to %(end)s") % said


def _who_rows(order: MedicationRequest, line: Medication) -> list[Pair]:
    who = line.requester or _("not recorded")
    return [
        (_("Prescriber"), who),
        (_("Ordered"), moment(order.authored_at)),
        (_("Number"), str(order.id)),
    ]
