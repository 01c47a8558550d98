"""The summary of a chart on paper."""

from typing import Any

from django.utils.translation import gettext as _

from fhir.principal import Principal
from fhir.together import together
from patients.chart.flags import banner_flags
from patients.chart.history import Problem, problems
from patients.chart.medicines import CurrentMedications, current_medications
from patients.chart.notes import LastNote, last_note
from patients.chart.plans import next_steps
from patients.chart.procedures import Operation, major_operations
from patients.chart.readings import Reading, VitalRow, vitals
from patients.chart.results import ResultRow, key_results
from patients.models import Patient
from patients.printing.blocks import Block, Fields, Heading, Table, Text
from patients.printing.parts import (
    allergy_words,
    document,
    listed,
    medicine_row,
    person_rows,
    result_table,
    task_row,
    what_is_missing,
)
from patients.printing.pdf import Document
from patients.printing.words import moment, value

RESULTS_PRINTED = 16


def chart_summary(patient: Patient, by: Principal) -> Document:
    """What a reader with thirty seconds needs, in the order of the summary page."""
    found: dict[str, Any] = together(
        {
            "flags": banner_flags(patient),
            "problems": problems(patient),
            "operations": major_operations(patient),
            "medicines": current_medications(patient),
            "results": key_results(patient, RESULTS_PRINTED),
            "vitals": vitals(patient),
            "steps": next_steps(patient),
            "note": last_note(patient),
        }
    )
    blocks: list[Block] = [
        *what_is_missing(patient),
        Fields(_known(patient, found["flags"])),
        *_problems(found["problems"]),
        *listed(_("Operations"), list(map(operation_row, found["operations"]["operations"]))),
        *_medicines(found["medicines"]),
        *_results(found["results"]),
        *_vitals(found["vitals"]["vitals"]),
        *_steps(found["steps"]),
        *_note(found["note"]),
    ]
    return document(_("Summary of the chart"), patient, blocks, by=by)


def _known(patient: Patient, flags: list[dict[str, str]]) -> list[tuple[str, str]]:
    said = [(each["label"], each["value"]) for each in flags]
    return [*person_rows(patient), (_("Allergies"), allergy_words(patient)), *said]


def _problems(found: dict[str, list[Problem]]) -> list[Block]:
    blocks = listed(_("Problems"), list(map(problem_row, found["problems"])))
    if found["recorded"]:
        recorded = list(map(problem_row, found["recorded"]))
        blocks += listed(_("Diagnoses recorded, not on the problem list"), recorded)
    return blocks


def problem_row(each: Problem) -> tuple[str, str]:
    """A problem and what is known of it."""
    said = [
        _("since %s") % each.onset_text if each.onset_text else "",
        each.severity,
        "" if each.verification in ("", "confirmed") else each.verification,
        "" if each.status == "active" else each.status,
    ]
    return each.text, "; ".join(filter(None, said))


def operation_row(each: Operation) -> tuple[str, str]:
    """A procedure; one that was not done says so first."""
    name = _("NOT DONE: %s") % each.text if each.not_done else each.text
    said = [
        each.when_text or _("date not recorded"),
        each.status_reason,
        "" if each.status in ("completed", "not-done") else each.status,
        each.by,
        each.outcome,
        _("complications: %s") % each.complications if each.complications else "",
    ]
    return name, "; ".join(filter(None, said))


def _medicines(found: CurrentMedications) -> list[Block]:
    if found.at_death:
        lines = [medicine_row(line) for line in found.at_death]
        return listed(_("Medicines on the list at death: none is current"), lines)
    blocks = listed(_("Medicines"), [medicine_row(line) for line in found.confirmed])
    for title, others in (
        (_("Older medicines, unconfirmed: may or may not be taken"), found.older),
        (_("Course over by its own dates"), found.over),
    ):
        if others:
            blocks += listed(title, [medicine_row(line) for line in others])
    last = found.reviewed
    said = (
        _("Last reconciled %(at)s by %(by)s.") % {"at": moment(last.at), "by": last.by}
        if last
        else _("Never reconciled here.")
    )
    return [*blocks, Text(said)]


def _results(rows: list[ResultRow]) -> list[Block]:
    head = Heading(_("Key results"))
    if not rows:
        return [head, Text(_("None recorded."))]
    return [head, result_table((row.name, row.latest, row.change) for row in rows)]


def _vitals(rows: list[VitalRow]) -> list[Block]:
    head = Heading(_("Vital signs"))
    shown = [row for row in rows if row.latest or row.unconfirmed]
    if not shown:
        return [head, Text(_("None recorded."))]
    columns = [_("Sign"), _("Newest"), _("Taken"), _("Before"), _("Taken")]
    return [head, Table(columns, list(map(_vital, shown)), widths=(2.4, 2.4, 3, 2.4, 3))]


def _vital(row: VitalRow) -> list[str]:
    if row.latest is None:
        waiting = row.unconfirmed[0]
        return [row.name, _("unconfirmed: %s") % value(waiting), moment(waiting.at), "", ""]
    return [row.name, *_reading(row.latest), *_reading(row.before)]


def _reading(reading: Reading | None) -> tuple[str, str]:
    return (value(reading), moment(reading.at)) if reading else ("", "")


def _steps(found: dict[str, Any]) -> list[Block]:
    rows = [task_row(task) for task in found["next_steps"]]
    rows += [(_("Goal: %s") % goal.text, ", ".join(goal.targets)) for goal in found["next_goals"]]
    rows += [(_("Plan: %s") % name, "") for name in found["current_plans"]]
    blocks = listed(_("Plans and next steps"), rows)
    if found["more_steps"] or found["more_goals"]:
        blocks.append(Text(_("There are more; the chart lists them all.")))
    return blocks


def _note(note: LastNote | None) -> list[Block]:
    if note is None:
        return [Heading(_("Last note")), Text(_("None recorded."))]
    said = {"title": note.title, "at": moment(note.at), "by": note.author}
    head = Heading(_("Last note: assessment"))
    return [head, Text(note.assessment), Text(_("%(title)s, %(at)s, %(by)s") % said)]
