"""What follows from the chart's own data: search words, current place, facility links, members."""

from collections.abc import Iterable
from typing import Any, TypeAlias
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Location, Organization, Practitioner
from fhir.errors import Invalid
from fhir.models import Record
from fhir.times import moment_range
from patients.extensions import pronouns, sex_for_clinical_use
from patients.models import (
    CareTeam,
    CareTeamMember,
    Consent,
    Encounter,
    FacilityLink,
    NameWord,
    Patient,
    Restriction,
)
from patients.models.labels import is_sensitive
from patients.names import Name, edged_trigrams, prefixes, spellings, trigrams
from patients.restrictions import restriction_rows

Number: TypeAlias = tuple[UUID, str, str]


def patient_words(patient: Patient) -> None:
    """Fill the columns that patient search and the banner use."""
    patient.pronouns = pronouns(patient.extensions)[:200]
    patient.sex_for_clinical_use = sex_for_clinical_use(patient.extensions)[:60]
    name = Name.chosen(patient.names)
    patient.family, patient.given = name.family, name.given
    spelled = spellings(patient.names)
    patient.name_search = " ".join(spelled)
    patient.name_words = spelled
    patient.name_trigrams = unique(gram for word in spelled for gram in trigrams(word))
    patient.name_prefixes = unique(start for word in spelled for start in prefixes(word))
    patient.identifier_values = unique(
        str(identifier["value"])[:300]
        for identifier in patient.identifiers
        if identifier.get("value")
    )


def unique(texts: Iterable[str]) -> list[str]:
    """Each text once, in order of first appearance."""
    return list(dict.fromkeys(texts))


def encounter_location(encounter: Encounter) -> None:
    """Resolve where the patient is now: the active location, else the last one."""
    places = encounter.locations or []
    active = [place for place in places if place.get("status") == "active"]
    place = (active or places)[-1] if places else {}
    fhir_id = _id_of(place.get("location") or {}, "Location")
    encounter.location = Location.objects.filter(fhir_id=fhir_id).first() if fhir_id else None


def _id_of(reference: dict[str, Any], type_: str) -> str:
    kind, _, fhir_id = str(reference.get("reference", "")).partition("/")
    return fhir_id if kind == type_ else ""


def _keys(model: type[Record], fhir_ids: set[str]) -> dict[str, UUID]:
    if not fhir_ids:
        return {}
    rows = model._default_manager.filter(fhir_id__in=fhir_ids)
    return dict(rows.values_list("fhir_id", "id"))


def link_patients(patients: list[Patient]) -> None:
    """What follows from saved patients: where they are known, words of names, who is kept away."""
    link_facilities(patients)
    remember_words(patients)
    keep_sensitive(patients)


def keep_sensitive(patients: list[Patient]) -> None:
    """A sensitive person's chart is for those who treat them closely."""
    changed = [patient.pk for patient in patients if patient.version > 1]
    if changed:
        Restriction.objects.filter(patient__in=changed, consent=None).delete()
    Restriction.objects.bulk_create(
        Restriction(patient=patient) for patient in patients if is_sensitive(patient.security)
    )


def restrict(consents: list[Consent]) -> None:
    """Whom saved consents keep from the chart."""
    Restriction.objects.filter(consent__in=consents).delete()
    Restriction.objects.bulk_create(restriction_rows(consents))


def remember_words(patients: list[Patient]) -> None:
    """Add the words of these names to those that typing errors are looked for in."""
    borne = {word for patient in patients for word in patient.name_words}
    known = set(NameWord.objects.filter(word__in=borne).values_list("word", flat=True))
    NameWord.objects.bulk_create(
        [NameWord(word=word, trigrams=edged_trigrams(word)) for word in sorted(borne - known)],
        ignore_conflicts=True,
        batch_size=1000,
    )


def link_facilities(patients: list[Patient]) -> None:
    """Note where each patient is known, with the number each facility gave.

    Raises:
        Invalid: a facility already gave that number to somebody else.
    """
    assigners = {
        _id_of(identifier.get("assigner") or {}, "Organization")
        for patient in patients
        for identifier in patient.identifiers
    } - {""}
    facilities = _keys(Organization, assigners)
    links: list[FacilityLink] = []
    for patient in patients:
        numbers = list(_numbers(patient, facilities))
        links += [
            FacilityLink(patient=patient, facility_id=facility, system=system, value=value)
            for facility, system, value in dict.fromkeys(numbers)
        ]
        home = patient.managing_organization_id
        if home and all(facility != home for facility, _, _ in numbers):
            links.append(FacilityLink(patient=patient, facility_id=home))
    _replace_links(patients, links)


def _numbers(patient: Patient, facilities: dict[str, UUID]) -> Iterable[Number]:
    for identifier in patient.identifiers:
        assigner = _id_of(identifier.get("assigner") or {}, "Organization")
        facility = facilities.get(assigner)
        if facility and identifier.get("value"):
            yield facility, identifier.get("system", ""), str(identifier["value"])


def _replace_links(patients: list[Patient], links: list[FacilityLink]) -> None:
    numbered = [link for link in links if link.value is not None]
    _refuse_taken(numbered, {patient.pk for patient in patients})
    changed = [patient.pk for patient in patients if patient.version > 1]
    FacilityLink.objects.filter(patient__in=changed, value__isnull=False).delete()
    FacilityLink.objects.bulk_create(links, ignore_conflicts=True, batch_size=1000)


def _refuse_taken(links: list[FacilityLink], mine: set[UUID]) -> None:
    taken = FacilityLink.objects.filter(value__in={link.value for link in links}).exclude(
        patient__in=mine
    )
    numbers = {(row.facility_id, row.system, row.value) for row in taken}
    seen: dict[tuple[UUID, str, str | None], UUID] = {}
    for link in links:
        number = (link.facility_id, link.system, link.value)
        if number in numbers or seen.setdefault(number, link.patient_id) != link.patient_id:
            raise Invalid(
                _(
                    "Patient.identifier: the number %(number)s of %(facility)s already belongs to "
                    "another patient. Check which of the two is right, then correct one."
                )
                % {"number": link.value, "facility": link.facility},
                expression="Patient.identifier",
                code="number-taken",
            )


def link_encounter_facilities(encounters: list[Encounter]) -> None:
    """A patient who was at a facility is known there."""
    pairs = {
        (encounter.patient_id, encounter.organization_id)
        for encounter in encounters
        if encounter.patient_id and encounter.organization_id
    }
    known = set(
        FacilityLink.objects.filter(patient__in={patient for patient, _ in pairs}).values_list(
            "patient_id", "facility_id"
        )
    )
    FacilityLink.objects.bulk_create(
        [
            FacilityLink(patient_id=patient, facility_id=facility)
            for patient, facility in sorted(pairs - known)
        ],
        ignore_conflicts=True,
    )


def link_members(teams: list[CareTeam]) -> None:
    """Write the members of each team anew from its participants."""
    CareTeamMember.objects.filter(team__in=teams).delete()
    wanted = {
        _id_of(person.get("member") or {}, "Practitioner")
        for team in teams
        for person in team.participants
    } - {""}
    practitioners = _keys(Practitioner, wanted)
    CareTeamMember.objects.bulk_create(
        CareTeamMember(
            team=team,
            practitioner_id=practitioners[fhir_id],
            start=moment_range(str((person.get("period") or {}).get("start", "")))[0],
            end=moment_range(str((person.get("period") or {}).get("end", "")))[1],
        )
        for team in teams
        for person in team.participants
        if (fhir_id := _id_of(person.get("member") or {}, "Practitioner")) in practitioners
    )
