"""Pieces that several printed documents share: who, allergies, medicines, results."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organization
from fhir.principal import Principal
from fhir.together import load
from patients.chart.access import kept_back
from patients.chart.history import Allergy, allergies
from patients.chart.medicines import Medication
from patients.chart.person import person
from patients.chart.plans import TaskRow
from patients.chart.readings import Reading
from patients.models import Encounter, Patient
from patients.printing.blocks import Block, Heading, Notice, Rows, Table, Text
from patients.printing.pdf import Document
from patients.printing.words import cut, day, filtered, identity, moment, printed, reference, value


def document(
    title: str,
    patient: Patient,
    blocks: Sequence[Block],
    *,
    by: Principal,
    facility: Organization | None = None,
    mark: str = "",
) -> Document:
    """A document about ``patient``, printed now by ``by``.

    Args:
        title: What it is.
        patient: Whom it is about.
        blocks: Its content.
        by: Who prints it.
        facility: Who gives it out; else the facility of ``by`` where the patient is.
        mark: Why it is not valid, on every page; empty where it is.
    """
    place = facility or facility_of(by, patient)
    return Document(
        title=title,
        person=identity(person(patient)),
        facility=cut(str(place)) if place else _("Facility not recorded"),
        printed=printed(by),
        printed_by=by.name,
        blocks=blocks,
        mark=mark,
    )


def what_is_missing(patient: Patient) -> list[Block]:
    """That labelled records are not on this paper, where there are some; else nothing."""
    n = load(kept_back(patient))
    words = ngettext(
        "%d sensitive record is kept back from this paper: who printed it may not see it.",
        "%d sensitive records are kept back from this paper: who printed it may not see them.",
        n,
    )
    return [Notice(words % n)] if n else []


def facility_of(by: Principal, patient: Patient) -> Organization | None:
    """The facility of ``by`` that treats the patient, else the first of theirs."""
    mine = [UUID(place) for place in by.facilities or {}]
    visits = Encounter.objects.of(patient).giving_access().filter(organization__in=mine)
    visit = visits.select_related("organization").order_by("-start", "-id").first()
    if visit is not None:
        return visit.organization
    return Organization.objects.filter(pk__in=mine).order_by("name").first()


def person_rows(patient: Patient) -> list[tuple[str, str]]:
    """The full name and, where known, the day of death: what the head may have to cut."""
    who = person(patient)
    rows = [(_("Name"), filtered("banner_name", who))]
    if who.preferred:
        rows.append((_("Preferred name"), who.preferred))
    if who.deceased:
        rows.append((_("Died"), filtered("died_text", who.deceased)))
    if who.not_understood:
        rows.append((_("Attention"), _("Contains information not understood here")))
    return rows


def allergy_words(patient: Patient) -> str:
    """Every standing allergy with its reaction, or exactly what is known instead."""
    found: dict[str, Any] = load(allergies(patient))
    if found["allergies_state"] == "none":
        return _("No known allergies")
    if found["allergies_state"] != "known":
        return _("Allergies not recorded")
    return "\n".join(map(_allergy, found["allergies"]))


def _allergy(each: Allergy) -> str:
    said = [each.reaction or _("reaction not recorded"), each.severity]
    said.append(_("risk: %s") % each.criticality if each.criticality else "")
    said.append("" if each.verified in ("", "confirmed") else each.verified)
    return f"{each.text} ({', '.join(filter(None, said))})"


def listed(title: str, rows: Sequence[tuple[str, str]], *, none: str = "") -> list[Block]:
    """A heading and its list; an empty list is said to be one."""
    return [Heading(title), Rows(rows) if rows else Text(none or _("None recorded."))]


def medicine_row(line: Medication, remark: str = "") -> tuple[str, str]:
    """Medicine and dosage; below it what else must be known."""
    loud = _("DO NOT GIVE: %s") % line.text if line.not_perform else line.text
    needed = _("as needed") if line.as_needed and "needed" not in line.dosage else ""
    said = [
        remark,
        line.intent,
        needed,
        _state(line.status),
        _("for %s") % line.reason if line.reason else "",
        _elsewhere(line),
        _("until %s") % day(line.ends_at) if line.ends_at else "",
    ]
    return f"{loud}: {line.dosage}", "; ".join(filter(None, said))


def _state(status: str) -> str:
    if status == "unknown":
        return _("not known whether it is still taken")
    return "" if status == "active" else status.replace("-", " ")


def _elsewhere(line: Medication) -> str:
    if not line.elsewhere:
        return ""
    if not line.requester:
        return _("not prescribed here")
    return _("not prescribed here: said by %s") % line.requester


def result_table(rows: Iterable[tuple[str, Reading, str]]) -> Table:
    """Test, value, range, time and change of each."""
    head = [_("Test"), _("Value"), _("Reference range"), _("Taken"), _("Change")]
    return Table(
        head,
        [[name, value(r), reference(r), moment(r.at), change] for name, r, change in rows],
        widths=(3, 3, 2.4, 3, 2),
    )


def task_row(task: TaskRow) -> tuple[str, str]:
    """A follow-up with its day and owner."""
    due = _("due %s") % day(task.due_at) if task.due_at else _("no day set")
    said = [due, _("OVERDUE") if task.overdue else "", task.owner or _("nobody named")]
    return task.text, "; ".join(filter(None, said))
