"""The chart."""

from patients.models.allergy import AllergyIntolerance
from patients.models.appointment import Appointment
from patients.models.base import PatientRecord, PatientRecordQuerySet
from patients.models.break_glass import BreakGlass, GlassReview
from patients.models.care_team import CareTeam, CareTeamMember
from patients.models.condition import Condition
from patients.models.consent import Consent
from patients.models.documents import Binary, DocumentReference
from patients.models.encounter import Encounter
from patients.models.family import FamilyMemberHistory
from patients.models.flags import Flag
from patients.models.formulary import FormularyItem
from patients.models.imaging import ImagingStudy
from patients.models.immunization import Immunization
from patients.models.inbox import Cover, InboxEvent, InboxItem
from patients.models.medication import Medication, MedicationRequest
from patients.models.medication_administration import MedicationAdministration
from patients.models.medication_review import MedicationReview
from patients.models.medication_statement import MedicationStatement
from patients.models.notes import NoteDraft, NoteTemplate
from patients.models.observation import Observation
from patients.models.orders import ServiceRequest
from patients.models.patient import FacilityLink, NameWord, NumberSequence, Patient
from patients.models.plans import CarePlan, Goal
from patients.models.procedure import Procedure
from patients.models.ranges import ReferenceRange
from patients.models.related_person import RelatedPerson
from patients.models.reports import DiagnosticReport
from patients.models.restrictions import Restriction
from patients.models.tasks import Task
from patients.models.terminology import Concept, TerminologyLoad

__all__ = [
    "AllergyIntolerance",
    "Appointment",
    "Binary",
    "BreakGlass",
    "CarePlan",
    "CareTeam",
    "CareTeamMember",
    "Concept",
    "Condition",
    "Consent",
    "Cover",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "FacilityLink",
    "FamilyMemberHistory",
    "Flag",
    "FormularyItem",
    "GlassReview",
    "Goal",
    "ImagingStudy",
    "Immunization",
    "InboxEvent",
    "InboxItem",
    "Medication",
    "MedicationAdministration",
    "MedicationRequest",
    "MedicationReview",
    "MedicationStatement",
    "NameWord",
    "NoteDraft",
    "NoteTemplate",
    "NumberSequence",
    "Observation",
    "Patient",
    "PatientRecord",
    "PatientRecordQuerySet",
    "Procedure",
    "ReferenceRange",
    "RelatedPerson",
    "Restriction",
    "ServiceRequest",
    "Task",
    "TerminologyLoad",
]
