"""The chart."""

from patients.models.allergy import AllergyIntolerance
from patients.models.base import PatientRecord, PatientRecordQuerySet
from patients.models.care_team import CareTeam, CareTeamMember
from patients.models.condition import Condition
from patients.models.encounter import Encounter
from patients.models.medication import MedicationRequest
from patients.models.observation import Observation
from patients.models.patient import FacilityLink, Patient
from patients.models.terminology import Concept, TerminologyLoad

__all__ = [
    "AllergyIntolerance",
    "CareTeam",
    "CareTeamMember",
    "Concept",
    "Condition",
    "Encounter",
    "FacilityLink",
    "MedicationRequest",
    "Observation",
    "Patient",
    "PatientRecord",
    "PatientRecordQuerySet",
    "TerminologyLoad",
]
