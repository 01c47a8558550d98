"""Two facilities, their wards and beds, and the people who work there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from demo.elements import HL7, Code, Resource, concept, fhir_id, pointer

STAFF_NUMBERS = "https://staff.example/number"


class Facility(NamedTuple):
    """A hospital or clinic with its own patient numbers."""

    key: str
    name: str
    kind: str
    street: str
    town: str
    phone: str

    @property
    def id(self) -> str:
        return fhir_id(f"organization/{self.key}")

    @property
    def numbers(self) -> str:
        """The identifier system of its medical record numbers."""
        return f"https://{self.key}.example/mrn"

    @property
    def pointer(self) -> Resource:
        return pointer("Organization", self.id, self.name)


class Place(NamedTuple):
    """A ward, or a bed or room of a ward."""

    facility: Facility
    name: str
    form: str
    part_of: str = ""

    @property
    def id(self) -> str:
        return fhir_id(f"location/{self.facility.key}/{self.name}")

    @property
    def pointer(self) -> Resource:
        return pointer("Location", self.id, self.name)


class Worker(NamedTuple):
    """Somebody who treats or registers patients."""

    key: str
    title: str
    given: str
    family: str
    work: str
    facility: Facility
    letters: str = ""

    @property
    def id(self) -> str:
        return fhir_id(f"practitioner/{self.key}")

    @property
    def full_name(self) -> str:
        words = f"{self.title} {self.given} {self.family}".strip()
        return f"{words}, {self.letters}" if self.letters else words

    @property
    def pointer(self) -> Resource:
        return pointer("Practitioner", self.id, self.full_name)


HOSPITAL = Facility(
    "alderbay", "Alder Bay Hospital", "Hospital", "1 Harbour Road", "Alder Bay", "+1-555-0100"
)
CLINIC = Facility(
    "quarryhill", "Quarry Hill Clinic", "Clinic", "48 Quarry Lane", "Quarry Hill", "+1-555-0160"
)
FACILITIES = (HOSPITAL, CLINIC)

WARDS = {  # ward: its beds, numbered from 1
    (HOSPITAL, "3 East, Medicine"): 8,
    (HOSPITAL, "2 West, Surgery"): 6,
    (HOSPITAL, "High Dependency"): 4,
    (HOSPITAL, "Emergency"): 6,
    (HOSPITAL, "Dialysis"): 4,
    (CLINIC, "Consulting rooms"): 3,
}

DOCTOR = Worker("haddad", "Dr.", "Samira", "Haddad", "Internal medicine and cardiology", HOSPITAL)
NURSE = Worker("wieczorek", "", "Tomasz", "Wieczorek", "Nursing", HOSPITAL, "RN")
REGISTRAR = Worker("ferrante", "", "Lucia", "Ferrante", "Patient registration", HOSPITAL)
SURGEON = Worker("solberg", "Dr.", "Henrik", "Solberg", "Orthopaedic surgery", HOSPITAL)
EMERGENCY = Worker("dlamini", "Dr.", "Nomvula", "Dlamini", "Emergency medicine", HOSPITAL)
NEPHROLOGIST = Worker("abramson", "Dr.", "Ruth", "Abramson", "Nephrology", HOSPITAL)
ONCOLOGIST = Worker("halasz", "Dr.", "Viktor", "Halász", "Haematology and oncology", HOSPITAL)
NEUROLOGIST = Worker("quintana", "Dr.", "Pedro", "Quintana", "Neurology", HOSPITAL)
PULMONOLOGIST = Worker("park", "Dr.", "Hye-jin", "Park", "Respiratory medicine", HOSPITAL)
RHEUMATOLOGIST = Worker("brunner", "Dr.", "Lars", "Brunner", "Rheumatology", HOSPITAL)
PHYSIOTHERAPIST = Worker("dewit", "", "Anneke", "de Wit", "Physiotherapy", HOSPITAL, "PT")
FAMILY_DOCTOR = Worker("adeyemi", "Dr.", "Joseph", "Adeyemi", "Family medicine", CLINIC)
PAEDIATRICIAN = Worker("tan", "Dr.", "Mei-Ling", "Tan", "Paediatrics", CLINIC)
MIDWIFE = Worker("ibarra", "", "Carmen", "Ibarra", "Midwifery", CLINIC, "CNM")
CLINIC_NURSE = Worker("brandt", "", "Keisha", "Brandt", "Nursing", CLINIC, "RN")
WORKERS = (
    *(DOCTOR, NURSE, REGISTRAR, SURGEON, EMERGENCY, NEPHROLOGIST, ONCOLOGIST, NEUROLOGIST),
    *(PULMONOLOGIST, RHEUMATOLOGIST, PHYSIOTHERAPIST),
    *(FAMILY_DOCTOR, PAEDIATRICIAN, MIDWIFE, CLINIC_NURSE),
)


def bed(ward: str, number: int, facility: Facility = HOSPITAL) -> Place:
    """Bed (or room) ``number`` of ``ward``. Raises KeyError when the ward has no such bed."""
    if not 1 <= number <= WARDS[facility, ward]:
        raise KeyError(f"{ward} has no bed {number}.")
    form, word = ("ro", "room") if facility is CLINIC else ("bd", "bed")
    return Place(facility, f"{ward}, {word} {number}", form, part_of=ward)


def facilities_and_staff() -> Iterator[Resource]:
    """Everything that is there before the first patient comes in."""
    for facility in FACILITIES:
        yield _organization(facility)
    for (facility, ward), beds in WARDS.items():
        yield _location(Place(facility, ward, "wa"))
        for number in range(1, beds + 1):
            yield _location(bed(ward, number, facility))
    for worker in WORKERS:
        yield _practitioner(worker)
        yield _role(worker)


def _organization(facility: Facility) -> Resource:
    provider = Code(f"{HL7}organization-type", "prov", "Healthcare Provider")
    return {
        "resourceType": "Organization",
        "id": facility.id,
        "identifier": [{"system": "https://facilities.example", "value": facility.key}],
        "active": True,
        "type": [concept(facility.kind, provider)],
        "name": facility.name,
        "telecom": [{"system": "phone", "value": facility.phone, "use": "work"}],
        "address": [{"use": "work", "line": [facility.street], "city": facility.town}],
    }


def _location(place: Place) -> Resource:
    forms = {"wa": "Ward", "bd": "Bed", "ro": "Room"}
    form = Code(f"{HL7}location-physical-type", place.form, forms[place.form])
    ward = Place(place.facility, place.part_of, "wa")
    return {
        "resourceType": "Location",
        "id": place.id,
        "status": "active",
        "name": place.name,
        "mode": "instance",
        "physicalType": concept(forms[place.form], form),
        "managingOrganization": place.facility.pointer,
        **({"partOf": ward.pointer} if place.part_of else {}),
    }


def _practitioner(worker: Worker) -> Resource:
    name: Resource = {"use": "official", "text": worker.full_name, "family": worker.family}
    name["given"] = [worker.given]
    name |= {"prefix": [worker.title]} if worker.title else {}
    name |= {"suffix": [worker.letters]} if worker.letters else {}
    address = f"{worker.key}@{worker.facility.key}.example"
    return {
        "resourceType": "Practitioner",
        "id": worker.id,
        "identifier": [{"system": STAFF_NUMBERS, "value": worker.key}],
        "active": True,
        "name": [name],
        "telecom": [{"system": "email", "value": address, "use": "work"}],
        "qualification": [{"code": {"text": worker.work}}],
    }


def _role(worker: Worker) -> Resource:
    return {
        "resourceType": "PractitionerRole",
        "id": fhir_id(f"role/{worker.key}"),
        "active": True,
        "practitioner": worker.pointer,
        "organization": worker.facility.pointer,
        "specialty": [{"text": worker.work}],
    }
