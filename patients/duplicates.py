"""Who of the people already known may be the one that is about to be registered."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from fhir.principal import Principal
from patients.models import Patient
from patients.models.patient import PatientQuerySet
from patients.names import likeness, spellings, words
from patients.person_details import Details

SHOWN_AT_MOST = 10
# Mean trigram likeness of the words from which two names are taken for alike: "Chiara" and
# "Clara" with one family name have 0.72, two different given names with one family name 0.5.
ALIKE = 0.45


@dataclass(frozen=True)
class Duplicate:
    """Somebody known here, and what they have in common."""

    patient: Patient
    why: str


def duplicates(by: Principal, details: Details, number: str = "") -> list[Duplicate]:
    """People of the principal's facilities who share a number, or birth date and a similar name."""
    here = Patient.objects.identified_to(by)
    typed = words(f"{details.family} {details.given}")
    found = [Duplicate(row, _("same number")) for row in _numbered(here, number)]
    found += [Duplicate(row, _("same birth date, similar name")) for row in _born(here, details)]
    found += [
        Duplicate(row, _("same name; a birth date is not recorded"))
        for row in _undated(here, details, typed)
    ]
    first = {each.patient.pk: each for each in reversed(found)}
    return list(first.values())[::-1][:SHOWN_AT_MOST]


def _numbered(here: PatientQuerySet, number: str) -> list[Patient]:
    return list(here.numbered(number)[:SHOWN_AT_MOST]) if number else []


def _born(here: PatientQuerySet, details: Details) -> list[Patient]:
    if details.birth_low is None:
        return []
    same = here.filter(birth_date_low=details.birth_low, birth_date_high=details.birth_high)
    return [row for row in same[:2000] if alike(details, row)]


def _undated(here: PatientQuerySet, details: Details, typed: list[str]) -> list[Patient]:
    """One of the two has no birth date: only the very same words count."""
    if not typed:
        return []
    rows = here.filter(name_words__contains=typed)
    if details.birth_low is not None:
        rows = rows.filter(birth_date_low__isnull=True)
    return list(rows[:SHOWN_AT_MOST])


def alike(details: Details, patient: Patient) -> bool:
    """Whether the typed words, in any order, are much like the words of one's names."""
    typed = words(f"{details.family} {details.given}")
    borne = patient.name_words or spellings(patient.names)
    if not typed or not borne:
        return False
    best = [max(likeness(word, other) for other in borne) for word in typed]
    return sum(best) / len(best) >= ALIKE
