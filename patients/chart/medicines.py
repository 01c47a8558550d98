"""The list of medicines in words: confirmed, older, stopped; and who last walked through it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fhir.times import span_text
from fhir.together import Loading, load
from patients.chart.concepts import all_words, name_of, words_of
from patients.chart.medicine_names import (
    medicine_name,
    medicine_words,
    medicines_of,
    person_name,
)
from patients.chart.people import names, practitioners
from patients.dosages import dosages_words, is_as_needed
from patients.models import (
    Condition,
    MedicationAdministration,
    MedicationRequest,
    MedicationReview,
    MedicationStatement,
    Patient,
)
from patients.models.medication import CURRENT
from patients.models.medication_statement import TAKEN

CONFIRMED_WITHIN = timedelta(days=365)
REVIEWS_READ = 20
STOPPED_AT_ONCE = 30
STOOD = ("confirmed", "changed")


@dataclass(frozen=True)
class Dose:
    """The newest dose of a line."""

    at: datetime | None
    text: str
    status: str


@dataclass(frozen=True)
class Medication:
    """One line of the list: a prescription, or a medicine that somebody says is taken.

    Attributes:
        kind: "MedicationRequest" or "MedicationStatement".
        dosage: In words, or the words that it is not recorded.
        intent: What it is where it is no order, such as "proposed, not ordered".
        over_at: When the course ended by its own dosage.
        replaced_by: The prescription that renewed or changed this one.
    """

    id: UUID
    version: int
    kind: str
    reference: str
    text: str
    dosage: str
    status: str
    authored_on: datetime | None
    requester: str
    as_needed: bool
    not_perform: bool
    uncoded: bool
    intent: str = ""
    reason: str = ""
    status_reason: str = ""
    changed_at: datetime | None = None
    starts_at: datetime | None = None
    over_at: datetime | None = None
    ends_at: datetime | None = None
    refills: int | None = None
    setting: str = ""
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    last_dose: Dose | None = None
    replaced_by: UUID | None = None

    @property
    def elsewhere(self) -> bool:
        """Not prescribed here: somebody's word."""
        return self.kind == "MedicationStatement"

    @property
    def recorded(self) -> bool:
        """The dosage says something."""
        return self.dosage != dosage_missing()


@dataclass(frozen=True)
class Reviewed:
    """The last reconciliation."""

    at: datetime
    by: str
    source: str
    lines: int


@dataclass(frozen=True)
class CurrentMedications:
    """What the patient may be taking; for the dead, nothing."""

    confirmed: list[Medication] = field(default_factory=list)
    older: list[Medication] = field(default_factory=list)
    over: list[Medication] = field(default_factory=list)
    at_death: list[Medication] = field(default_factory=list)
    reviewed: Reviewed | None = None


def current_medications(patient: Patient) -> Loading[CurrentMedications]:
    """Everything that counts today, newest first."""
    orders = MedicationRequest.objects.of(patient).current()
    told = MedicationStatement.objects.of(patient).current()
    found = yield {
        "reviews": MedicationReview.objects.filter(patient=patient).order_by("-at")[:REVIEWS_READ],
        "orders": orders.order_by("-authored_at", "id"),
        "told": told.order_by("-asserted_at", "id"),
    }
    reviews = found["reviews"]
    rows = yield from in_words([*found["orders"], *found["told"]])
    lines = [_confirmed(line, reviews) for line in rows]
    last = reviewed(reviews)
    if is_dead(patient):
        return CurrentMedications(at_death=lines, reviewed=last)
    since = timezone.now() - CONFIRMED_WITHIN
    running = [line for line in lines if line.over_at is None]
    return CurrentMedications(
        confirmed=[line for line in running if line.confirmed_at and line.confirmed_at >= since],
        older=[line for line in running if not line.confirmed_at or line.confirmed_at < since],
        over=[line for line in lines if line.over_at is not None],
        reviewed=last,
    )


def is_dead(patient: Patient) -> bool:
    """Death ends the list: nothing is current any more."""
    return bool(patient.deceased or patient.deceased_at)


def last_reconciliation(patient: Patient) -> Reviewed | None:
    """When the list was last walked through, and by whom; None where nobody ever did."""
    return reviewed(MedicationReview.objects.filter(patient=patient).order_by("-at")[:1])


def reviewed(reviews: Iterable[MedicationReview]) -> Reviewed | None:
    """The first of ``reviews`` in words."""
    for review in reviews:
        return Reviewed(review.at, review.by_name, review.source, len(review.lines or []))
    return None


def stopped_medications(
    patient: Patient, before: MedicationRequest | None = None
) -> tuple[list[Medication], UUID | None]:
    """Prescriptions that are over or were never true, newest first; and where the next begin.

    Args:
        patient: Whose.
        before: Last row of the page before.
    """
    rows = MedicationRequest.objects.of(patient).exclude(status__in=CURRENT)
    if before is not None and before.authored_at is not None:
        earlier = Q(authored_at=before.authored_at, id__lt=before.id)
        rows = rows.filter(earlier | Q(authored_at__lt=before.authored_at))
    found = list(rows.order_by("-authored_at", "-id")[: STOPPED_AT_ONCE + 1])
    shown = found[:STOPPED_AT_ONCE]
    return written(shown), shown[-1].id if len(found) > STOPPED_AT_ONCE else None


def stopped_statements(patient: Patient) -> list[Medication]:
    """What was said to be taken and is not any more, newest first."""
    rows = MedicationStatement.objects.of(patient).exclude(status__in=TAKEN)
    return written(list(rows.order_by("-asserted_at", "-id")[:STOPPED_AT_ONCE]))


def written(rows: Sequence[MedicationRequest | MedicationStatement]) -> list[Medication]:
    """Rows as lines, with the names, doses and successors they refer to."""
    return load(in_words(rows))


def in_words(
    rows: Sequence[MedicationRequest | MedicationStatement],
) -> Loading[list[Medication]]:
    """The same, among other things that a page loads."""
    orders = [row for row in rows if isinstance(row, MedicationRequest)]
    references = [order.reference for order in orders]
    told_by = (row.information_source for row in rows if isinstance(row, MedicationStatement))
    # Through the patient, by whom orders are found; what replaces an order is for the same one.
    later = MedicationRequest.objects.standing().filter(
        patient__in={order.patient_id for order in orders}, prior_prescription__in=references
    )
    found = yield {
        "medicines": medicines_of(rows),
        "people": practitioners([*(order.requester for order in orders), *told_by]),
        "doses": _newest_doses(references),
        "successors": later.only("prior_prescription"),
    }
    known, people = medicine_words(found["medicines"]), names(found["people"])
    doses = {row.request: _dose(row) for row in found["doses"]}
    successors = {row.prior_prescription: row.id for row in found["successors"]}
    return [
        replace(
            _order(row, known, people),
            last_dose=doses.get(row.reference),
            replaced_by=successors.get(row.reference),
        )
        if isinstance(row, MedicationRequest)
        else _statement(row, known, people)
        for row in rows
    ]


def last_doses(orders: Iterable[MedicationRequest]) -> dict[str, Dose]:
    """The newest dose of each order, by its reference; one query."""
    return {row.request: _dose(row) for row in _newest_doses([o.reference for o in orders])}


def _newest_doses(references: list[str]) -> QuerySet[MedicationAdministration]:
    given = MedicationAdministration.objects.standing().filter(request__in=references)
    return given.newest_of_each()


def _dose(row: MedicationAdministration) -> Dose:
    return Dose(row.effective_start, dose_words(row), row.status or _("status not recorded"))


def dose_words(row: MedicationAdministration) -> str:
    """How much went in, as recorded."""
    dosage = row.dosage or {}
    quantity = dosage.get("dose") or {}
    amount = f"{quantity['value']} {quantity.get('unit', '')}" if "value" in quantity else ""
    return str(dosage.get("text") or amount).strip()


def _order(order: MedicationRequest, names: dict[str, str], people: dict[str, str]) -> Medication:
    dosages = order.dosages or []
    over = order.ends_at if order.ends_at and order.ends_at < timezone.now() else None
    return Medication(
        id=order.id,
        version=order.version,
        kind="MedicationRequest",
        reference=order.reference,
        text=medicine_name(order, names),
        dosage=dosages_words(dosages) or dosage_missing(),
        status=order.status or _("status not recorded"),
        authored_on=order.authored_at,
        requester=person_name(order, "requester", order.requester, people),
        as_needed=any(map(is_as_needed, dosages)),
        not_perform=order.do_not_perform is True,
        uncoded=not order.medication_code and not order.medication_reference,
        intent=intent_words(order.intent),
        reason=all_words(order.reasons),
        status_reason=order.status_reason_text or order.status_reason_display,
        changed_at=order.status_changed_at,
        starts_at=order.starts_at,
        ends_at=order.ends_at,
        over_at=over,
        refills=(order.dispense or {}).get("numberOfRepeatsAllowed"),
        setting=all_words(order.categories),
        confirmed_at=order.authored_at,
    )


def _statement(
    told: MedicationStatement, names: dict[str, str], people: dict[str, str]
) -> Medication:
    dosages = told.dosages or []
    over = told.effective_end if _ended(told) else None
    return Medication(
        id=told.id,
        version=told.version,
        kind="MedicationStatement",
        reference=told.reference,
        text=medicine_name(told, names),
        dosage=dosages_words(dosages) or dosage_missing(),
        status=told.status or _("status not recorded"),
        authored_on=told.asserted_at,
        requester=person_name(told, "informationSource", told.information_source, people),
        as_needed=any(map(is_as_needed, dosages)),
        not_perform=False,
        uncoded=not told.medication_code and not told.medication_reference,
        reason=all_words(told.reasons),
        status_reason=words_of((told.status_reasons or [None])[0]),
        starts_at=told.effective_start,
        over_at=over,
        confirmed_at=told.asserted_at,
    )


def _ended(told: MedicationStatement) -> bool:
    """It was taken for a time that is over; a moment, day or year of one date is no such time."""
    start, end = told.effective_start, told.effective_end
    return end is not None and end < timezone.now() and not span_text(start, end)


def reason_words(order: MedicationRequest) -> str:
    """What it is for: as written, and the problems of the chart that it names."""
    ids = [str(each.get("reference", "")).partition("/") for each in order.reason_references or []]
    named = Condition.objects.beside(order).filter(
        fhir_id__in=[fhir_id for kind, _slash, fhir_id in ids if kind == "Condition"],
    )
    problems = [name_of(problem, "code") for problem in named] if ids else []
    return ", ".join(filter(None, (all_words(order.reasons), *problems)))


def dosage_missing() -> str:
    """Said where nobody recorded how it is taken."""
    return _("dosage not recorded")


def intent_words(intent: str) -> str:
    """What it is where it is no plain order; empty for an order."""
    words = {
        "order": "",
        "original-order": "",
        "proposal": _("proposed, not ordered"),
        "plan": _("planned, not ordered"),
        "option": _("an option, not ordered"),
        "": _("intent not recorded"),
    }
    return words.get(intent, intent.replace("-", " "))


def _confirmed(line: Medication, reviews: Iterable[MedicationReview]) -> Medication:
    """``line`` with the newest moment at which somebody stood for it."""
    for review in reviews:
        stood = any(
            each["reference"] == line.reference and each["outcome"] in STOOD
            for each in review.lines or []
        )
        if stood and (line.confirmed_at is None or review.at > line.confirmed_at):
            return replace(line, confirmed_at=review.at, confirmed_by=review.by_name)
    return line
