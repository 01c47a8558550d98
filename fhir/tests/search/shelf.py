"""Resources that the tests search, native and stored, and a short way to ask for them."""

from urllib.parse import parse_qsl

from fhir import changes
from fhir.known import Known
from fhir.principal import SYSTEM
from fhir.registry import mapping
from fhir.search.engine import find
from fhir.search.query import parse

BASE = "https://chartwave.test/fhir"
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"


def put(resource):
    """Write a resource of any type, as the house itself."""
    known = Known()
    known.look_up_references([resource])
    return changes.create(mapping(resource["resourceType"]).read(resource, known), by=SYSTEM)


def pairs_of(query):
    """Type and pairs of ``Type?name=value&…``."""
    type_, _, asked = query.partition("?")
    return type_, parse_qsl(asked, keep_blank_values=True)


def page_of(query, by=SYSTEM, **options):
    """The page that ``Type?name=value&…`` gives."""
    type_, pairs = pairs_of(query)
    return find(by, parse(type_, pairs, base=BASE), base=BASE, **options)


def ids(query, by=SYSTEM, **options):
    """Ids of the matches, in alphabetical order."""
    return sorted(record.fhir_id for record in page_of(query, by, **options).matches)


def coding(system, code, **more):
    return {"coding": [{"system": system, "code": code, **more}]}


def observation(id_, code, value, unit, taken, patient="Patient/ann", **more):
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": coding(LOINC, code),
        "subject": {"reference": patient},
        "effectiveDateTime": taken,
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    } | more
