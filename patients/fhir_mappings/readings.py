"""Everything measured or observed as FHIR."""

from fhir.elements import (
    category_codes,
    concept,
    custom,
    literal_reference,
    moment,
    occurrence,
    primitive,
    quantity,
    reference,
    verbatim,
)
from fhir.mapping import Mapping
from fhir.search import columns
from patients.acts.inbox import route
from patients.fhir_mappings.results import read_order, render_order
from patients.fhir_mappings.systems import ENCOUNTER, LOINC, PATIENT, SUBJECT, TERMINOLOGY
from patients.models import Observation

MAPPINGS = (
    Mapping(
        "Observation",
        Observation,
        elements=(
            custom("basedOn", ("based_on",), read_order, render_order),
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
            PATIENT,
            SUBJECT,
            columns.moments("date", "effective_start", "effective_end"),
            ENCOUNTER,
        ),
        joins=("patient", "encounter"),
        link=route,
    ),
)
