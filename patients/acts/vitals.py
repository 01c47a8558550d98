"""Recording a round of vital signs: several Observations, at once or not at all."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from accounts.roles import CHART_WRITE
from fhir import changes
from fhir.elements import plain
from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts.charting import annotation, author, open_chart
from patients.acts.vital_signs import (
    ACVPU,
    AIR,
    ARMS,
    ARTERIAL_SATURATION,
    LOINC,
    POSITIONS,
    PRESSURE_PANEL,
    RESPONSIVENESS,
    SIGNS,
    TEMPERATURE_SITES,
    WEIGHT_CHANGE,
    WHOLE,
    Amount,
    Sign,
    Vitals,
)
from patients.models import Encounter, Observation, Patient
from patients.models.base import ENTERED_IN_ERROR
from patients.models.observation import VITAL_SIGNS
from patients.terminology.coded import Coded

UCUM = "http://unitsofmeasure.org"
BODY_POSITION = "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition"
CHILD_UNDER = 16
SINGLE = ("pulse", "respiration", "temperature", "pain", "weight", "height")


class ImpossibleVitals(Invalid):
    """A value that no living person can have. Nothing was saved."""


class NotChecked(Refusal):
    """An unlikely value that nobody has said to have checked. Nothing was saved."""

    status = 422
    code = "not-checked"
    issue = "business-rule"


@transaction.atomic
def record_vitals(
    *, by: Principal, patient: Patient, vitals: Vitals, checked: bool = False
) -> list[Observation]:
    """Write one round: an Observation for each sign, all of the visit it was measured in.

    Args:
        by: Who enters it, and stands as the performer.
        patient: Whose it is.
        vitals: What was read.
        checked: Somebody has looked again at what is unlikely.

    Raises:
        NotAllowed: ``by`` may not write in charts.
        NotFound: the chart is not open to ``by``.
        ImpossibleVitals: nothing was measured, or what cannot be.
        NotChecked: something is unlikely, and nobody has said that it is right.
    """
    require(by, CHART_WRITE)
    open_chart(by, patient)
    if wrong := dict(impossible(vitals)):
        raise ImpossibleVitals(" ".join(_named(*each) for each in wrong.items()))
    if not checked and (asked := doubts(vitals, patient)):
        raise NotChecked(" ".join(asked))
    rows = list(_observations(vitals))
    entered = timezone.now()
    visit = encounter_at(patient, vitals.measured_at)
    for row in rows:
        row.patient, row.encounter = patient, visit
        row.status, row.categories = "final", [VITAL_SIGNS]
        row.effective_start = row.effective_end = vitals.measured_at
        row.issued_at = entered
        row.performers = [author(by)]
        row.notes = [annotation(by, vitals.note)] if vitals.note else []
    changes.bulk_create(rows, by=by)
    references = [row.reference for row in rows]
    audit.record(by, "record-vitals", patient_id=patient.id, entities=references)
    return rows


def encounter_at(patient: Patient, moment: datetime) -> Encounter | None:
    """The visit or stay that covers ``moment``: the one that began last."""
    covering = Q(end__isnull=True) | Q(end__gte=moment)
    return (
        Encounter.objects.of(patient)
        .exclude(status__in=(ENTERED_IN_ERROR, "cancelled", "planned"))
        .filter(covering, start__lte=moment)
        .order_by("-start", "-id")
        .first()
    )


def impossible(vitals: Vitals) -> Iterator[tuple[str, str]]:
    """What cannot be: the name of the field, and a sentence with value and remedy."""
    if not vitals.amounts and not vitals.acvpu:
        yield "", _("Nothing was entered. Enter at least one vital sign.")
    yield from impossible_amounts(vitals.amounts.items())
    yield from _contradictions(vitals)


def impossible_amounts(amounts: Iterable[tuple[str, Amount]]) -> Iterator[tuple[str, str]]:
    """The numbers that cannot have been measured, each for itself."""
    for name, amount in amounts:
        if sentence := _cannot_be(SIGNS[name], amount):
            yield name, sentence


def _named(name: str, sentence: str) -> str:
    """The sentence with the word of its sign before it."""
    return f"{SIGNS[name].label}: {sentence}" if name in SIGNS else sentence


def _cannot_be(sign: Sign, amount: Amount) -> str:
    low, high = sign.possible
    said: dict[str, Any] = {"value": amount, "unit": sign.units[0].printed}
    said |= {"low": low, "high": high}
    if not amount.value.is_finite() or not low <= amount.canonical <= high:
        return (
            _(
                "%(value)s cannot have been measured on a living person "
                "(%(low)s to %(high)s %(unit)s). Read it again, and check the unit."
            )
            % said
        )
    if sign.name in WHOLE and amount.value != amount.value.to_integral_value():
        return _("%(value)s has a fraction. Enter a whole number.") % said
    return ""


def _contradictions(vitals: Vitals) -> Iterator[tuple[str, str]]:
    has = vitals.amounts
    one, other = has.get("systolic"), has.get("diastolic")
    if one and not other:
        yield "diastolic", _("It is missing. Enter both pressures, or neither.")
    if other and not one:
        yield "systolic", _("It is missing. Enter both pressures, or neither.")
    if one and other and other.value >= one.value:
        yield (
            "diastolic",
            _("%(low)s is not below the systolic %(high)s. Check whether the two were swapped.")
            % {"low": other, "high": one},
        )
    if vitals.breathing == "air" and ("oxygen_flow" in has or vitals.oxygen_device):
        yield "breathing", _("Air, yet oxygen is given. Choose Oxygen, or empty flow and device.")
    if "oxygen_flow" in has and not vitals.breathing:
        yield "breathing", _("An oxygen flow, yet nobody said air or oxygen. Choose Oxygen.")
    if (vitals.breathing or vitals.oxygen_device) and "spo2" not in has:
        yield "spo2", _("Air or oxygen says something about a saturation only. Enter it.")


def doubts(vitals: Vitals, patient: Patient) -> list[str]:
    """What is possible yet unlikely, in sentences; saving asks whether it was checked."""
    child = is_child(patient, vitals.measured_at)
    asked = []
    for name, amount in vitals.amounts.items():
        sign = SIGNS[name]
        low, high = sign.likely_child if child else sign.likely
        if not low <= amount.canonical <= high:
            asked.append(
                _("%(sign)s %(value)s is unusual.") % {"sign": sign.label, "value": amount}
            )
    if "weight" in vitals.amounts and (sentence := _weight_moved(vitals, patient)):
        asked.append(sentence)
    return asked


def is_child(patient: Patient, at: datetime) -> bool:
    """Under 16 years at that moment; an unknown birth date counts as adult."""
    born = patient.birth_date_low
    if born is None:
        return False
    day = timezone.localtime(at).date()
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) < CHILD_UNDER


def _weight_moved(vitals: Vitals, patient: Patient) -> str:
    last = last_weight(patient, before=vitals.measured_at)
    sign, now = SIGNS["weight"], vitals.amounts["weight"]
    if last is None or last.value is None or last.effective_start is None:
        return ""
    unit = next((unit for unit in sign.units if unit.ucum == last.value_ucum), None)
    if unit is None:
        return ""
    then = unit.canonical(last.value)
    if then <= 0 or abs(now.canonical - then) / then <= WEIGHT_CHANGE:
        return ""
    return _("Weight %(now)s: %(change)s %% against %(then)s of %(day)s.") % {
        "now": now,
        "change": f"{100 * (now.canonical - then) / then:+.0f}",
        "then": Amount(last.value, unit),
        "day": f"{timezone.localtime(last.effective_start):%d-%b-%Y}",
    }


def last_weight(patient: Patient, *, before: datetime | None = None) -> Observation | None:
    """The newest weight that a person took or accepted."""
    rows = (
        Observation.objects.of(patient)
        .standing()
        .filter(code_code=SIGNS["weight"].code, value__isnull=False, effective_start__isnull=False)
        .exclude(status="preliminary")
    )
    if before is not None:
        # The same minute counts: who corrects a slip at once is asked too.
        rows = rows.filter(effective_start__lte=before)
    return rows.order_by("-effective_start", "-id").first()


def _observations(vitals: Vitals) -> Iterator[Observation]:
    """One unsaved Observation for each sign that was measured."""
    has = vitals.amounts
    if "systolic" in has:
        yield _pressure(vitals)
    if "spo2" in has:
        yield _saturation(vitals)
    for name in SINGLE:
        if name in has:
            row = _measured(SIGNS[name], has[name])
            if name == "temperature" and vitals.temperature_site:
                row.extra["bodySite"] = TEMPERATURE_SITES[vitals.temperature_site].concept()
            yield row
    if vitals.acvpu:
        yield Observation(
            **RESPONSIVENESS.columns("code"), **ACVPU[vitals.acvpu].columns("value_concept")
        )


def _measured(sign: Sign, amount: Amount) -> Observation:
    return Observation(
        **Coded(LOINC, sign.code, sign.display, sign.display).columns("code"),
        value=amount.value,
        value_unit=amount.unit.printed,
        value_ucum=amount.unit.ucum,
        extra={},
    )


def _pressure(vitals: Vitals) -> Observation:
    row = Observation(**PRESSURE_PANEL.columns("code"), extra={})
    row.components = [
        _component(SIGNS[name], vitals.amounts[name]) for name in ("systolic", "diastolic")
    ]
    if vitals.arm:
        row.extra["bodySite"] = ARMS[vitals.arm].concept()
    if vitals.position:
        position = POSITIONS[vitals.position].concept()
        row.extra["extension"] = [{"url": BODY_POSITION, "valueCodeableConcept": position}]
    return row


def _saturation(vitals: Vitals) -> Observation:
    """Saturation under both codes that the profiles ask for, with what was breathed."""
    sign = SIGNS["spo2"]
    row = _measured(sign, vitals.amounts["spo2"])
    both = Coded(LOINC, sign.code, sign.display).concept()["coding"]
    both += ARTERIAL_SATURATION.concept()["coding"]
    row.extra["code"] = {"coding": both, "text": sign.display}
    breathed: list[dict[str, Any]] = []
    if "oxygen_flow" in vitals.amounts:
        breathed.append(_component(SIGNS["oxygen_flow"], vitals.amounts["oxygen_flow"]))
    if vitals.breathing:
        said = AIR if vitals.breathing == "air" else Coded(text=_oxygen_words(vitals))
        breathed.append({"code": {"text": "Air or oxygen"}, "valueCodeableConcept": said.concept()})
    row.components = breathed
    return row


def _oxygen_words(vitals: Vitals) -> str:
    return f"Oxygen, {vitals.oxygen_device}" if vitals.oxygen_device else "Oxygen"


def _component(sign: Sign, amount: Amount) -> dict[str, Any]:
    return {
        "code": Coded(LOINC, sign.code, sign.display, sign.display).concept(),
        "valueQuantity": {
            "value": plain(Decimal(amount.value)),
            "unit": amount.unit.printed,
            "system": UCUM,
            "code": amount.unit.ucum,
        },
    }
