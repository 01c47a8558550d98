"""Code systems that the chart's mappings name, and the parameters that most types share."""

from fhir.search import columns

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"

PATIENT = columns.reference("patient", "patient", "Patient")
SUBJECT = columns.reference("subject", "patient", "Patient")
ENCOUNTER = columns.reference("encounter", "encounter", "Encounter")
