"""The chart as FHIR: which element fills which column, and what can be searched."""

from typing import Any

from fhir import search
from fhir.elements import (
    boolean,
    category_codes,
    concept,
    custom,
    literal_reference,
    moment,
    occurrence,
    partial_date,
    period,
    primitive,
    quantity,
    reference,
    status_concept,
    verbatim,
)
from fhir.mapping import Columns, Mapping, Resource
from fhir.times import moment_range, moment_text
from patients import derived
from patients.models import (
    AllergyIntolerance,
    CareTeam,
    Condition,
    Encounter,
    MedicationRequest,
    Observation,
    Patient,
)
from patients.names import words

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
SNOMED, LOINC, RXNORM = (
    "http://snomed.info/sct",
    "http://loinc.org",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
)
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


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
_PATIENT = search.reference("patient", "patient", "Patient")
_SUBJECT = search.reference("subject", "patient", "Patient")

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
            _PATIENT,
            _SUBJECT,
            search.code("status", "status"),
            search.code("class", "class_code"),
            search.moments("date", "start", "end"),
            search.reference("service-provider", "organization", "Organization"),
        ),
        joins=("patient", "organization"),
        derive=derived.encounter_location,
        link=derived.link_encounter_facilities,
    ),
    Mapping(
        "CareTeam",
        CareTeam,
        elements=(
            primitive("status", "status"),
            primitive("name", "name"),
            reference("subject", "patient", "Patient"),
            period("period", "start", "end"),
            verbatim("participant", "participants"),
        ),
        search=(_PATIENT, _SUBJECT, search.code("status", "status")),
        joins=("patient",),
        link=derived.link_members,
    ),
    Mapping(
        "Condition",
        Condition,
        elements=(
            status_concept("clinicalStatus", "clinical_status", TERMINOLOGY + "condition-clinical"),
            status_concept(
                "verificationStatus", "verification_status", TERMINOLOGY + "condition-ver-status"
            ),
            category_codes("category", "categories", TERMINOLOGY + "condition-category"),
            concept("severity", "severity", (SNOMED,)),
            concept("code", "code", (ICD10CM, SNOMED)),
            reference("subject", "patient", "Patient"),
            reference("encounter", "encounter", "Encounter"),
            occurrence("onset", "onset_start", "onset_end"),
            occurrence("abatement", "abatement_start", "abatement_end"),
            moment("recordedDate", "recorded_at"),
            literal_reference("recorder", "recorder"),
            literal_reference("asserter", "asserter"),
            verbatim("note", "notes"),
        ),
        search=(
            _PATIENT,
            _SUBJECT,
            search.code("clinical-status", "clinical_status"),
            search.code("verification-status", "verification_status"),
            search.codes("category", "categories"),
            search.token("code", "code_system", "code_code"),
            search.moments("onset-date", "onset_start", "onset_end"),
            search.moments("recorded-date", "recorded_at", "recorded_at"),
            search.reference("encounter", "encounter", "Encounter"),
        ),
        joins=("patient", "encounter"),
    ),
    Mapping(
        "AllergyIntolerance",
        AllergyIntolerance,
        elements=(
            status_concept(
                "clinicalStatus", "clinical_status", TERMINOLOGY + "allergyintolerance-clinical"
            ),
            status_concept(
                "verificationStatus",
                "verification_status",
                TERMINOLOGY + "allergyintolerance-verification",
            ),
            primitive("type", "type"),
            verbatim("category", "categories"),
            primitive("criticality", "criticality"),
            concept("code", "code", (SNOMED, RXNORM)),
            reference("patient", "patient", "Patient"),
            literal_reference("encounter", "encounter_reference"),
            occurrence("onset", "onset_start", "onset_end"),
            moment("recordedDate", "recorded_at"),
            literal_reference("recorder", "recorder"),
            literal_reference("asserter", "asserter"),
            verbatim("reaction", "reactions"),
            verbatim("note", "notes"),
        ),
        search=(
            _PATIENT,
            search.code("clinical-status", "clinical_status"),
            search.code("verification-status", "verification_status"),
            search.codes("category", "categories"),
            search.code("criticality", "criticality"),
            search.token("code", "code_system", "code_code"),
        ),
        joins=("patient",),
    ),
    Mapping(
        "MedicationRequest",
        MedicationRequest,
        elements=(
            primitive("status", "status"),
            primitive("intent", "intent"),
            boolean("doNotPerform", "do_not_perform"),
            primitive("priority", "priority"),
            concept("medicationCodeableConcept", "medication", (RXNORM, SNOMED)),
            literal_reference("medicationReference", "medication_reference"),
            reference("subject", "patient", "Patient"),
            reference("encounter", "encounter", "Encounter"),
            moment("authoredOn", "authored_at"),
            literal_reference("requester", "requester"),
            verbatim("reasonCode", "reasons"),
            verbatim("note", "notes"),
            verbatim("dosageInstruction", "dosages"),
        ),
        search=(
            _PATIENT,
            _SUBJECT,
            search.code("status", "status"),
            search.code("intent", "intent"),
            search.token("code", "medication_system", "medication_code"),
            search.moments("authoredon", "authored_at", "authored_at"),
            search.reference("encounter", "encounter", "Encounter"),
        ),
        joins=("patient", "encounter"),
    ),
    Mapping(
        "Observation",
        Observation,
        elements=(
            primitive("status", "status"),
            category_codes("category", "categories", TERMINOLOGY + "observation-category"),
            concept("code", "code", (LOINC,)),
            reference("subject", "patient", "Patient"),
            reference("encounter", "encounter", "Encounter"),
            occurrence("effective", "effective_start", "effective_end"),
            moment("issued", "issued_at"),
            verbatim("performer", "performers"),
            quantity("valueQuantity", "value", "value_unit", "value_ucum", "value_comparator"),
            primitive("valueString", "value_string"),
            concept("valueCodeableConcept", "value_concept"),
            verbatim("interpretation", "interpretations"),
            verbatim("note", "notes"),
            literal_reference("device", "device"),
            verbatim("referenceRange", "reference_ranges"),
            verbatim("derivedFrom", "derived_from"),
            verbatim("component", "components"),
        ),
        search=(
            _PATIENT,
            _SUBJECT,
            search.code("status", "status"),
            search.codes("category", "categories"),
            search.token("code", "code_system", "code_code"),
            search.moments("date", "effective_start", "effective_end"),
            search.reference("encounter", "encounter", "Encounter"),
        ),
        joins=("patient", "encounter"),
    ),
)
