"""What stands at Hill and nobody at Harbour may know of: one chart with records of many types."""

from fhir.principal import SYSTEM
from fhir.writing import Intent, write

# The id of everything that is hidden, and one of the same length that nothing bears.
HERE, NOWHERE = "hidden-1", "absent-1"
CHART = {"reference": f"Patient/{HERE}"}
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"


def concept(code, system="urn:test:codes"):
    return {"coding": [{"system": system, "code": code}], "text": "Zebra"}


def patient(id_=HERE, place="hill", number="H-1", name="Hiddensen"):
    return {
        "resourceType": "Patient",
        "id": id_,
        "identifier": [
            {
                "system": "urn:test:hill",
                "value": number,
                "assigner": {"reference": f"Organization/{place}"},
            }
        ],
        "name": [{"family": name, "given": ["Hanne"]}],
        "gender": "other",
        "birthDate": "1931-07-08",
        "managingOrganization": {"reference": f"Organization/{place}"},
    }


def observation(id_=HERE, /, about=CHART, code_="9999-1", **more):
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": concept(code_, LOINC),
        "subject": about,
        "effectiveDateTime": "1999-09-09T09:09:09Z",
        "valueQuantity": {"value": 99.9, "unit": "mg", "system": UCUM, "code": "mg"},
    } | more


def resource(type_, **members):
    return {"resourceType": type_, "id": HERE} | members


def records():
    """One hidden record of each kind of table: native, stored, without a patient of its own."""
    clinical = {"clinicalStatus": concept_of("condition-clinical", "active")}
    return [
        patient(),
        resource(
            "Encounter",
            status="finished",
            subject=CHART,
            serviceProvider={"reference": "Organization/hill"},
            period={"start": "1999-09-09T09:00:00Z", "end": "1999-09-09T10:00:00Z"},
            **{"class": {"code": "AMB"}},
        ),
        observation(encounter={"reference": f"Encounter/{HERE}"}),
        resource("Condition", subject=CHART, code=concept("zebra"), **clinical),
        resource("Binary", contentType="text/plain", data="WmVicmE=", securityContext=CHART),
        resource("Device", patient=CHART, serialNumber="Z-1", status="active"),
        resource("Communication", status="completed", subject=CHART, note=[{"text": "Zebra"}]),
        resource("List", status="current", mode="working", subject=CHART, title="Zebra"),
        resource("Group", type="person", actual=True, member=[{"entity": CHART}], name="Zebra"),
        resource(
            "Provenance",
            target=[{"reference": f"Observation/{HERE}"}, CHART],
            recorded="1999-09-09T09:09:09Z",
            agent=[{"who": CHART}],
        ),
        resource("Bundle", type="collection", entry=[{"resource": patient()}]),
        resource("Basic", code=concept("zebra")),
    ]


def gone():
    """Some that were deleted: their tombstones are as hidden as they were."""
    kept = ("Observation", "Communication", "Bundle", "Device", "Basic")
    return [each | {"id": "hidden-2"} for each in records() if each["resourceType"] in kept]


def concept_of(system, code):
    where = f"http://terminology.hl7.org/CodeSystem/{system}"
    return {"coding": [{"system": where, "code": code}]}


def put(*resources):
    """Write resources as the house itself."""
    return write([Intent("update", r["resourceType"], r["id"], r) for r in resources], by=SYSTEM)


def delete(type_, id_):
    """Take one away, leaving its tombstone."""
    write([Intent("delete", type_, id_)], by=SYSTEM)
