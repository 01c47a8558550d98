"""Orders, reports and imaging studies as FHIR."""

from typing import Any

from fhir.elements import (
    boolean,
    category_codes,
    concept,
    literal_reference,
    moment,
    occurrence,
    primitive,
    reference,
    verbatim,
)
from fhir.mapping import Columns, Mapping, Resource
from fhir.search import columns
from patients.acts.inbox import route
from patients.fhir_mappings.systems import ENCOUNTER, LOINC, PATIENT, SNOMED, SUBJECT
from patients.models import DiagnosticReport, ImagingStudy, ServiceRequest


def read_order(resource: Resource) -> Columns:
    """The one order that a result answers; several stay in ``extra`` only."""
    named = resource.get("basedOn") or []
    one = named[0] if isinstance(named, list) and len(named) == 1 else None
    literal = one.get("reference") if isinstance(one, dict) else None
    return {"based_on": literal if isinstance(literal, str) else ""}


def render_order(row: Any) -> Resource:
    """The same as FHIR."""
    return {"basedOn": [{"reference": row.based_on}]} if row.based_on else {}


def report_references(report: DiagnosticReport) -> None:
    """Fill the columns by which reports are looked up."""
    report.category_codes = list(
        dict.fromkeys(
            str(coding["code"])
            for category in _objects(report.categories)
            for coding in _objects(category.get("coding"))
            if coding.get("code")
        )
    )
    report.order_references = _literals(report.based_on)
    report.result_references = _literals(report.results)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _literals(value: Any) -> list[str]:
    return [str(item["reference"]) for item in _objects(value) if item.get("reference")]


MAPPINGS = (
    Mapping(
        "ServiceRequest",
        ServiceRequest,
        elements=(
            verbatim("identifier", "identifiers"),
            verbatim("basedOn", "based_on"),
            primitive("status", "status"),
            primitive("intent", "intent"),
            category_codes("category", "categories", SNOMED),
            primitive("priority", "priority"),
            boolean("doNotPerform", "do_not_perform"),
            concept("code", "code", (LOINC, SNOMED)),
            verbatim("orderDetail", "details"),
            reference("subject", "patient", "Patient"),
            reference("encounter", "encounter", "Encounter"),
            occurrence("occurrence", "occurrence_start", "occurrence_end"),
            moment("authoredOn", "authored_at"),
            literal_reference("requester", "requester"),
            verbatim("performer", "performers"),
            verbatim("reasonCode", "reasons"),
            verbatim("reasonReference", "reason_references"),
            verbatim("specimen", "specimens"),
            verbatim("bodySite", "body_sites"),
            verbatim("note", "notes"),
            primitive("patientInstruction", "patient_instruction"),
        ),
        search=(
            PATIENT,
            SUBJECT,
            columns.moments("occurrence", "occurrence_start", "occurrence_end"),
            ENCOUNTER,
        ),
        joins=("patient", "encounter"),
    ),
    Mapping(
        "DiagnosticReport",
        DiagnosticReport,
        elements=(
            verbatim("identifier", "identifiers"),
            verbatim("basedOn", "based_on"),
            primitive("status", "status"),
            verbatim("category", "categories"),
            concept("code", "code", (LOINC,)),
            reference("subject", "patient", "Patient"),
            reference("encounter", "encounter", "Encounter"),
            occurrence("effective", "effective_start", "effective_end"),
            moment("issued", "issued_at"),
            verbatim("performer", "performers"),
            verbatim("resultsInterpreter", "interpreters"),
            verbatim("specimen", "specimens"),
            verbatim("result", "results"),
            verbatim("imagingStudy", "imaging_studies"),
            verbatim("media", "media"),
            primitive("conclusion", "conclusion"),
            verbatim("conclusionCode", "conclusion_codes"),
            verbatim("presentedForm", "presented_forms"),
        ),
        search=(
            PATIENT,
            SUBJECT,
            columns.moments("date", "effective_start", "effective_end"),
            columns.moments("issued", "issued_at", "issued_at"),
            ENCOUNTER,
        ),
        joins=("patient", "encounter"),
        derive=report_references,
        link=route,
    ),
    Mapping(
        "ImagingStudy",
        ImagingStudy,
        elements=(
            verbatim("identifier", "identifiers"),
            primitive("status", "status"),
            verbatim("modality", "modalities"),
            reference("subject", "patient", "Patient"),
            reference("encounter", "encounter", "Encounter"),
            moment("started", "started_at"),
            verbatim("basedOn", "based_on"),
            literal_reference("referrer", "referrer"),
            verbatim("interpreter", "interpreters"),
            verbatim("endpoint", "endpoints"),
            verbatim("procedureCode", "procedure_codes"),
            verbatim("reasonCode", "reasons"),
            verbatim("reasonReference", "reason_references"),
            verbatim("note", "notes"),
            primitive("description", "description"),
            verbatim("series", "series"),
        ),
        search=(
            PATIENT,
            SUBJECT,
            ENCOUNTER,
        ),
        joins=("patient", "encounter"),
    ),
)
