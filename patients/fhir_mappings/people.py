"""Who the record is about, who belongs to them, and their visits, as FHIR."""

from typing import Any
from uuid import UUID

from fhir.elements import (
    boolean,
    concept,
    custom,
    moment,
    partial_date,
    period,
    primitive,
    reference,
    verbatim,
)
from fhir.mapping import Columns, Element, Mapping, Resolver, Resource
from fhir.search import columns
from fhir.times import moment_range, moment_text
from patients import derived
from patients.acts.identity import possible
from patients.fhir_mappings.systems import ACT_CODE, PATIENT, SUBJECT
from patients.models import Appointment, Consent, Encounter, Patient, RelatedPerson


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


def _list(resource: Resource, name: str) -> list[Resource]:
    found = resource.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _first(references: list[Any], target: str, resolver: Resolver) -> UUID | None:
    """The first of these references that is a row of ``target`` here."""
    for literal in references:
        key = resolver.resolve(str((literal or {}).get("reference", "")), target)
        if key is not None:
            return key
    return None


def _is_attender(participant: Resource) -> bool:
    codings = (c for kind in _list(participant, "type") for c in _list(kind, "coding"))
    return any(coding.get("code") == "ATND" for coding in codings)


def _read_participants(resource: Resource, resolver: Resolver) -> Columns:
    given = _list(resource, "participant")
    ranked = sorted(given, key=lambda participant: not _is_attender(participant))
    people = [participant.get("individual") for participant in ranked]
    return {
        "participants": resource.get("participant") or [],
        "attending_id": _first(people, "Practitioner", resolver),
    }


def _read_actors(resource: Resource, resolver: Resolver) -> Columns:
    actors = [participant.get("actor") for participant in _list(resource, "participant")]
    return {
        "participants": resource.get("participant") or [],
        "patient_id": _first(actors, "Patient", resolver),
        "practitioner_id": _first(actors, "Practitioner", resolver),
        "location_id": _first(actors, "Location", resolver),
    }


def _render_participants(record: Any) -> Resource:
    return {"participant": record.participants} if record.participants else {}


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
            verbatim("generalPractitioner", "general_practitioners"),
            verbatim("extension", "extensions"),
        ),
        search=(
            columns.dates("birthdate", "birth_date_low", "birth_date_high"),
            columns.reference("organization", "managing_organization", "Organization"),
        ),
        joins=("managing_organization",),
        derive=derived.patient_words,
        check=possible,
        link=derived.link_patients,
    ),
    Mapping(
        "Encounter",
        Encounter,
        elements=(
            primitive("status", "status"),
            custom("class", ("class_code",), _read_class, _render_class),
            custom("type", _TYPE_COLUMNS, _read_type, _render_type),
            reference("subject", "patient", "Patient"),
            Element(
                "participant",
                ("participants", "attending_id"),
                _read_participants,
                _render_participants,
            ),
            period("period", "start", "end"),
            verbatim("statusHistory", "status_history"),
            verbatim("hospitalization", "hospitalization"),
            verbatim("diagnosis", "diagnoses"),
            verbatim("appointment", "appointments"),
            concept("priority", "priority"),
            verbatim("reasonCode", "reasons"),
            verbatim("location", "locations"),
            reference("serviceProvider", "organization", "Organization"),
        ),
        search=(
            PATIENT,
            SUBJECT,
            columns.moments("date", "start", "end"),
            columns.reference("service-provider", "organization", "Organization"),
        ),
        joins=("patient", "organization"),
        derive=derived.encounter_location,
        link=derived.link_encounter_facilities,
    ),
    Mapping(
        "RelatedPerson",
        RelatedPerson,
        elements=(
            verbatim("identifier", "identifiers"),
            boolean("active", "active"),
            reference("patient", "patient", "Patient"),
            verbatim("relationship", "relationships"),
            verbatim("name", "names"),
            verbatim("telecom", "telecom"),
            primitive("gender", "gender"),
            partial_date("birthDate", "birth_date"),
            verbatim("address", "addresses"),
            period("period", "start", "end"),
            verbatim("communication", "communication"),
        ),
        search=(
            PATIENT,
            columns.dates("birthdate", "birth_date_low", "birth_date_high"),
        ),
        joins=("patient",),
    ),
    Mapping(
        "Consent",
        Consent,
        elements=(
            primitive("status", "status"),
            concept("scope", "scope"),
            verbatim("category", "categories"),
            reference("patient", "patient", "Patient"),
            moment("dateTime", "consented_at"),
            verbatim("performer", "performers"),
            verbatim("organization", "organizations"),
            verbatim("policy", "policies"),
            concept("policyRule", "policy_rule"),
            verbatim("provision", "provision"),
        ),
        search=(PATIENT,),
        joins=("patient",),
        link=derived.restrict,
    ),
    Mapping(
        "Appointment",
        Appointment,
        elements=(
            primitive("status", "status"),
            concept("cancelationReason", "cancelation_reason"),
            verbatim("serviceType", "service_types"),
            verbatim("reasonCode", "reasons"),
            primitive("description", "description"),
            primitive("comment", "comment"),
            moment("start", "start"),
            moment("end", "end"),
            moment("created", "recorded_at"),
            Element(
                "participant",
                ("participants", "patient_id", "practitioner_id", "location_id"),
                _read_actors,
                _render_participants,
            ),
        ),
        search=(columns.moments("date", "start", "start"),),
        joins=("patient", "practitioner", "location"),
    ),
)
