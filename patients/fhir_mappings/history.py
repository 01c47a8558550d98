"""Problems, allergies and the rest of the history as FHIR."""

from fhir import search
from fhir.elements import (
    category_codes,
    concept,
    literal_reference,
    moment,
    occurrence,
    primitive,
    reference,
    status_concept,
    verbatim,
)
from fhir.mapping import Mapping
from patients.fhir_mappings.systems import (
    ENCOUNTER,
    ICD10CM,
    PATIENT,
    RXNORM,
    SNOMED,
    SUBJECT,
    TERMINOLOGY,
)
from patients.models import AllergyIntolerance, Condition

MAPPINGS = (
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
            PATIENT,
            SUBJECT,
            search.code("clinical-status", "clinical_status"),
            search.code("verification-status", "verification_status"),
            search.codes("category", "categories"),
            search.token("code", "code_system", "code_code"),
            search.moments("onset-date", "onset_start", "onset_end"),
            search.moments("recorded-date", "recorded_at", "recorded_at"),
            ENCOUNTER,
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
            PATIENT,
            search.code("clinical-status", "clinical_status"),
            search.code("verification-status", "verification_status"),
            search.codes("category", "categories"),
            search.code("criticality", "criticality"),
            search.token("code", "code_system", "code_code"),
        ),
        joins=("patient",),
    ),
)
