"""What somebody takes at the end of a stay, and how that differs from its beginning."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from patients.chart.medicines import Medication, is_dead, written
from patients.models import Encounter, MedicationRequest, MedicationStatement, Patient
from patients.models.medication import CURRENT, NOT_ORDERED


@dataclass(frozen=True)
class AtDischarge:
    """Medicines when the stay ended, each with its change; and what was stopped during it."""

    taken: list[tuple[Medication, str]] = field(default_factory=list)
    stopped: list[Medication] = field(default_factory=list)


def at_discharge(encounter: Encounter, patient: Patient) -> AtDischarge:
    """As the list stood when the stay ended (now, while it lasts); for the dead, nothing."""
    end = encounter.end or timezone.now()
    start = encounter.start or end
    orders = MedicationRequest.objects.of(patient).standing().filter(authored_at__lte=end)
    orders = orders.exclude(intent__in=NOT_ORDERED).exclude(do_not_perform=True)
    rows = list(orders.order_by("authored_at", "id"))
    lines = dict(zip((row.pk for row in rows), written(rows), strict=True))
    told = MedicationStatement.objects.of(patient).current()
    elsewhere = [] if is_dead(patient) else written(list(told.order_by("asserted_at", "id")))
    replaced = {row.prior_prescription for row in rows}
    ran = [row for row in rows if not is_dead(patient) and ran_at(row, end)]
    taken = [(lines[row.pk], _remark(row, lines[row.pk], start)) for row in ran]
    taken += [(line, "") for line in elsewhere if line.over_at is None]
    stopped = [
        lines[row.pk]
        for row in rows
        if stopped_between(row, start, end) and row.reference not in replaced
    ]
    return AtDischarge(taken, stopped)


def ran_at(order: MedicationRequest, at: datetime) -> bool:
    """It was in force at that moment; one whose status changed later still was."""
    if order.ends_at is not None and order.ends_at < at:
        return False
    changed = order.status_changed_at
    return order.status in CURRENT or (changed is not None and changed > at)


def stopped_between(order: MedicationRequest, start: datetime, end: datetime) -> bool:
    """Somebody ended it during the stay."""
    changed = order.status_changed_at
    over = order.status not in CURRENT
    return over and changed is not None and start <= changed <= end


def _remark(order: MedicationRequest, line: Medication, start: datetime) -> str:
    return "; ".join(filter(None, (change_words(order, start), setting_words(line))))


def change_words(order: MedicationRequest, start: datetime) -> str:
    """What the stay did to it."""
    if order.authored_at is None:
        return _("start not recorded")
    if order.authored_at < start:
        return _("unchanged")
    return _("CHANGED during the stay") if order.prior_prescription else _("NEW")


def setting_words(line: Medication) -> str:
    """Whether it was ordered for the stay alone: no instruction for at home."""
    inpatient = line.setting.lower() == "inpatient"
    return _("ordered for the stay: at home only if somebody says so") if inpatient else ""
