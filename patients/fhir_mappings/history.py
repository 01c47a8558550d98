"""Problems, procedures, allergies, vaccines and the family's illnesses as FHIR."""

from decimal import Decimal
from typing import Any

from fhir.elements import (
    boolean,
    category_codes,
    concept,
    custom,
    literal_reference,
    moment,
    occurrence,
    partial_date,
    plain,
    primitive,
    quantity,
    reference,
    status_concept,
    storable,
    verbatim,
)
from fhir.mapping import Columns, Mapping, Resource
from fhir.search import columns
from patients.fhir_mappings.systems import (
    CVX,
    ENCOUNTER,
    ICD10CM,
    PATIENT,
    RXNORM,
    SNOMED,
    SUBJECT,
    TERMINOLOGY,
)
from patients.models import (
    AllergyIntolerance,
    Condition,
    FamilyMemberHistory,
    Immunization,
    Procedure,
)

ROLE_CODE = TERMINOLOGY + "v3-RoleCode"
YEARS = {"unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}


def _read_deceased(resource: Resource) -> Columns:
    said = resource.get("deceasedBoolean")
    other = ("deceasedAge", "deceasedRange", "deceasedDate", "deceasedString")
    died = True if any(name in resource for name in other) else None
    return {
        "deceased": said if isinstance(said, bool) else died,
        "deceased_age_years": _years(resource.get("deceasedAge")),
    }


def _years(age: Any) -> Decimal | None:
    """The number of an Age in years; any other age stays in ``extra``."""
    age = age if isinstance(age, dict) else {}
    number = age.get("value")
    exact = isinstance(number, int | Decimal) and not isinstance(number, bool)
    in_years = age.get("system") == YEARS["system"] and age.get("code") == "a"
    return storable(Decimal(number)) if exact and in_years and number is not None else None


def _render_deceased(relative: Any) -> Resource:
    if relative.deceased_age_years is not None:
        return {"deceasedAge": {"value": plain(relative.deceased_age_years)} | YEARS}
    return {} if relative.deceased is None else {"deceasedBoolean": relative.deceased}


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
            verbatim("bodySite", "body_sites"),
            reference("subject", "patient", "Patient"),
            reference("encounter", "encounter", "Encounter"),
            occurrence("onset", "onset_start", "onset_end"),
            occurrence("abatement", "abatement_start", "abatement_end"),
            moment("recordedDate", "recorded_at"),
            literal_reference("recorder", "recorder"),
            literal_reference("asserter", "asserter"),
            verbatim("stage", "stages"),
            verbatim("evidence", "evidence"),
            verbatim("note", "notes"),
        ),
        search=(
            PATIENT,
            SUBJECT,
            columns.moments("onset-date", "onset_start", "onset_end"),
            columns.moments("abatement-date", "abatement_start", "abatement_end"),
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
            moment("lastOccurrence", "last_occurred_at"),
            verbatim("reaction", "reactions"),
            verbatim("note", "notes"),
        ),
        search=(PATIENT,),
        joins=("patient",),
    ),
    Mapping(
        "Procedure",
        Procedure,
        elements=(
            primitive("status", "status"),
            concept("statusReason", "status_reason", (SNOMED,)),
            concept("category", "category", (SNOMED,)),
            concept("code", "code", (SNOMED,)),
            reference("subject", "patient", "Patient"),
            reference("encounter", "encounter", "Encounter"),
            occurrence("performed", "performed_start", "performed_end"),
            literal_reference("recorder", "recorder"),
            literal_reference("asserter", "asserter"),
            verbatim("performer", "performers"),
            verbatim("location", "location"),
            verbatim("reasonCode", "reasons"),
            verbatim("bodySite", "body_sites"),
            concept("outcome", "outcome", (SNOMED,)),
            verbatim("complication", "complications"),
            verbatim("focalDevice", "focal_devices"),
            verbatim("note", "notes"),
        ),
        search=(
            PATIENT,
            SUBJECT,
            columns.moments("date", "performed_start", "performed_end"),
            ENCOUNTER,
        ),
        joins=("patient", "encounter"),
    ),
    Mapping(
        "Immunization",
        Immunization,
        elements=(
            primitive("status", "status"),
            concept("statusReason", "status_reason"),
            concept("vaccineCode", "vaccine", (CVX,)),
            reference("patient", "patient", "Patient"),
            reference("encounter", "encounter", "Encounter"),
            occurrence("occurrence", "occurrence_start", "occurrence_end"),
            primitive("occurrenceString", "occurrence_text"),
            moment("recorded", "recorded_at"),
            boolean("primarySource", "primary_source"),
            verbatim("manufacturer", "manufacturer"),
            primitive("lotNumber", "lot_number"),
            partial_date("expirationDate", "expiry"),
            concept("site", "site"),
            quantity("doseQuantity", "dose", "dose_unit", "dose_ucum", "dose_comparator"),
            verbatim("performer", "performers"),
            verbatim("note", "notes"),
            verbatim("reasonCode", "reasons"),
            boolean("isSubpotent", "is_subpotent"),
            verbatim("subpotentReason", "subpotent_reasons"),
            verbatim("education", "education"),
            verbatim("reaction", "reactions"),
            verbatim("protocolApplied", "protocols"),
        ),
        search=(
            PATIENT,
            columns.moments("date", "occurrence_start", "occurrence_end"),
        ),
        joins=("patient", "encounter"),
    ),
    Mapping(
        "FamilyMemberHistory",
        FamilyMemberHistory,
        elements=(
            primitive("status", "status"),
            concept("dataAbsentReason", "absent_reason"),
            reference("patient", "patient", "Patient"),
            moment("date", "recorded_at"),
            primitive("name", "name"),
            concept("relationship", "relationship", (ROLE_CODE,)),
            concept("sex", "sex"),
            custom(
                "deceased[x]", ("deceased", "deceased_age_years"), _read_deceased, _render_deceased
            ),
            verbatim("reasonCode", "reasons"),
            verbatim("note", "notes"),
            verbatim("condition", "conditions"),
        ),
        search=(PATIENT,),
        joins=("patient",),
    ),
)
