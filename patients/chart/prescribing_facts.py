"""What a chart says of a patient today, as the prescribing checks need it."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from patients.chart.concepts import all_words, name_of, noted, understood
from patients.chart.medicine_names import KEPT_BACK, Named, medicine_name, medicine_names
from patients.models import (
    AllergyIntolerance,
    Flag,
    MedicationAdministration,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
)
from patients.models.flags import PREGNANCY as FLAGGED
from patients.models.labels import is_sensitive
from patients.models.medication import NOT_ORDERED
from patients.prescribing.comparison import Allergy, AllergyList, Facts, Medicine, Pregnancy
from patients.prescribing.formulary import Formulary
from patients.prescribing.search import book
from patients.prescribing.sig import read_dosage

WEIGHT = ("29463-7", "3141-9")
PREGNANCY = "82810-3"  # LOINC "Pregnancy status"
# SNOMED CT: pregnant, not pregnant.
PREGNANT, NOT_PREGNANT = "77386006", "60001007"
# How long a statement about pregnancy tells anything about today.
PREGNANT_FOR, NOT_PREGNANT_FOR = timedelta(days=300), timedelta(days=28)
TO_KG = {"kg": Decimal(1), "g": Decimal("0.001"), "[lb_av]": Decimal("0.45359237")}


def facts(patient: Patient, *, without: Collection[str] = ()) -> Facts:
    """Medicines, allergies, age, sex, pregnancy and weight, in at most six queries.

    Args:
        patient: Whose chart.
        without: References of prescriptions that the new one takes the place of.
    """
    today = timezone.localdate()
    allergies = list(AllergyIntolerance.objects.of(patient).standing())
    weight, weighed_on = _weight(patient)
    born = patient.birth_date_high  # of a partial date the youngest that it can mean
    exact = born is not None and born == patient.birth_date_low
    return Facts(
        today=today,
        current=tuple(current_medicines(patient, without)),
        allergies=tuple(_allergy(row) for row in allergies if not row.none_known),
        allergy_list=_list_state(allergies),
        age_years=_years(born, today) if born else None,
        age_days=(today - born).days if born and exact else None,
        sex=_sex(patient),
        pregnancy=_pregnancy(patient),
        weight_kg=weight,
        weighed_on=weighed_on,
    )


def current_medicines(patient: Patient, without: Collection[str] = ()) -> list[Medicine]:
    """What the patient has or may have; what is not understood stays unrecognised, loudly."""
    running = Q(ends_at__isnull=True) | Q(ends_at__gte=timezone.now())
    # What is kept back from the reader is compared all the same, without its name.
    orders = MedicationRequest.objects.all_of(patient).current().filter(running)
    rows: list[Named] = [
        *orders.exclude(intent__in=NOT_ORDERED).exclude(do_not_perform=True),
        *MedicationStatement.objects.all_of(patient).current(),
    ]
    names = medicine_names(rows)
    known = book()
    return [
        _medicine(row, names, known, unnamed=patient.keeps_back and is_sensitive(row.security))
        for row in rows
        if row.reference not in without
    ]


def _medicine(row: Named, names: dict[str, str], known: Formulary, *, unnamed: bool) -> Medicine:
    text = medicine_name(row, names)
    shown = str(KEPT_BACK) if unnamed else text
    if not understood(row):
        return Medicine(row.reference, shown)
    codes = [(row.medication_system, row.medication_code)] if row.medication_code else []
    found = known.recognise(text, codes)
    dosages = () if isinstance(row, MedicationAdministration) else row.dosages or ()
    routes = {read_dosage(dosage).route for dosage in dosages}
    route = routes.pop() if len(routes) == 1 else ""
    unread = ("…",) if unnamed and found.unread else found.unread
    return Medicine(row.reference, shown, found.ingredients, unread, route)


def _allergy(row: AllergyIntolerance) -> Allergy:
    reactions = [all_words(each.get("manifestation")) for each in row.reactions or []]
    known = row.code_code and understood(row)
    return Allergy(
        id=row.reference,
        text=noted(name_of(row, "code"), row),
        codes=((row.code_system, row.code_code),) if known else (),
        criticality=row.criticality,
        reaction=", ".join(filter(None, reactions)),
        categories=tuple(row.categories),
    )


def _list_state(rows: list[AllergyIntolerance]) -> AllergyList:
    if not rows:
        return AllergyList.NOT_RECORDED
    none_known = all(row.none_known for row in rows)
    return AllergyList.NONE_KNOWN if none_known else AllergyList.LISTED


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _sex(patient: Patient) -> str:
    said = patient.sex_for_clinical_use or patient.gender
    return said if said in ("female", "male") else "unknown"


def _pregnancy(patient: Patient) -> Pregnancy:
    if _sex(patient) == "male":
        return Pregnancy.NOT_APPLICABLE
    if Flag.objects.of(patient).standing().filter(kind=FLAGGED).exists():
        return Pregnancy.KNOWN
    row = _newest(patient, (PREGNANCY,))
    if row is None or row.effective_start is None or not understood(row):
        return Pregnancy.UNKNOWN
    age = timezone.now() - row.effective_start
    if row.value_concept_code == PREGNANT and age <= PREGNANT_FOR:
        return Pregnancy.KNOWN
    if row.value_concept_code == NOT_PREGNANT and age <= NOT_PREGNANT_FOR:
        return Pregnancy.NO
    return Pregnancy.UNKNOWN


def _weight(patient: Patient) -> tuple[Decimal | None, date | None]:
    row = _newest(patient, WEIGHT)
    if row is None or row.effective_start is None or row.value is None or not understood(row):
        return None, None
    factor = TO_KG.get(row.value_ucum)
    if factor is None or row.value_comparator:
        return None, None
    return row.value * factor, timezone.localtime(row.effective_start).date()


def _newest(patient: Patient, codes: tuple[str, ...]) -> Observation | None:
    """The newest accepted observation of any of ``codes``: one walk of the index for each."""
    rows: Any = (
        Observation.objects.all_of(patient)
        .standing()
        .filter(code_code__in=codes)
        .exclude(status__in=("preliminary", "registered"))
        .newest_of_each()
    )
    found = [row for row in rows if row.effective_start is not None]
    return max(found, key=lambda row: row.effective_start, default=None)
