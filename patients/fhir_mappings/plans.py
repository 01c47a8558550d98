"""Who looks after the patient, and what is planned, as FHIR."""

from fhir import search
from fhir.elements import period, primitive, reference, verbatim
from fhir.mapping import Mapping
from patients import derived
from patients.fhir_mappings.systems import PATIENT, SUBJECT
from patients.models import CareTeam

MAPPINGS = (
    Mapping(
        "CareTeam",
        CareTeam,
        elements=(
            primitive("status", "status"),
            primitive("name", "name"),
            reference("subject", "patient", "Patient"),
            period("period", "start", "end"),
            verbatim("participant", "participants"),
        ),
        search=(PATIENT, SUBJECT, search.code("status", "status")),
        joins=("patient",),
        link=derived.link_members,
    ),
)
