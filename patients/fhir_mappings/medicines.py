"""Medicines as FHIR: what is prescribed, taken and given."""

from fhir import search
from fhir.elements import (
    boolean,
    concept,
    literal_reference,
    moment,
    primitive,
    reference,
    verbatim,
)
from fhir.mapping import Mapping
from patients.fhir_mappings.systems import ENCOUNTER, PATIENT, RXNORM, SNOMED, SUBJECT
from patients.models import MedicationRequest

MAPPINGS = (
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
            PATIENT,
            SUBJECT,
            search.code("status", "status"),
            search.code("intent", "intent"),
            search.token("code", "medication_system", "medication_code"),
            search.moments("authoredon", "authored_at", "authored_at"),
            ENCOUNTER,
        ),
        joins=("patient", "encounter"),
    ),
)
