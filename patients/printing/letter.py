"""The discharge letter: what one stay was, and what comes after it."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from fhir.principal import Principal
from fhir.together import load
from patients.chart.concepts import noted
from patients.chart.history import problem
from patients.chart.medicines import Medication
from patients.chart.notes import FullNote, addenda, full_note
from patients.chart.plans import next_steps
from patients.chart.procedures import operations
from patients.chart.ranges import LocalRanges
from patients.chart.readings import reading
from patients.chart.results import by_test, change, laboratory
from patients.chart.visits import VisitRow, appointment_rows, visit_row
from patients.models import (
    Appointment,
    Condition,
    DiagnosticReport,
    DocumentReference,
    Encounter,
    Patient,
    Procedure,
)
from patients.models.appointment import AHEAD
from patients.models.base import ENTERED_IN_ERROR
from patients.printing.blocks import Block, Fields, Heading, Notice, Signature, Text
from patients.printing.chart import operation_row, problem_row
from patients.printing.note import note_blocks
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
from patients.printing.stay_medicines import at_discharge
from patients.printing.words import moment

RESULTS_PRINTED = 40
DISCHARGE_SUMMARY = "18842-5"  # LOINC "Discharge summary"


def discharge_letter(encounter: Encounter, patient: Patient, by: Principal) -> Document:
    """Reason, diagnoses, course, procedures, results, medicines, what is next, who signs."""
    visit = visit_row(encounter, clinical=True)
    notes = _discharge_notes(encounter)
    blocks: list[Block] = [
        *_warnings(visit),
        *what_is_missing(patient),
        Fields(_stay(visit, patient)),
        *_diagnoses(encounter, visit),
        *_course(notes),
        *_procedures(encounter),
        *_results(encounter, patient),
        *_medicines(encounter, patient),
        *_next(patient, by),
        _signer(visit, by),
    ]
    place = encounter.organization
    mark = _("ENTERED IN ERROR – this visit counts for nothing") if visit.in_error else ""
    if encounter.status == "cancelled":
        mark = _("CANCELLED – this visit did not take place")
    return document(_("Discharge letter"), patient, blocks, by=by, facility=place, mark=mark)


def _warnings(visit: VisitRow) -> list[Block]:
    if visit.is_open:
        return [Notice(_("The patient has not been discharged: this letter is provisional."))]
    return []


def _stay(visit: VisitRow, patient: Patient) -> list[tuple[str, str]]:
    end = moment(visit.end) if visit.end else _("not discharged") if visit.is_open else moment(None)
    rows = [
        (_("Visit"), ": ".join(filter(None, (str(visit.kind), visit.type)))),
        (_("From"), moment(visit.start)),
        (_("To"), end),
        (_("Where"), " → ".join(visit.places)),
        (_("Attending"), visit.attending or _("not recorded")),
        (_("Reason"), visit.reason or _("not recorded")),
        (_("Discharged to"), visit.disposition or ("" if visit.is_open else _("not recorded"))),
        (_("Allergies"), allergy_words(patient)),
        (
            _("Attention"),
            _("Contains information not understood here") if visit.not_understood else "",
        ),
    ]
    return [*person_rows(patient), *((label, said) for label, said in rows if said)]


def _diagnoses(encounter: Encounter, visit: VisitRow) -> list[Block]:
    rows = (
        Condition.objects.beside(encounter)
        .filter(encounter=encounter)
        .exclude(verification_status__in=(ENTERED_IN_ERROR, "refuted"))
    )
    found = [problem_row(problem(row)) for row in rows.order_by("recorded_at", "id")]
    named = {text for text, _more in found}
    extra = [each for each in visit.diagnoses.split(", ") if each and each not in named]
    return listed(_("Diagnoses"), [*found, *((each, "") for each in extra if "/" not in each)])


def _discharge_notes(encounter: Encounter) -> list[FullNote]:
    """Signed here from a discharge template, or sent as a discharge summary of this visit."""
    rows = (
        DocumentReference.objects.beside(encounter)
        .standing()
        .notes_only()
        .filter(parent_reference="")
    )
    written = rows.filter(draft__encounter=encounter, draft__template__kind="discharge")
    sent = rows.filter(type_code=DISCHARGE_SUMMARY).defer("content", "note_text")
    keys = {row.pk for row in written} | {row.pk for row in sent if _is_of(row, encounter)}
    found = list(rows.filter(pk__in=keys).order_by("listed_at", "id"))
    for row in found:
        row.patient = encounter.patient  # opened by the same reader
    return [note for row in found for note in (full_note(row), *addenda(row))]


def _is_of(row: DocumentReference, encounter: Encounter) -> bool:
    named = (row.context or {}).get("encounter") or []
    return any(each.get("reference") == encounter.reference for each in named)


def _course(notes: list[FullNote]) -> list[Block]:
    head = Heading(_("Course"))
    if not notes:
        return [head, Notice(_("No discharge note is signed for this visit."))]
    return [head, *(block for note in notes for block in note_blocks(note))]


def _procedures(encounter: Encounter) -> list[Block]:
    rows = Procedure.objects.beside(encounter).standing().filter(encounter=encounter)
    found = operations(list(rows.order_by("performed_start", "id")))
    return listed(_("Procedures"), list(map(operation_row, found)))


def _results(encounter: Encounter, patient: Patient) -> list[Block]:
    rows = list(
        laboratory(patient)
        .filter(encounter=encounter)
        .select_related("encounter")
        .order_by("-effective_start", "-id")
    )
    local = LocalRanges(patient, {row.code_code for row in rows})
    tests = [
        (noted(str(t[0]), t[0]), reading(t[0], local), change(t[0], t[1]) if t[1:] else "")
        for t in by_test(rows)
    ]
    tests.sort(key=lambda test: (not test[1].critical, not test[1].flag))
    blocks: list[Block] = [Heading(_("Results: the newest of each test of this visit"))]
    blocks.append(result_table(tests[:RESULTS_PRINTED]) if tests else Text(_("None recorded.")))
    if len(tests) > RESULTS_PRINTED:
        more = len(tests) - RESULTS_PRINTED
        blocks.append(Text(_("%d more without a flag stand in the chart.") % more))
    return [*blocks, *_reports(encounter)]


def _reports(encounter: Encounter) -> list[Block]:
    reports = DiagnosticReport.objects.beside(encounter).standing().filter(encounter=encounter)
    said = reports.exclude(conclusion="").order_by("effective_start", "id")
    rows = [(str(row), _report_words(row)) for row in said]
    return listed(_("Reports"), rows) if rows else []


def _report_words(row: DiagnosticReport) -> str:
    state = "" if row.status == "final" else f" ({row.status or _('status not recorded')})"
    return f"{row.conclusion}\n{moment(row.effective_start or row.issued_at)}{state}"


def _medicines(encounter: Encounter, patient: Patient) -> list[Block]:
    found = at_discharge(encounter, patient)
    blocks = listed(
        _("Medicines at discharge"), [medicine_row(line, why) for line, why in found.taken]
    )
    if found.stopped:
        blocks += listed(
            _("Stopped during the stay: do not take"), [_stopped(line) for line in found.stopped]
        )
    return blocks


def _stopped(line: Medication) -> tuple[str, str]:
    at = _("stopped %s") % moment(line.changed_at)
    return line.text, "; ".join(filter(None, (at, line.status_reason)))


def _next(patient: Patient, by: Principal) -> list[Block]:
    steps: dict[str, Any] = load(next_steps(patient))
    tasks = [task_row(task) for task in steps["next_steps"]]
    now: datetime = timezone.now()
    booked = Appointment.objects.of(patient).filter(start__gte=now, status__in=AHEAD)
    rows = appointment_rows(booked.order_by("start", "id"), by)
    times = [
        (
            f"{moment(row.start)}: {row.what or _('Appointment')}",
            "; ".join(filter(None, (row.who, row.where, str(row.state[1])))),
        )
        for row in rows
    ]
    return [*listed(_("Follow-up"), tasks), *listed(_("Appointments"), times)]


def _signer(visit: VisitRow, by: Principal) -> Signature:
    who = visit.attending or by.name
    return Signature(_("%s\nSignature") % who, _("Date and time"))
