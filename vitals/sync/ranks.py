"""Which types may be sent, and in which order: first what others refer to."""

# Servers with referential integrity (Google's is enforced) refuse a resource that comes first.
RANK = {
    "Organization": 0,
    "Location": 1,
    "Practitioner": 1,
    "PractitionerRole": 2,
    "Patient": 3,
    "Device": 4,
    "CareTeam": 5,
    "Encounter": 5,
    "Condition": 6,
    "AllergyIntolerance": 6,
    "FamilyMemberHistory": 6,
    "Immunization": 6,
    "Procedure": 6,
    "MedicationRequest": 7,
    "Observation": 8,
    "DiagnosticReport": 9,
    "DocumentReference": 9,
    "CarePlan": 9,
    "Goal": 9,
}
TYPES = tuple(RANK)

# About nobody: sent when something that is sent refers to them, never by themselves.
SHARED = frozenset({"Organization", "Location", "Practitioner", "PractitionerRole", "Device"})

# What a new target is offered first: enough for the accepted vital signs of a patient.
USUAL = (
    "Organization", "Practitioner", "Patient", "Device", "Encounter", "Condition", "Observation",
)  # fmt: skip

WAVEFORM_RANK = 10
