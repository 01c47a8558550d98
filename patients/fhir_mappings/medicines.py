"""Medicines as FHIR: what is prescribed, taken and given, and the medicine itself."""

from fhir.elements import (
    boolean,
    concept,
    literal_reference,
    moment,
    occurrence,
    primitive,
    reference,
    verbatim,
)
from fhir.mapping import Element, Mapping
from fhir.search import columns
from patients.dosages import administration_times, request_times
from patients.fhir_mappings.systems import ENCOUNTER, PATIENT, RXNORM, SNOMED, SUBJECT
from patients.models import (
    Medication,
    MedicationAdministration,
    MedicationRequest,
    MedicationStatement,
)

# What an order, a statement and a dose say of the medicine, and whom it is for.
MEDICINE: tuple[Element, ...] = (
    concept("medicationCodeableConcept", "medication", (RXNORM, SNOMED)),
    literal_reference("medicationReference", "medication_reference"),
    reference("subject", "patient", "Patient"),
)
EFFECTIVE = columns.moments("effective", "effective_start", "effective_end")

MEDICATION = Mapping(
    "Medication",
    Medication,
    elements=(
        concept("code", "code", (RXNORM, SNOMED)),
        primitive("status", "status"),
        literal_reference("manufacturer", "manufacturer"),
        concept("form", "form", (SNOMED,)),
        verbatim("ingredient", "ingredients"),
        verbatim("batch", "batch"),
    ),
)

REQUEST = Mapping(
    "MedicationRequest",
    MedicationRequest,
    elements=(
        primitive("status", "status"),
        concept("statusReason", "status_reason"),
        primitive("intent", "intent"),
        verbatim("category", "categories"),
        boolean("doNotPerform", "do_not_perform"),
        primitive("priority", "priority"),
        *MEDICINE,
        reference("encounter", "encounter", "Encounter"),
        moment("authoredOn", "authored_at"),
        literal_reference("requester", "requester"),
        literal_reference("recorder", "recorder"),
        verbatim("reasonCode", "reasons"),
        verbatim("reasonReference", "reason_references"),
        concept("courseOfTherapyType", "course"),
        verbatim("note", "notes"),
        verbatim("dosageInstruction", "dosages"),
        verbatim("dispenseRequest", "dispense"),
        verbatim("substitution", "substitution"),
        literal_reference("priorPrescription", "prior_prescription"),
        verbatim("detectedIssue", "detected_issues"),
        verbatim("extension", "extensions"),
    ),
    search=(
        PATIENT,
        SUBJECT,
        ENCOUNTER,
    ),
    joins=("patient", "encounter"),
    derive=request_times,
)

STATEMENT = Mapping(
    "MedicationStatement",
    MedicationStatement,
    elements=(
        primitive("status", "status"),
        verbatim("statusReason", "status_reasons"),
        concept("category", "category"),
        *MEDICINE,
        literal_reference("context", "context"),
        occurrence("effective", "effective_start", "effective_end"),
        moment("dateAsserted", "asserted_at"),
        literal_reference("informationSource", "information_source"),
        verbatim("derivedFrom", "derived_from"),
        verbatim("reasonCode", "reasons"),
        verbatim("note", "notes"),
        verbatim("dosage", "dosages"),
    ),
    search=(PATIENT, SUBJECT, EFFECTIVE),
    joins=("patient",),
)

ADMINISTRATION = Mapping(
    "MedicationAdministration",
    MedicationAdministration,
    elements=(
        primitive("status", "status"),
        verbatim("statusReason", "status_reasons"),
        concept("category", "category"),
        *MEDICINE,
        literal_reference("context", "context"),
        occurrence("effective", "effective_start", "effective_end"),
        verbatim("performer", "performers"),
        verbatim("reasonCode", "reasons"),
        literal_reference("request", "request"),
        verbatim("note", "notes"),
        verbatim("dosage", "dosage"),
        verbatim("extension", "extensions"),
    ),
    search=(
        PATIENT,
        SUBJECT,
        columns.moments("effective-time", "effective_start", "effective_end"),
    ),
    joins=("patient",),
    derive=administration_times,
)

MAPPINGS = (MEDICATION, REQUEST, STATEMENT, ADMINISTRATION)
