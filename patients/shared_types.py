"""FHIR types whose resources are about no patient, so that whoever reads here may read them."""

# Of a type that is not here, a row without a patient may still tell of one: a Bundle, a subject
# who is known by an identifier only. It stays closed.
NAMES = """
ActivityDefinition
CapabilityStatement
CatalogEntry
ChargeItemDefinition
CodeSystem
CompartmentDefinition
ConceptMap
DeviceDefinition
EffectEvidenceSynthesis
Endpoint
EventDefinition
Evidence
EvidenceVariable
ExampleScenario
GraphDefinition
HealthcareService
ImplementationGuide
InsurancePlan
Library
Location
Measure
Medication
MedicationKnowledge
MedicinalProduct
MedicinalProductAuthorization
MedicinalProductContraindication
MedicinalProductIndication
MedicinalProductIngredient
MedicinalProductInteraction
MedicinalProductManufactured
MedicinalProductPackaged
MedicinalProductPharmaceutical
MedicinalProductUndesirableEffect
MessageDefinition
NamingSystem
ObservationDefinition
OperationDefinition
Organization
OrganizationAffiliation
PlanDefinition
Practitioner
PractitionerRole
Questionnaire
ResearchDefinition
ResearchElementDefinition
ResearchStudy
RiskEvidenceSynthesis
SearchParameter
Slot
SpecimenDefinition
StructureDefinition
StructureMap
Substance
SubstanceNucleicAcid
SubstancePolymer
SubstanceProtein
SubstanceReferenceInformation
SubstanceSourceMaterial
SubstanceSpecification
TerminologyCapabilities
TestScript
ValueSet
"""
SHARED = frozenset(NAMES.split())
# Whose rows belong to a facility: to which a deleted one did, nobody can ask any more.
PLACED = frozenset({"Organization", "Location", "PractitionerRole"})
