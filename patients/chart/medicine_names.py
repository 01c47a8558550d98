"""What medicines and prescribers are called, where a record only refers to them."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.chart.concepts import NOT_UNDERSTOOD, understood, words_of
from patients.models import (
    Medication,
    MedicationAdministration,
    MedicationRequest,
    MedicationStatement,
)

Named: TypeAlias = MedicationRequest | MedicationStatement | MedicationAdministration

# Instead of the name of a labelled prescription, where it cannot simply be left out.
KEPT_BACK = gettext_lazy("a sensitive medicine that is kept back here")


def medicine_names(rows: Iterable[Named]) -> dict[str, str]:
    """Names behind the references to Medication in ``rows``, by reference; one query or none."""
    return medicine_words(medicines_of(rows))


def medicine_words(medicines: Iterable[Medication]) -> dict[str, str]:
    """Name of each medicine by its reference."""
    return {medicine.reference: medication_words(medicine) for medicine in medicines}


def medicines_of(rows: Iterable[Named]) -> QuerySet[Medication]:
    """The medicines that ``rows`` refer to."""
    ids = {
        row.medication_reference.partition("/")[2]
        for row in rows
        if row.medication_reference.startswith("Medication/")
    }
    return Medication.objects.filter(fhir_id__in=ids)


def medicine_name(row: Named, names: dict[str, str]) -> str:
    """What ``row`` is about, loudly remarked where it holds an unknown modifier."""
    own = next((t for t in (row.medication_text, row.medication_display) if t), "")
    said = own or row.medication_code or _referred(row, names)
    if understood(row):
        return said
    return f"{said} – {_(NOT_UNDERSTOOD)}"


def _referred(row: Named, names: dict[str, str]) -> str:
    reference = row.medication_reference
    for inside in (row.extra or {}).get("contained") or []:
        if reference == f"#{inside.get('id')}":
            return words_of(inside.get("code")) or _("medicine not named")
    if reference in names:
        return names[reference]
    return _("medicine described elsewhere") if reference else _("medicine not named")


def medication_words(medicine: Medication) -> str:
    """A Medication by name, form and ingredients, and whether it still stands."""
    parts = [words_of(part.get("itemCodeableConcept")) for part in medicine.ingredients or []]
    named = medicine.code_text or medicine.code_display or medicine.code_code
    said = named or " + ".join(filter(None, parts)) or _("medicine not named")
    standing = {
        "inactive": _("medicine no longer in use"),
        "entered-in-error": _("medicine entered in error"),
    }.get(medicine.status, "")
    unknown = "" if understood(medicine) else _(NOT_UNDERSTOOD)
    return " – ".join(filter(None, (said, standing, unknown)))


def person_name(row: Any, element: str, reference: str, people: dict[str, str]) -> str:
    """Who stands in ``element``: as the record displays them, else by their own record."""
    said = ((row.extra or {}).get(element) or {}).get("display", "")
    return said or people.get(reference, "")
