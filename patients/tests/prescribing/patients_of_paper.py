"""Patients on paper for these tests: a proposed medicine, what else is taken, what is known."""

from datetime import date

from patients.prescribing.checks import compare
from patients.prescribing.comparison import AllergyList, Facts, Medicine, Pregnancy, Proposed
from patients.prescribing.dose import parse
from patients.prescribing.formulary import NO_STRENGTH, standard, strength

TODAY = date(2026, 11, 22)


def medicine(text, reference="MedicationRequest/1", route=""):
    known = standard().recognise(text)
    return Medicine(reference, text, known.ingredients, known.unread, route)


def proposed(text, dose="", *, route="oral", frequency="once-daily", product="", **more):
    known = standard().recognise(text)
    item = standard().items.get(text)
    return Proposed(
        text,
        known.ingredients,
        parse(dose) if dose else None,
        strength(item, product) if product else NO_STRENGTH,
        route,
        frequency,
        unread=known.unread,
        **more,
    )


def grown_up(*current, **known):
    """An adult man of 50 without allergies who takes ``current``."""
    usual = {
        "age_years": 50,
        "sex": "male",
        "pregnancy": Pregnancy.NOT_APPLICABLE,
        "allergy_list": AllergyList.NONE_KNOWN,
    }
    medicines = tuple(medicine(text, f"MedicationRequest/{at}") for at, text in enumerate(current))
    return Facts(TODAY, current=medicines, **(usual | known))


def compared(what, patient):
    return compare(what, patient)


def rule_ids(findings):
    return {finding.rule_id for finding in findings}
