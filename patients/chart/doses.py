"""Which doses are due, overdue, given or not given: for one patient or a whole ward."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from fhir.times import moment_text
from patients.chart.concepts import words_of
from patients.chart.medicine_names import KEPT_BACK, medicine_name, medicine_names
from patients.chart.medicines import Dose, dose_words, is_dead, last_doses
from patients.dosages import dosages_words, is_as_needed
from patients.due_times import due_times, interval
from patients.models import Encounter, MedicationAdministration, MedicationRequest, Patient
from patients.models.labels import is_sensitive

INPATIENT = ("IMP", "ACUTE", "NONAC", "OBSENC", "SS")
ON_THE_WARD = "inpatient"
OVERDUE_AFTER = timedelta(hours=1)
LOOK_BACK = timedelta(hours=24)
LOOK_AHEAD = timedelta(hours=12)

DUE, OVERDUE, LATER, DONE, NOT_DONE = "due", "overdue", "later", "given", "not given"


@dataclass(frozen=True)
class Slot:
    """One due time of one order, and what became of it."""

    at: datetime
    state: str
    said: str = ""
    dose_id: UUID | None = None
    by: str = ""

    @property
    def key(self) -> str:
        """The due time for an address and a form."""
        return moment_text(self.at)

    @property
    def open(self) -> bool:
        """Nobody has recorded anything for it."""
        return self.dose_id is None


@dataclass(frozen=True)
class DueOrder:
    """An order of an inpatient with its due times.

    Attributes:
        slots: Due times from a day ago to half a day ahead.
        rhythm: "at times", "as needed", "continuous" or "not understood".
    """

    id: UUID
    version: int
    reference: str
    text: str
    dosage: str
    rhythm: str
    slots: list[Slot] = field(default_factory=list)
    last_dose: Dose | None = None

    @property
    def waiting(self) -> list[Slot]:
        """Open due times that have come."""
        return [slot for slot in self.slots if slot.open and slot.state in (DUE, OVERDUE)]

    @property
    def overdue(self) -> int:
        """How many open due times are more than an hour old."""
        return sum(slot.open and slot.state == OVERDUE for slot in self.slots)


@dataclass(frozen=True)
class DueDoses:
    """What one patient is to get.

    Attributes:
        admitted: The patient is an inpatient now.
        orders: For this stay.
        on_hold: Names of orders on hold: nothing of them is due.
        not_for_here: Names of active prescriptions that nobody ordered for this stay.
        do_not_give: Names of what must not be given.
    """

    patient: Patient
    admitted: bool = False
    encounter: Encounter | None = None
    orders: list[DueOrder] = field(default_factory=list)
    on_hold: list[str] = field(default_factory=list)
    not_for_here: list[str] = field(default_factory=list)
    do_not_give: list[str] = field(default_factory=list)

    @property
    def overdue(self) -> int:
        """Open due times that are more than an hour old."""
        return sum(order.overdue for order in self.orders)

    @property
    def due(self) -> int:
        """Open due times that have come, overdue or not."""
        return sum(len(order.waiting) for order in self.orders)

    @property
    def none_due(self) -> bool:
        """Nothing waits, as far as the due times of every order could be worked out."""
        known = all(order.rhythm != "not understood" for order in self.orders)
        return known and not self.due

    @property
    def next_at(self) -> datetime | None:
        """The first open due time, past or to come."""
        open_slots = [slot.at for order in self.orders for slot in order.slots if slot.open]
        return min(open_slots, default=None)


def due_doses(patients: Patient | Iterable[Patient]) -> dict[UUID, DueDoses]:
    """Due doses of one or many patients, by their id; the same number of queries for all."""
    everybody = [patients] if isinstance(patients, Patient) else list(patients)
    living = [patient for patient in everybody if not is_dead(patient)]
    stays = admissions(living)
    orders: defaultdict[UUID | None, list[MedicationRequest]] = defaultdict(list)
    admitted = [patient.id for patient in living if patient.id in stays]
    rows = list(_orders(admitted))
    for row in rows:
        orders[row.patient_id].append(row)
    round_ = _Round(rows)
    return {
        patient.id: round_.of(patient, stays[patient.id], orders[patient.id])
        if patient.id in stays
        else DueDoses(patient)
        for patient in everybody
    }


def admissions(patients: Iterable[Patient]) -> dict[UUID, Encounter]:
    """The open stay of each inpatient among ``patients``; one query."""
    rows = Encounter.objects.open().filter(
        patient__in=[patient.id for patient in patients], class_code__in=INPATIENT
    )
    found = rows.select_related("location__part_of", "organization").order_by("start", "id")
    return {row.patient_id: row for row in found if row.patient_id}


def _orders(patients: list[UUID]) -> Iterable[MedicationRequest]:
    running = Q(ends_at__isnull=True) | Q(ends_at__gte=timezone.now() - LOOK_BACK)
    rows = MedicationRequest.objects.filter(running, patient__in=patients)
    return rows.filter(status__in=("active", "on-hold")).order_by("authored_at", "id")


@dataclass(frozen=True)
class GivenDose:
    """One dose as a page shows it."""

    id: UUID
    version: int
    text: str
    at: datetime | None
    said: str
    status: str
    given: bool
    by: str
    due_at: datetime | None


def given_doses(order: MedicationRequest, limit: int = 50) -> list[GivenDose]:
    """The newest doses of an order, those entered in error among them."""
    rows = MedicationAdministration.objects.beside(order).filter(request=order.reference)
    return in_words(list(rows.order_by("-effective_start", "-id")[:limit]))


def in_words(doses: list[MedicationAdministration]) -> list[GivenDose]:
    """Doses with the name of the medicine, whether they went in, and by whom."""
    names = medicine_names(doses)
    return [
        GivenDose(
            id=dose.id,
            version=dose.version,
            text=medicine_name(dose, names),
            at=dose.effective_start,
            said=said(dose),
            status=dose.status or _("status not recorded"),
            given=went_in(dose),
            by=givers(dose),
            due_at=dose.due_at,
        )
        for dose in doses
    ]


class _Round:
    """The orders of a round with the names and doses that belong to them."""

    def __init__(self, orders: list[MedicationRequest]) -> None:
        self.now = timezone.now()
        self.zone: tzinfo = timezone.get_current_timezone()
        self.names = medicine_names(orders)
        self.last = last_doses(orders)
        self.doses = _recent(orders, self.now)

    def of(self, patient: Patient, stay: Encounter, orders: list[MedicationRequest]) -> DueDoses:
        """What ``patient`` is to get during ``stay``."""
        found = DueDoses(patient, admitted=True, encounter=stay)
        for order in orders:
            unnamed = patient.keeps_back and is_sensitive(order.security)
            name = str(KEPT_BACK) if unnamed else medicine_name(order, self.names)
            if order.do_not_perform:
                found.do_not_give.append(name)
            elif not for_stay(order, stay):
                found.not_for_here.append(name)
            elif order.status == "on-hold":
                found.on_hold.append(name)
            else:
                due = self.order(order, name)
                found.orders.append(replace(due, dosage="") if unnamed else due)
        # What waits stands first: on a telephone the rest is a long way down.
        found.orders.sort(key=lambda each: (not each.overdue, not each.waiting))
        return found

    def order(self, order: MedicationRequest, name: str) -> DueOrder:
        """One order with its due times."""
        rhythm, times = self.times(order)
        return DueOrder(
            id=order.id,
            version=order.version,
            reference=order.reference,
            text=name,
            dosage=dosages_words(order.dosages) or _("dosage not recorded"),
            rhythm=rhythm,
            slots=self.slots(order, times),
            last_dose=self.last.get(order.reference),
        )

    def times(self, order: MedicationRequest) -> tuple[str, list[datetime]]:
        """How the order runs, and its due times around now."""
        dosages = order.dosages or []
        if dosages and all(map(is_as_needed, dosages)):
            return "as needed", []
        since = max(filter(None, (self.now - LOOK_BACK, order.status_changed_at)))
        until = min(filter(None, (self.now + LOOK_AHEAD, order.ends_at)))
        start = order.starts_at or since
        found: list[datetime] = []
        for dosage in dosages:
            times = due_times(dosage, start=start, since=since, until=until, zone=self.zone)
            if times is None:
                return "not understood", []
            found += times
        if not dosages:
            return "not understood", []
        continuous = not found and all(interval(d) is None for d in dosages) and not _once(order)
        return ("continuous" if continuous else "at times"), sorted(set(found))

    def slots(self, order: MedicationRequest, times: list[datetime]) -> list[Slot]:
        """Each due time with the dose that answers it: by its own word, else the nearest."""
        doses = list(self.doses[order.reference])
        answered: dict[datetime, MedicationAdministration] = {}
        for dose in [d for d in doses if d.due_at in times]:
            answered[dose.due_at] = dose  # type: ignore[index]  # it stands in ``times``
        reach = min((g for g in map(interval, order.dosages or []) if g), default=LOOK_BACK) / 2
        for dose in doses:
            went = dose.effective_start
            if dose.due_at is not None or went is None:
                continue
            away = {at: abs(at - went) for at in times if at not in answered}
            near = min(away, key=lambda at: away[at], default=None) if away else None
            if near is not None and away[near] <= reach:
                answered[near] = dose
        return [self.slot(at, answered.get(at)) for at in times]

    def slot(self, at: datetime, dose: MedicationAdministration | None) -> Slot:
        """One due time in words."""
        if dose is not None:
            return Slot(at, DONE if went_in(dose) else NOT_DONE, said(dose), dose.id, givers(dose))
        if at > self.now:
            return Slot(at, LATER)
        return Slot(at, OVERDUE if self.now - at > OVERDUE_AFTER else DUE)


def _once(order: MedicationRequest) -> bool:
    repeats = [(dosage.get("timing") or {}).get("repeat") or {} for dosage in order.dosages]
    return any("count" in repeat for repeat in repeats)


def _recent(
    orders: list[MedicationRequest], now: datetime
) -> defaultdict[str, list[MedicationAdministration]]:
    found: defaultdict[str, list[MedicationAdministration]] = defaultdict(list)
    references = [order.reference for order in orders]
    if references:
        rows = MedicationAdministration.objects.standing().filter(
            request__in=references, effective_start__gte=now - LOOK_BACK - timedelta(days=1)
        )
        for row in rows.order_by("effective_start", "id"):
            found[row.request].append(row)
    return found


def for_stay(order: MedicationRequest, stay: Encounter) -> bool:
    """Ordered for this stay: said so, or, where nothing is said, written during it."""
    settings = {
        coding.get("code")
        for category in order.categories or []
        for coding in category.get("coding") or []
    }
    if settings:
        return ON_THE_WARD in settings
    if order.encounter_id == stay.id:
        return True
    if order.authored_at is None or stay.start is None:
        return False
    return order.authored_at >= stay.start


def went_in(dose: MedicationAdministration) -> bool:
    """It was given, wholly or partly; of an unknown status one must assume that it was."""
    return dose.status not in ("not-done", "entered-in-error")


def said(dose: MedicationAdministration) -> str:
    """What was recorded of a dose: amount, or why not; and a status that is not plain."""
    if not went_in(dose):
        return "; ".join(filter(None, (not_given(dose), reasons(dose))))
    status = "" if dose.status == "completed" else dose.status or _("status not recorded")
    return " – ".join(filter(None, (dose_words(dose), status.replace("-", " "))))


def not_given(dose: MedicationAdministration) -> str:
    """As "refused" or "withheld" where the record tells, else "not given"."""
    words = {"PATOBJ": _("refused"), "MEDPREC": _("withheld")}
    codes = [
        coding.get("code")
        for reason in dose.status_reasons or []
        for coding in reason.get("coding") or []
    ]
    return next((words[code] for code in codes if code in words), _("not given"))


def reasons(dose: MedicationAdministration) -> str:
    """Why a dose was not given."""
    return ", ".join(filter(None, map(words_of, dose.status_reasons or [])))


def givers(dose: MedicationAdministration) -> str:
    """By whom, as the record names them."""
    names = [(each.get("actor") or {}).get("display", "") for each in dose.performers or []]
    return ", ".join(filter(None, names))
