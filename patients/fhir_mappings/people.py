"""Who the record is about, and their visits, as FHIR."""

from typing import Any

from fhir import search
from fhir.elements import boolean, custom, partial_date, period, primitive, reference, verbatim
from fhir.mapping import Columns, Mapping, Resource
from fhir.times import moment_range, moment_text
from patients import derived
from patients.fhir_mappings.systems import ACT_CODE, PATIENT, SUBJECT
from patients.models import Encounter, Patient
from patients.names import words


def _read_deceased(resource: Resource) -> Columns:
    at = moment_range(str(resource.get("deceasedDateTime", "")))[0]
    said = resource.get("deceasedBoolean")
    return {"deceased_at": at, "deceased": True if at else said if said in (True, False) else None}


def _render_deceased(patient: Any) -> Resource:
    if patient.deceased_at is not None:
        return {"deceasedDateTime": moment_text(patient.deceased_at)}
    return {} if patient.deceased is None else {"deceasedBoolean": patient.deceased}


def _read_class(resource: Resource) -> Columns:
    coding = resource.get("class") or {}
    return {"class_code": coding.get("code", "") if coding.get("system") == ACT_CODE else ""}


def _render_class(encounter: Any) -> Resource:
    code = encounter.class_code
    return {"class": {"system": ACT_CODE, "code": code}} if code else {}


def _read_type(resource: Resource) -> Columns:
    first = (resource.get("type") or [{}])[0]
    coding = (first.get("coding") or [{}])[0]
    return {
        "type_system": coding.get("system", ""),
        "type_code": coding.get("code", ""),
        "type_display": coding.get("display", ""),
        "type_text": first.get("text", ""),
    }


def _render_type(encounter: Any) -> Resource:
    parts = {"system": "type_system", "code": "type_code", "display": "type_display"}
    coding = {k: getattr(encounter, v) for k, v in parts.items() if getattr(encounter, v)}
    body = ({"coding": [coding]} if coding else {}) | (
        {"text": encounter.type_text} if encounter.type_text else {}
    )
    return {"type": [body]} if body else {}


_TYPE_COLUMNS = ("type_system", "type_code", "type_display", "type_text")

MAPPINGS = (
    Mapping(
        "Patient",
        Patient,
        elements=(
            verbatim("identifier", "identifiers"),
            boolean("active", "active"),
            verbatim("name", "names"),
            verbatim("telecom", "telecom"),
            primitive("gender", "gender"),
            partial_date("birthDate", "birth_date"),
            custom("deceased[x]", ("deceased", "deceased_at"), _read_deceased, _render_deceased),
            verbatim("address", "addresses"),
            verbatim("maritalStatus", "marital_status"),
            verbatim("contact", "contacts"),
            verbatim("communication", "communication"),
            reference("managingOrganization", "managing_organization", "Organization"),
            verbatim("link", "links"),
        ),
        search=(
            search.words("name", "name_words", words),
            search.codes("identifier", "identifier_values"),
            search.code("gender", "gender"),
            search.dates("birthdate", "birth_date_low", "birth_date_high"),
            search.boolean("active", "active"),
            search.reference("organization", "managing_organization", "Organization"),
        ),
        joins=("managing_organization",),
        derive=derived.patient_words,
        link=derived.link_facilities,
    ),
    Mapping(
        "Encounter",
        Encounter,
        elements=(
            primitive("status", "status"),
            custom("class", ("class_code",), _read_class, _render_class),
            custom("type", _TYPE_COLUMNS, _read_type, _render_type),
            reference("subject", "patient", "Patient"),
            verbatim("participant", "participants"),
            period("period", "start", "end"),
            verbatim("reasonCode", "reasons"),
            verbatim("location", "locations"),
            reference("serviceProvider", "organization", "Organization"),
        ),
        search=(
            PATIENT,
            SUBJECT,
            search.code("status", "status"),
            search.code("class", "class_code"),
            search.moments("date", "start", "end"),
            search.reference("service-provider", "organization", "Organization"),
        ),
        joins=("patient", "organization"),
        derive=derived.encounter_location,
        link=derived.link_encounter_facilities,
    ),
)
