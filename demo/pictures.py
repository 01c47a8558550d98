"""Pictures: behind each report of one stand an order and a study (FHIR ImagingStudy)."""

from __future__ import annotations

from datetime import datetime, timedelta

from demo.chart import Chart
from demo.elements import SNOMED, Code, Resource, coding, concept, fhir_id, instant, pointer

DICOM = "http://dicom.nema.org/resources/ontology/DCM"
IMAGING = Code(SNOMED, "363679005", "Imaging")
MODALITIES = {  # HL7 v2 table 0074 to DICOM
    "RX": Code(DICOM, "DX", "Digital Radiography"),
    "CT": Code(DICOM, "CT", "Computed Tomography"),
    "RUS": Code(DICOM, "US", "Ultrasound"),
    "CUS": Code(DICOM, "US", "Ultrasound"),
}
PICTURES = {"DX": 2, "CT": 24, "US": 8}
SOP_CLASSES = {  # DICOM PS3.6: what sort of picture each instance is
    "DX": "1.2.840.10008.5.1.4.1.1.1.1",
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "US": "1.2.840.10008.5.1.4.1.1.6.1",
}


def add_pictures(chart: Chart) -> None:
    """Put an order and a study behind each report of a picture; orders come first."""
    for report in [one for one in chart.written if one["resourceType"] == "DiagnosticReport"]:
        service = report["category"][0]["coding"][0]["code"]
        if service in MODALITIES:
            _picture(chart, report, MODALITIES[service])
    chart.written.sort(key=lambda one: one["resourceType"] != "ServiceRequest")


def _picture(chart: Chart, report: Resource, modality: Code) -> None:
    order = _order(report)
    chart.written.append(order)
    study = {
        "resourceType": "ImagingStudy",
        "id": fhir_id(f"{report['id']}/study"),
        "identifier": [_accession(report)],
        "status": "available",
        "modality": [coding(modality)],
        "subject": report["subject"],
        **_where(report),
        "started": report["effectiveDateTime"],
        "basedOn": [_to(order)],
        "referrer": order["requester"],
        "interpreter": report["resultsInterpreter"],
        "numberOfSeries": 1,
        "numberOfInstances": PICTURES[modality.code],
        "procedureCode": [report["code"]],
        "description": report["code"]["text"],
        "series": [_series(report, modality)],
    }
    chart.written.append(study)
    report["basedOn"] = [_to(order)]
    report["imagingStudy"] = [_to(study)]


def _series(report: Resource, modality: Code) -> Resource:
    return {
        "uid": _uid(f"{report['id']}/series"),
        "number": 1,
        "modality": coding(modality),
        "description": report["code"]["text"],
        "numberOfInstances": PICTURES[modality.code],
        "started": report["effectiveDateTime"],
        "instance": [
            _instance(report, modality, number) for number in range(1, PICTURES[modality.code] + 1)
        ],
    }


def _instance(report: Resource, modality: Code, number: int) -> Resource:
    kind = {"system": "urn:ietf:rfc:3986", "code": f"urn:oid:{SOP_CLASSES[modality.code]}"}
    return {"uid": _uid(f"{report['id']}/{number}"), "sopClass": kind, "number": number}


def _order(report: Resource) -> Resource:
    asked = datetime.fromisoformat(report["effectiveDateTime"]) - timedelta(minutes=5)
    return {
        "resourceType": "ServiceRequest",
        "id": fhir_id(f"{report['id']}/order"),
        "status": "completed",
        "intent": "order",
        "priority": "routine",
        "category": [concept(IMAGING.display, IMAGING)],
        "code": report["code"],
        "subject": report["subject"],
        **_where(report),
        "authoredOn": instant(asked),
        "requester": report["resultsInterpreter"][0],
    }


def _where(report: Resource) -> Resource:
    return {"encounter": report["encounter"]} if "encounter" in report else {}


def _to(resource: Resource) -> Resource:
    return pointer(resource["resourceType"], resource["id"])


def _accession(report: Resource) -> Resource:
    return {"system": "urn:dicom:uid", "value": f"urn:oid:{_uid(report['id'])}"}


def _uid(name: str) -> str:
    """A DICOM UID made from a UUID (DICOM PS3.5, B.2)."""
    return f"2.25.{int(fhir_id(name).replace('-', ''), 16)}"
