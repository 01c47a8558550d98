"""Code systems that the chart's mappings name, and the parameters that most types share."""

from fhir import search

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"

PATIENT = search.reference("patient", "patient", "Patient")
SUBJECT = search.reference("subject", "patient", "Patient")
ENCOUNTER = search.reference("encounter", "encounter", "Encounter")
