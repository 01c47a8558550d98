"""What the demo clinic's staff did before you came: by their own hands, through the acts.

The charts of ``demo`` end with the six-o'clock round. From there on this goes: doses given,
results read, people called in, lists gone through, notes begun.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone

from accounts import audit
from accounts.models import Organization, Practitioner, User
from accounts.principals import principal_of
from demo import clinic
from demo.elements import fhir_id
from demo.tracings import Person, tracing
from fhir.principal import Principal
from patients.acts.appointments import Slot, arrive, book, seen
from patients.acts.break_glass import break_glass, end_glass, review_glass
from patients.acts.inbox import act, close, see, take
from patients.acts.medication_doses import GIVEN, Giving, administer, ordered_dose
from patients.acts.medication_reviews import CONFIRMED, Reviewed, reconcile
from patients.acts.notes import start_draft
from patients.chart.doses import due_doses
from patients.chart.dot_phrases import expand
from patients.models import (
    DiagnosticReport,
    DocumentReference,
    Encounter,
    InboxItem,
    MedicationRequest,
    MedicationStatement,
    NoteTemplate,
    Observation,
    Patient,
)
from vitals.acts.importing import Order, import_recording

READ_BEFORE = timedelta(hours=20)
# Doses that came due within this time still wait for the nurse.
ROUND_NOT_YET = timedelta(minutes=75)
LATE_BY = timedelta(minutes=10)
REFUSES = "margaret-odwyer"
UNREAD = "rustam-karimov"
TRACED = "solomon-tesfaye"
TRACED_AGO = timedelta(minutes=6)
RESTING_PER_MIN = 84.0


@dataclass(frozen=True)
class Coming:
    """Somebody who is expected today, so many minutes after the clinic is loaded."""

    person: str
    what: str
    reason: str
    minutes: int
    state: str = "booked"


DAY = (
    Coming("arthur-penhaligon", "Consultation", "Ankle swelling since last week", -10, "fulfilled"),
    Coming("gideon-mwangi", "Consultation", "INR check and dentist's question", 10, "arrived"),
    Coming("solomon-tesfaye", "Consultation", "Palpitations on prednisone", 30),
    Coming("chidi-okafor", "Blood pressure check", "After the stroke", 60),
    Coming("chiara-bonetti", "ECG", "Before a new medicine", 90),
    Coming("fatima-al-rashidi", "Consultation", "Breathless on stairs", 120),
)
DRAFTS = {  # person: template, and what stands in its sections already
    "rosa-lindqvist": (
        "Telephone",
        {
            "Who called, and why": "She herself, as agreed, about the patch.",
            "What was said": "Slept well, the patch sits. Skin pink under one corner, no blister. "
            "Three spells since yesterday, each pressed on the patch.",
        },
    ),
    "eleni-vassiliou": (
        "Discharge letter",
        {
            "Reason for admission": "Breathless at rest after a week of salty food.",
            "Course": "Lost 5.5 kg on furosemide intravenously, off oxygen since yesterday. "
            "Potassium 3.4 replaced, 3.8 today. Creatinine 1.18 to 1.32 mg/dL.",
        },
    ),
}


def live_the_day() -> None:
    """Do all of it; needs the charts, the staff and their accounts."""
    doctor, nurse, registrar = map(_principal, ("doctor", "nurse", "registrar"))
    read_results(doctor)
    give_doses(nurse)
    call_in(registrar)
    go_through_medicines(doctor, nurse)
    begin_notes(doctor)
    trace_heart(nurse)
    open_closed_charts(doctor, nurse)


def trace_heart(nurse: Principal) -> None:
    """A resting ECG, as the machine wrote it to a file, read into the chart."""
    patient = _patient(TRACED)
    began = timezone.localtime() - TRACED_AGO
    person = Person(
        number=patient.identifier_values[0],
        family=patient.name.family,
        given=patient.name.given,
        sex="M" if patient.gender == "male" else "F",
        birth_date=patient.birth_date_low,
    )
    with TemporaryDirectory() as folder:
        path = tracing(Path(folder), person, began, RESTING_PER_MIN)
        import_recording(
            by=nurse, patient=patient, order=Order([path], start=began, pacemaker="no")
        )


def read_results(doctor: Principal) -> None:
    """Yesterday's results are read and closed; a critical one only with what was done."""
    visible = Patient.objects.visible_to(doctor)
    items = InboxItem.objects.waiting().filter(patient__in=visible).select_related("patient")
    for item in items:
        if item.patient.fhir_id == _id(UNREAD) or _taken_at(item) > timezone.now() - READ_BEFORE:
            continue
        if item.owner_id is None:
            item = take(by=doctor, item=item, expected=item.version)  # noqa: PLW2901
        item = see(by=doctor, item=item, expected=item.version)  # noqa: PLW2901
        if item.critical:
            item = act(  # noqa: PLW2901
                by=doctor, item=item, reference=_note_after(item), expected=item.version
            )
        close(by=doctor, item=item, expected=item.version)


def _taken_at(item: InboxItem) -> datetime:
    model = Observation if item.kind == "Observation" else DiagnosticReport
    row = model.objects.get(pk=item.record_id)
    return row.effective_start or item.arrived_at


def _note_after(item: InboxItem) -> str:
    """The first note written after the result: it says what was done."""
    notes = DocumentReference.objects.of(item.patient).filter(is_note=True)
    later = notes.filter(date_at__gte=_taken_at(item)).order_by("date_at").first()
    newest = notes.order_by("-date_at").first()
    found = later or newest
    if found is None:
        raise LookupError(f"No note tells what was done about {item}.")
    return found.reference


def give_doses(nurse: Principal) -> None:
    """Every dose of the last day but those of the running round."""
    stays = Encounter.objects.visible_to(nurse).open().values("patient")
    for found in due_doses(Patient.objects.filter(pk__in=stays)).values():
        for order in found.orders:
            row = MedicationRequest.objects.get(pk=order.id)
            for slot in order.waiting:
                _give(nurse, row, slot.at, refuses=found.patient.fhir_id == _id(REFUSES))


def _give(nurse: Principal, order: MedicationRequest, due: datetime, *, refuses: bool) -> None:
    if due > timezone.now() - ROUND_NOT_YET:
        return
    at = max(due + LATE_BY, order.starts_at or due)
    if refuses and "Sennosides" in str(order):
        said = Giving("refused", at, reason="Bowels open twice yesterday", due_at=due)
    else:
        said = Giving(GIVEN, at, dose=ordered_dose(order), due_at=due, again=True)
    administer(by=nurse, order=order, giving=said)


def call_in(registrar: Principal) -> None:
    """Today's appointments around the moment of loading; none runs over midnight."""
    facility = Organization.objects.get(fhir_id=clinic.FACILITIES[0].id)
    doctor = Practitioner.objects.get(user__username="doctor")
    base = timezone.localtime().replace(second=0, microsecond=0)
    base -= timedelta(minutes=base.minute % 5)
    for coming in DAY:
        start = base + timedelta(minutes=coming.minutes)
        if start.date() != base.date():
            continue
        row = book(
            by=registrar,
            patient=_patient(coming.person),
            slot=Slot(start, 20, facility, doctor),
            what=coming.what,
            reason=coming.reason,
        )
        if coming.state != "booked":
            arrive(by=registrar, appointment=row, facility=facility, expected=row.version)
        if coming.state == "fulfilled":
            row.refresh_from_db()
            seen(by=registrar, appointment=row, expected=row.version)


def go_through_medicines(doctor: Principal, nurse: Principal) -> None:
    """Two lists were reconciled: one by the doctor on the ward, one by the nurse at home."""
    for key, by, source in (
        ("eleni-vassiliou", doctor, "Her son's list and the boxes"),
        ("rosa-lindqvist", nurse, "Telephone"),
    ):
        patient = _patient(key)
        orders = MedicationRequest.objects.of(patient).filter(status="active")
        told = MedicationStatement.objects.of(patient).current()
        lines = [
            Reviewed(row.reference, row.version, CONFIRMED)
            for rows in (orders, told)
            for row in rows
        ]
        reconcile(by=by, patient=patient, lines=lines, source=source)


def begin_notes(doctor: Principal) -> None:
    """Drafts that wait for the doctor's signature."""
    for key, (name, written) in DRAFTS.items():
        patient = _patient(key)
        template = NoteTemplate.objects.get(name=name, facility=None)
        sections = [
            each | {"text": written.get(each["name"]) or expand(each["text"], patient)}
            for each in template.sections()
        ]
        start_draft(by=doctor, patient=patient, template=template, sections=sections)


def open_closed_charts(doctor: Principal, nurse: Principal) -> None:
    """Two broke the glass and closed the chart again; the privacy officer judged one of them."""
    for by, key, reason, words in (
        (doctor, "beatriz-carvalho", "patient-asked", "She rings from abroad: which operation?"),
        (nurse, "harold-whitcombe", "safety", "The coroner asks for his last medicines"),
    ):
        patient = _patient(key)
        glass = break_glass(by=by, patient=patient, reason=reason, words=words)
        for _page in ("summary", "notes"):
            audit.record_access(
                by=by, action="read", entities=[patient.reference], patient_id=patient.pk
            )
        end_glass(by=by, glass=glass)
    review_glass(
        by=_principal("privacy"), glass=glass, outcome="justified", remark="Letter of the coroner"
    )


def _principal(username: str) -> Principal:
    return principal_of(User.objects.get(username=username))


def _patient(key: str) -> Patient:
    return Patient.objects.get(fhir_id=_id(key))


def _id(key: str) -> str:
    return fhir_id(f"patient/{key}")
